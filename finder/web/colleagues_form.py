"""The form of a referring physician: what the browser sends as parameters, and parameters as a form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from finder.answers import Candidate
from finder.criteria import name_asked
from finder.errors import FieldError, InputErrors
from finder.i18n import gettext, mark, ngettext
from finder.sealed import Seals
from finder.text import fold
from finder.web.forms import DOCTORS, MILES, Option, SearchForm, args_of, form_of, mistakes_of, options

ANYWHERE = ("", mark("Any distance"))
# Own wording, 2026-11-28.
LABELS = {
    "referrer": mark("You"),
    "words": mark("The condition"),
    "near": mark("The patient’s ZIP code or city"),
    "within": mark("How far at most"),
    "plan": mark("The patient’s insurance plan"),
    "language": mark("The patient’s language"),
    "doctors": mark("Other doctors already seen"),
}
WHICH = mark("more than one fits, or nobody in just that place; pick the right one")
_NPI = re.compile(r"(?i)(?:npi)?[\s:#]*([12][0-9]{9})")


@dataclass(frozen=True, slots=True)
class ColleaguesForm:
    """The form as shown, with `me` as typed and, where that fits several people, whom to pick from."""

    search: SearchForm
    me: str
    within: tuple[Option, ...]
    candidates: tuple[Candidate, ...] = ()

    @property
    def values(self) -> Mapping[str, str]:
        """What stands in the controls."""
        return self.search.values

    @property
    def mistakes(self) -> Any:
        """What is wrong, in the order of the controls."""
        return self.search.mistakes

    def mistake(self, field: str) -> str:
        """Get what is wrong with one control; empty where nothing is."""
        return self.search.mistake(field)


def sent_of(form: MultiDict[str, str], seals: Seals) -> dict[str, Any]:
    """Get the search parameters of a sent form; `referrer` is the NPI picked, else what was typed.

    Raises InputErrors when `from` was not sealed here.
    """
    args = args_of(form, seals)
    picked = args.pop("picked", None)
    typed = str(args.get("referrer", "")).strip()
    if number := _NPI.fullmatch(typed):
        typed = number[1]
    return {**args, "referrer": picked or typed}


def is_name(referrer: str) -> bool:
    """Whether a physician named themselves by name, city and state, and not by NPI."""
    try:
        name_asked(referrer)
    except ValueError:
        return False
    return True


def one_of(typed: str, found: tuple[Candidate, ...]) -> Candidate | None:
    """Get the one person of a name at the place as typed; None where a choice must be asked back."""
    city = name_asked(typed).city
    here = [each for each in found if not city or fold(each.city or "") == city]
    return here[0] if len(here) == 1 and len(found) == 1 else None


def asked_back(candidates: tuple[Candidate, ...]) -> InputErrors:
    """Get the mistake that a name fits several people."""
    told = ngettext("%(num)s person: %(which)s", "%(num)s people: %(which)s", len(candidates),
                    which=gettext(WHICH))  # fmt: skip
    return InputErrors([FieldError("referrer", told)])


def colleagues_form_of(
    args: Mapping[str, Any],
    languages: Any,
    errors: Iterable[FieldError] = (),
    names: Mapping[str, str] | None = None,
    candidates: tuple[Candidate, ...] = (),
) -> ColleaguesForm:
    """Get the form that shows these parameters again, right or wrong; `names` are those of doctors by NPI."""
    plain = {name: value for name, value in args.items() if name != "referrer"}
    shown = form_of(plain, languages, (), names)
    errors = [replace(each, field="doctors") if each.field in DOCTORS else each for each in errors]
    within = [ANYWHERE, *((str(m), ngettext("%(num)s mile", "%(num)s miles", m)) for m in MILES)]
    return ColleaguesForm(
        search=replace(shown, mistakes=mistakes_of(errors, LABELS)),
        me=str(args.get("referrer") or ""),
        within=options(within, str(args.get("within") or "")),
        candidates=candidates,
    )
