"""Facts of a person in the reader's words: labels of fields, and values of codes."""

from collections.abc import Mapping
from typing import Any

from finder.i18n import english, gettext, mark
from finder.languages import Languages
from finder.web.filters import capfirst, day

ACCEPTS = "accepts_second_opinions"
# Own wording, 2026-11-23; a fact that is not listed is shown under its own name.
FACTS: Mapping[str, str] = {
    "specialty": mark("Specialty"),
    "specialty_in_medicare": mark("Specialty in Medicare’s list"),
    "clinical_focus": mark("Clinical focus"),
    ACCEPTS: mark("Gives second opinions"),
    "accepts_for": mark("Gives second opinions for"),
    "sees_own_system_patients": mark("Sees patients whom the same health system has seen"),
    "opinion_only": mark("Gives the opinion and sends the patient back"),
    "calls_back": mark("Calls the doctor who sent the patient"),
    "written_report": mark("Writes a report to the doctor who sent the patient"),
    "multidisciplinary_board": mark("Cases are discussed by a board of several fields"),
    "approach": mark("How the doctor works, by the institution"),
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
    "sole_practice": mark("Practices alone, by the institution"),
    "hospitals": mark("Hospitals"),
    "teaching_hospital": mark("At a major teaching hospital"),
    "licence_states": mark("Licensed in"),
    "school": mark("Medical school"),
    "graduation_year": mark("Year of graduation"),
    "phone": mark("Telephone"),
    "fax": mark("Fax"),
    "site_closed": mark("Sees nobody any more at"),
    "practises": mark("Still practises"),
    "sole_proprietor": mark("Sole owner, for taxes (may still have partners)"),
}
ANSWERS: Mapping[str, str] = {"yes": mark("Yes"), "no": mark("No")}
PEOPLE: Mapping[str, str] = {"child": mark("children"), "adult": mark("adults")}


_OURS = ("languages", "ages", "specialty")  # whose values are words of ours, in every language


def label_of_fact(name: str) -> str:
    """Get the label of a field."""
    return gettext(FACTS[name]) if name in FACTS else name.replace("_", " ").capitalize()


def declined(facts: Mapping[str, Any]) -> str | None:
    """Get what the own institution says of somebody who gives no second opinions; None where it does not."""
    told = facts.get(ACCEPTS, {})
    if told.get("value") != "no":
        return None
    as_of = day(told.get("as_of"))
    return gettext("Gives no second opinions, says the own institution (%(day)s)", day=as_of)


def text_of_fact(value: Any, name: str, languages: Languages) -> str:
    """Get the value of a field, one or several, as a reader may read it."""
    values = [str(each) for each in value] if isinstance(value, list | tuple) else str(value).split(";")
    if name == "languages":
        values = [languages.name(each) for each in values]
    elif name == "ages":
        values = [gettext(PEOPLE[each]) if each in PEOPLE else each for each in values]
    elif name == "specialty":
        values = [gettext(each) for each in values]
    elif name == "specialty_in_medicare":
        values = [each.lower() for each in values]  # the file has capitals only
    told = capfirst(", ".join(each.strip() for each in values))
    if str(value) in ANSWERS:
        return gettext(ANSWERS[str(value)])
    return told if name in _OURS else english(told)
