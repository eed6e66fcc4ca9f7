"""Facts of a person in the reader's words: labels of fields, and values of codes."""

from collections.abc import Mapping
from typing import Any

from finder.i18n import gettext, mark
from finder.languages import Languages
from finder.web.filters import capfirst

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
PEOPLE: Mapping[str, str] = {"child": mark("children"), "adult": mark("adults")}


def label_of_fact(name: str) -> str:
    """Get the label of a field."""
    return gettext(FACTS[name]) if name in FACTS else name.replace("_", " ").capitalize()


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
    return capfirst(", ".join(each.strip() for each in values))
