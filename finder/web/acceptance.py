"""Whether a place sees patients whom its own health system has seen: with its source, or not published."""

from collections.abc import Iterable, Mapping

from finder.centers import Acceptance, Family
from finder.i18n import english, gettext
from finder.web.cited import Cited
from finder.web.facts_shown import ANSWERS


def acceptance_of(keys: Iterable[str], families: Mapping[str, Family]) -> tuple[Cited, ...]:
    """Get what is published of the places with these keys (`kind:id`), with its sources."""
    found = (families[key] for key in sorted(keys) if key in families)
    return tuple(_told(each) for each in found if each.sees_own_patients is not Acceptance.NOT_PUBLISHED)


def _told(family: Family) -> Cited:
    answer = gettext(ANSWERS[family.sees_own_patients.value])
    text = f"{english(family.member)}: {answer}"
    return Cited(text, family.acceptance_source, None, family.as_of, is_old=False)
