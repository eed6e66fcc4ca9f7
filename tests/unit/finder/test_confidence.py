"""How sure a value is: by who says it, how many agree, who differs, and how long ago."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from finder.documents import Said, Value, said_of
from finder.trust import (
    CONFIRMED_DAYS,
    REGISTRY_AGE_DAYS,
    Kind,
    Level,
    confidences,
    fact,
    independent,
    kept_first,
    right,
    standing,
    with_standings,
)

TODAY = date(2026, 11, 28)
NEW, OLD = "2026-11-01", "2026-02-01"
SOURCES = st.sampled_from(["nppes", "clinicians", "qhp_providers"])
SAID = st.builds(Said, SOURCES, st.sampled_from([NEW, OLD, "2025-06", None]))
BY_VALUE = st.dictionaries(
    st.sampled_from("abc"), st.lists(SAID, min_size=1, max_size=4, unique=True), min_size=1
)


def test_two_sources_outdo_one_newer_one():
    values = [Value("1", "qhp_providers", NEW), Value("2", "nppes", OLD), Value("2", "clinicians", OLD)]
    won = fact(values, Kind.CONTACT)
    assert won and (won.best.value, won.also) == ("2", (Said("clinicians", OLD),))
    assert [value.value for value in won.others] == ["1"]


def test_without_published_errors_the_newest_value_wins():
    won = fact([Value("1", "qhp_providers", NEW), Value("2", "nppes", OLD), Value("2", "clinicians", OLD)])
    assert won and won.best.value == "1"


def test_a_correction_outdoes_any_number_of_older_sources():
    values = [Value("2", source, OLD) for source in ("nppes", "clinicians", "qhp_providers")]
    won = fact([Value("1", "correction", NEW), *values], Kind.CONTACT)
    assert won and won.best.value == "1"


@given(BY_VALUE)
def test_values_that_exclude_each_other_are_right_at_most_once(said):
    assert sum(confidences(Kind.SPECIALTY, said, TODAY).values()) <= 1 + 1e-9


@given(BY_VALUE, st.sampled_from(list(Kind)))
def test_confidence_does_not_depend_on_the_order(said, kind):
    turned = {value: list(reversed(by)) for value, by in reversed(said.items())}
    before, after = confidences(kind, said, TODAY), confidences(kind, turned, TODAY)
    assert all(abs(before[value] - after[value]) < 1e-9 for value in said)


@given(st.lists(SAID, min_size=1, max_size=3, unique=True), st.sampled_from(list(Kind)))
def test_one_more_source_that_agrees_never_makes_less_sure(by, kind):
    more = [*by, Said("rosters", NEW)]
    assert confidences(kind, {"a": more}, TODAY)["a"] >= confidences(kind, {"a": by}, TODAY)["a"]


@given(SAID, st.sampled_from(list(Kind)), st.integers(0, 2_000))
def test_confidence_never_grows_with_age(said, kind, days):
    assert right(kind, said, TODAY + timedelta(days=days)) <= right(kind, said, TODAY)


def test_nothing_is_certain_that_nobody_has_confirmed_for_90_days():
    edge = TODAY - timedelta(days=CONFIRMED_DAYS)
    assert standing(0.99, [Said("nppes", edge.isoformat())], TODAY).level is Level.CERTAIN
    late = standing(0.99, [Said("nppes", (edge - timedelta(days=1)).isoformat())], TODAY)
    assert (late.level, late.is_unconfirmed) == (Level.LIKELY, True)
    assert standing(0.99, [Said("nppes", None)], TODAY).is_unconfirmed


def test_the_main_specialty_stays_first_and_becomes_unsure_where_another_source_differs():
    told = kept_first([Value("surgery", "nppes", NEW), Value("urology", "clinicians", NEW)], Kind.SPECIALTY)
    assert told.best.value == "surgery"
    document = with_standings({"facts": {"specialty": told.to_source()}}, TODAY)
    assert document["facts"]["specialty"]["standing"]["level"] == "unsure"


def test_what_two_others_say_outdoes_the_main_specialty_and_one_payer_twice_does_not():
    main, others = Value("surgery", "nppes", OLD), [Value("urology", "clinicians", NEW)]
    payers = [Value("urology", "qhp_providers", NEW), Value("urology", "qhp_providers", OLD)]
    assert kept_first([main, *others, payers[0]], Kind.SPECIALTY).best.value == "urology"
    assert kept_first([main, payers[0], payers[0]], Kind.SPECIALTY).best.value == "surgery"
    checked = Value("surgery", "correction", OLD)
    assert kept_first([checked, *others, *payers], Kind.SPECIALTY).best.value == "surgery"


def test_an_older_record_of_one_source_does_not_count_beside_its_newest():
    twice, once = [Said("nppes", OLD), Said("nppes", NEW)], [Said("nppes", NEW)]
    both = {kind: confidences(kind, {"a": twice}, TODAY)["a"] for kind in Kind}
    assert both == {kind: confidences(kind, {"a": once}, TODAY)["a"] for kind in Kind}
    assert independent([Said("qhp_providers", OLD), Said("qhp_providers", NEW)]) != once


def test_a_record_of_the_registry_loses_only_when_older_than_those_whose_errors_were_counted():
    edge = TODAY - timedelta(days=REGISTRY_AGE_DAYS)
    assert right(Kind.LOCATION, Said("nppes", edge.isoformat()), TODAY) == right(
        Kind.LOCATION, Said("nppes", NEW), TODAY
    )
    late = Said("nppes", (edge - timedelta(days=400)).isoformat())
    assert right(Kind.LOCATION, late, TODAY) < right(Kind.LOCATION, Said("nppes", NEW), TODAY)


def test_a_number_that_others_list_elsewhere_is_likelier_and_less_so_than_one_listed_here():
    said = {"1": [Said("clinicians", NEW)], "2": [Said("qhp_providers", NEW)]}
    alone = confidences(Kind.CONTACT, said, TODAY)
    helped = confidences(Kind.CONTACT, said, TODAY, {"2": [Said("nppes", NEW)]})
    here = confidences(Kind.CONTACT, said | {"2": [*said["2"], Said("nppes", NEW)]}, TODAY)
    assert alone["2"] < helped["2"] < here["2"]


def test_an_office_that_only_one_of_many_sources_lists_is_unsure_and_a_shared_one_is_certain():
    sites = [
        {"said": f"nppes {NEW};clinicians {NEW};qhp_providers {NEW}"},
        {"said": "qhp_providers 2026-11-02"},
    ]
    first, second = with_standings({"sites": sites}, TODAY)["sites"]
    assert (first["standing"]["level"], second["standing"]["level"]) == ("certain", "unsure")


def test_a_fact_without_published_errors_has_no_share_but_is_marked_past_90_days():
    facts = {"languages": {"value": ["es"], "source": "rosters", "as_of": OLD}, "school": {"value": "X"}}
    told = with_standings({"facts": facts}, TODAY)["facts"]
    assert told["languages"]["standing"] == {"level": None, "share": None, "unconfirmed": True}
    assert told["school"]["standing"]["unconfirmed"] is False


def test_who_says_a_thing_is_read_back_as_it_was_written():
    assert said_of("nppes 2026-11-01;clinicians") == (Said("nppes", "2026-11-01"), Said("clinicians", None))
    assert said_of(None) == ()


def test_a_checked_office_is_certain_beside_one_that_all_older_files_agree_on():
    sites = [
        {"said": f"nppes {OLD};clinicians {OLD};qhp_providers {OLD}"},
        {"said": f"correction {NEW}"},
    ]
    assert with_standings({"sites": sites}, TODAY)["sites"][1]["standing"]["level"] == "certain"


def test_a_checked_fact_is_certain_beside_older_ones_and_not_beside_a_later_own_word():
    others = [{"value": "surgery", "source": source, "as_of": OLD} for source in ("nppes", "clinicians")]
    fact_ = {"value": "urology", "source": "correction", "as_of": NEW, "others": others}
    told = with_standings({"facts": {"specialty": fact_}}, TODAY)
    assert told["facts"]["specialty"]["standing"]["level"] == "certain"
    later = fact_ | {"others": [{**others[0], "as_of": "2026-11-20"}]}
    assert (
        with_standings({"facts": {"specialty": later}}, TODAY)["facts"]["specialty"]["standing"]["share"]
        < 0.95
    )
