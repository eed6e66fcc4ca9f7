"""Whether a place sees patients of its own system: only what somebody publishes, with its source."""

from dataclasses import replace

from finder.centers import Acceptance, by_key, load_families
from finder.web.acceptance import acceptance_of

FAMILIES = by_key(load_families())
SIBLEY = "hospital:090005"


def test_what_nobody_publishes_is_no_answer() -> None:
    assert acceptance_of(FAMILIES, FAMILIES) == ()


def test_a_published_rule_is_told_with_its_source_and_date() -> None:
    said = replace(FAMILIES[SIBLEY], sees_own_patients=Acceptance.NO, acceptance_source="sibley.org/faq")
    (told,) = acceptance_of([SIBLEY, "system:none"], {SIBLEY: said})
    assert (told.text, told.source, told.as_of) == (
        "Sibley Memorial Hospital: No",
        "sibley.org/faq",
        said.as_of,
    )
