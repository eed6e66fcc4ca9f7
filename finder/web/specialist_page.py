"""The page of one person as one dataclass: every fact with its source and date, losing values included."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from finder.criteria import SearchCriteria
from finder.evidence_words import EvidenceWords
from finder.explanations import Explained
from finder.i18n import gettext, mark
from finder.languages import Languages
from finder.web.cited import Cited, Citing
from finder.web.filters import capfirst
from finder.web.focus_shown import FocusGroup, focus_groups
from finder.web.programs_page import ProgramShown
from finder.web.proof_shown import PairProof, proof_section
from finder.web.results_page import Badge, Why, badge_of, why_of

# Own wording, 2026-11-23; a fact that is not listed is shown under its own name.
FACTS: Mapping[str, str] = {
    "specialty": mark("Specialty"),
    "specialty_in_medicare": mark("Specialty in Medicare’s list"),
    "clinical_focus": mark("Clinical focus"),
    "accepts_second_opinions": mark("Gives second opinions"),
    "accepts_for": mark("Gives second opinions for"),
    "sees_own_system_patients": mark("Sees patients of the own health system"),
    "virtual": mark("By video or in writing"),
    "telehealth": mark("Telehealth"),
    "accepting": mark("Takes new patients"),
    "ages": mark("Sees"),
    "languages": mark("Languages"),
    "networks": mark("Listed by insurance plans"),
    "institution": mark("Institution"),
    "academic_title": mark("Academic title"),
    "academic_institution": mark("Academic institution"),
    "group": mark("Practice group"),
    "practice_group": mark("Practice group, by the institution"),
    "hospitals": mark("Hospitals"),
    "licence_states": mark("Licensed in"),
    "school": mark("Medical school"),
    "graduation_year": mark("Year of graduation"),
    "sole_proprietor": mark("Works alone"),
}
KINDS: Mapping[str, str] = {
    "group": mark("Practice group"),
    "owner": mark("Owner"),
    "system": mark("Health system"),
    "hospital": mark("Hospital"),
}
STATUSES: Mapping[str, str] = {
    "RECRUITING": mark("open for patients"),
    "ENROLLING_BY_INVITATION": mark("open by invitation"),
    "NOT_YET_RECRUITING": mark("opens soon"),
    "ACTIVE_NOT_RECRUITING": mark("running, takes no more patients"),
    "COMPLETED": mark("finished"),
    "SUSPENDED": mark("paused"),
    "TERMINATED": mark("stopped early"),
    "WITHDRAWN": mark("never started"),
}
ROLES: Mapping[str, str] = {
    "principal_investigator": mark("leads it"),
    "sub_investigator": mark("takes part as investigator"),
}
PEOPLE: Mapping[str, str] = {"child": mark("children"), "adult": mark("adults")}


@dataclass(frozen=True, slots=True)
class FactShown:
    """One fact: the value that won and those that lost."""

    label: str
    best: Cited
    others: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class SiteRow:
    """One place of practice."""

    lines: tuple[str, ...]
    phone: str | None
    cited: Cited


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """One organization of the person; `via` names the step in between."""

    kind: str
    name: str
    via: str | None
    cited: Cited


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One clinical trial."""

    number: str
    title: str
    status: str
    role: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class Proof:
    """For the search that the reader came from (`token`): why this person, how independent, what is open.

    `badge` is None where no doctor already seen was named; `pairs` hold every tie with its chains.
    """

    token: str
    badge: Badge | None
    why: Why
    unknown: tuple[str, ...]
    pairs: tuple[PairProof, ...] = ()


@dataclass(frozen=True, slots=True)
class SpecialistPage:
    """Everything known of one person, with the proof for one search where there is one."""

    npi: str
    name: str
    credentials: str | None
    specialty: str
    facts: tuple[FactShown, ...]
    sites: tuple[SiteRow, ...]
    organizations: tuple[OrganizationRow, ...]
    trials: tuple[TrialRow, ...]
    focus: tuple[FocusGroup, ...]
    proof: Proof | None
    programs: tuple[ProgramShown, ...] = ()


def specialist_page(
    document: Mapping[str, Any],
    citing: Citing,
    words: EvidenceWords,
    languages: Languages,
    proof: Proof | None = None,
    programs: tuple[ProgramShown, ...] = (),
) -> SpecialistPage:
    """Get the page of one document of the specialists; `programs` are those of the person's institutions."""
    facts = document.get("facts", {})
    order = [name for name in FACTS if name in facts] + sorted(set(facts) - set(FACTS))
    return SpecialistPage(
        npi=document["npi"],
        name=document["name"],
        credentials=document.get("credentials"),
        specialty=_text(facts.get("specialty", {}).get("value", ""), "specialty", languages),
        facts=tuple(_fact(name, facts[name], citing, languages) for name in order),
        sites=tuple(site_row(site, citing) for site in document.get("sites", ())),
        organizations=tuple(_organizations(document.get("ties", {}), citing)),
        trials=tuple(_trial(trial, citing) for trial in document.get("trials", ())),
        focus=focus_groups(document.get("evidence", ()), words, citing),
        proof=proof,
        programs=programs,
    )


def proof_of(told: Explained, criteria: SearchCriteria, token: str, citing: Citing) -> Proof:
    """Get the proof of one person for a search; without understood words it only leads back."""
    if told.result is None:
        return Proof(token, None, Why("", (), ()), ())
    badge = badge_of(told.result.verdict.value) if criteria.has_prior else None
    pairs = proof_section(told.pairs, citing)
    return Proof(token, badge, why_of(told.result), told.result.unknown, pairs)


def _fact(name: str, fact: Mapping[str, Any], citing: Citing, languages: Languages) -> FactShown:
    best, *others = [
        citing.cited(_text(v.get("value"), name, languages), v.get("source", ""), v.get("as_of"))
        for v in (fact, *fact.get("others", ()))
    ]
    label = gettext(FACTS[name]) if name in FACTS else name.replace("_", " ").capitalize()
    return FactShown(label, best, tuple(others))


def _text(value: Any, name: str, languages: Languages) -> str:
    values = [str(each) for each in value] if isinstance(value, list | tuple) else str(value).split(";")
    if name == "languages":
        values = [languages.name(each) for each in values]
    elif name == "ages":
        values = [gettext(PEOPLE[each]) if each in PEOPLE else each for each in values]
    elif name == "specialty":
        values = [gettext(each) for each in values]
    elif name == "specialty_in_medicare":
        values = [each.lower() for each in values]  # the file has capitals only
    return capfirst(", ".join(each.strip() for each in values))


def site_row(site: Mapping[str, Any], citing: Citing) -> SiteRow:
    """Get one place of practice as carried in a document, with its source and date."""
    town = ", ".join(filter(None, (site.get("city"), " ".join(_present(site, "state", "zip")))))
    lines = (*_present(site, "street", "street_2"), *([town] if town else []))
    return SiteRow(lines, site.get("phone"), citing.cited("", site.get("sources", ()), site.get("as_of")))


def _organizations(ties: Mapping[str, Mapping[str, Any]], citing: Citing) -> Iterator[OrganizationRow]:
    for wanted, label in KINDS.items():
        for key, tie in sorted(ties.items()):
            if key.partition(":")[0] == wanted:
                cited = citing.cited(tie["label"], tie.get("source", ""), tie.get("as_of"))
                yield OrganizationRow(gettext(label), tie["label"], tie.get("via"), cited)


def _trial(trial: Mapping[str, Any], citing: Citing) -> TrialRow:
    status = str(trial.get("status") or "")
    return TrialRow(
        number=trial["nct_number"],
        title=trial["title"],
        status=_told(STATUSES, status) or gettext("status not known"),
        role=_told(ROLES, str(trial.get("role") or "")),
        cited=citing.cited("", trial.get("source", ""), trial.get("as_of")),
    )


def _told(words: Mapping[str, str], code: str) -> str:
    """A code of a source in our words, else as the source writes it."""
    return gettext(words[code]) if code in words else code.replace("_", " ").lower()


def _present(fields: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    return tuple(str(fields[name]) for name in names if fields.get(name))
