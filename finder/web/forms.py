"""The search form: what the browser sends as search parameters, and parameters as a form to show."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from finder.criteria import DEFAULT_MILES, SearchCriteria, WhyAsked, name_asked
from finder.errors import FieldError, InputErrors
from finder.facets import FACETS
from finder.i18n import gettext, language, mark, ngettext
from finder.languages import Languages
from finder.sealed import Seals
from finder.text import fold

MILES = (10, 25, 50, 100, 200, 500)
DOCTORS = ("seen", "seen_name", "seen_org")  # parameters that the box of doctors stands for
FOLDED = ("why", "role", "language", "ages", "virtual", "state")
_OWN = ("from", "without", "doctors", "answers")  # what the form says beside parameters
_NAMED = re.compile(r"(?i)\(NPI ([12][0-9]{9})\)$")  # behind the name of a doctor who was picked
_NPI = re.compile(r"[0-9]{6,}")  # a short or long number is meant as an NPI, and is refused as one
# What dropping a limit means, where it is more than the parameter of its name.
_DROPPED = {"near": ("near", "within", "sort"), "seen": ()}
_LIMITS = ("near", "within", "sort", *(facet.name for facet in FACETS))
# Own wording, 2026-11-23.
ROLES = {
    "any": mark("Any kind of doctor"),
    "surgery": mark("A surgeon"),
    "medical": mark("A doctor who treats with medicine"),
    "radiation": mark("A doctor who treats with radiation"),
    "pathology": mark("A doctor who reads tissue samples"),
    "imaging": mark("A doctor who reads scans"),
}
NOT_SAID = ("", mark("Not said"))
AGES = {"adult": mark("An adult"), "child": mark("A child")}
WHY: Mapping[WhyAsked, str] = {
    WhyAsked.RARE: mark("It is a rare disease"),
    WhyAsked.OPTIONS: mark("I want to know all my options"),
    WhyAsked.DOUBT: mark("I am not sure the diagnosis is right"),
    WhyAsked.SURGERY: mark("I may have an operation"),
    WhyAsked.TRIAL: mark("I look for a clinical trial"),
    WhyAsked.TIE_BREAKER: mark("Two doctors told me different things"),
}
LABELS = {
    "words": mark("The condition"),
    "near": mark("ZIP code or city"),
    "within": mark("How far"),
    "doctors": mark("Doctors you have seen"),
    "plan": mark("Insurance plan"),
    "why": mark("Why you ask"),
    "role": mark("Kind of doctor"),
    "language": mark("Language"),
    "ages": mark("Who is it for"),
    "virtual": mark("By video or in writing"),
    "state": mark("Licensed in"),
}


class Option(NamedTuple):
    """One choice of a list."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake as shown above the form; `field` is the id of its control, empty where it has none."""

    field: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SearchForm:
    """The form as shown: every value kept, every mistake beside its control; the lists `kept` and
    `never` ride along."""

    values: Mapping[str, str]
    miles: tuple[Option, ...]
    roles: tuple[Option, ...]
    languages: tuple[Option, ...]
    ages: tuple[Option, ...]
    why: tuple[Option, ...]
    kept: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    is_unfolded: bool = False

    def mistake(self, field: str) -> str:
        """Get what is wrong with one control; empty where nothing is."""
        return trouble_with(field, self.mistakes) if self.mistakes else ""


def args_of(form: MultiDict[str, str], seals: Seals) -> dict[str, Any]:
    """Get the search parameters of a sent form; what nobody knows stays in, to be reported.

    `from` is the sealed search that the form changes, `without` a limit to drop, `doctors` the box with one
    doctor per line. Raises InputErrors when `from` was not sealed here.
    """
    args = sent_args(form, seals, _OWN)
    if "next" not in form:
        args.pop("next", None)  # a changed search begins at its first page
    if "answers" in form:
        args = _answered(seals.open(form["from"]) if "from" in form else {}, form)
    if "doctors" in form:
        args = {name: value for name, value in args.items() if name not in DOCTORS} | _doctors(form)
    for limit in form.getlist("without"):
        args = _dropped(args, limit)
    if not args.get("near"):
        for name in ("within", "sort"):  # the list of distances always sends one
            args.pop(name, None)
    return {name: value for name, value in args.items() if value not in ("", [], None)}


def sent_args(form: MultiDict[str, str], seals: Seals, own: Collection[str] = ("from",)) -> dict[str, Any]:
    """Get the sealed parameters that a form changes (`from`), with what it sends beside the fields `own`."""
    args = seals.open(form["from"]) if "from" in form else {}
    sent = {name: values for name, values in form.lists() if name not in own}
    return args | {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


def form_of(
    args: Mapping[str, Any],
    languages: Languages,
    errors: Iterable[FieldError] = (),
    names: Mapping[str, str] | None = None,
) -> SearchForm:
    """Get the form that shows these parameters again, right or wrong; `names` are those of doctors by NPI."""
    values = {name: text_of(args.get(name)) for name in LABELS}
    named = {npi: f"{name} (NPI {npi})" for npi, name in (names or {}).items()}
    lines = [named.get(line, line) for name in DOCTORS for line in _lines(args.get(name))]
    values["doctors"] = "\n".join(lines)
    return SearchForm(
        values=values,
        miles=options(
            [(str(m), ngettext("%(num)s mile", "%(num)s miles", m)) for m in _miles(values["within"])],
            values["within"] or str(DEFAULT_MILES),
        ),
        roles=options(list(ROLES.items()), values["role"] or "any"),
        languages=_chosen(_spoken(languages, language()), values["language"]),
        ages=options([NOT_SAID, *AGES.items()], values["ages"]),
        why=options([NOT_SAID, *WHY.items()], values["why"]),
        kept=tuple(_lines(args.get("kept"))),
        never=tuple(_lines(args.get("never"))),
        mistakes=mistakes_of(errors, LABELS),
        is_unfolded=any(values[name] and (name, values[name]) != ("role", "any") for name in FOLDED)
        or values["within"] not in ("", str(DEFAULT_MILES)),
    )


@cache
def _spoken(languages: Languages, _reader: str) -> tuple[Option, ...]:
    """Every language that a doctor may speak, by its name in the reader's own one, written once for each."""
    told = [Option(code, languages.name(code), False) for code in languages.labels]
    return (Option("", gettext("Any language"), False), *sorted(told, key=lambda one: fold(one.label)))


def _chosen(listed: Iterable[Option], chosen: str) -> tuple[Option, ...]:
    return tuple([one._replace(is_chosen=True) if one.value == chosen else one for one in listed])


def with_plan_id(criteria: SearchCriteria, names: Mapping[str, str]) -> SearchCriteria:
    """Get a search with a plan that was typed by its name under its id; `names` are names by id.

    A plan that is not among them stays as it was typed. Raises InputErrors where several have the name.
    """
    if not criteria.plan or criteria.plan in names:
        return criteria
    typed = fold(criteria.plan)
    found = [
        key for key, name in names.items() if typed in (fold(name), fold(name.removesuffix(f" ({key})")))
    ]
    if len(found) > 1:
        raise InputErrors(
            [FieldError("plan", gettext("more than one plan has this name; type its ID instead"))]
        )
    return replace(criteria, plan=found[0]) if found else criteria


def options(pairs: Sequence[tuple[str, str]], chosen: str) -> tuple[Option, ...]:
    """Get a list of choices from values and labels."""
    return tuple(Option(value, gettext(label), value == chosen) for value, label in pairs)


def mistakes_of(errors: Iterable[FieldError], labels: Mapping[str, str]) -> tuple[Mistake, ...]:
    """Get mistakes in the order of the controls, whose labels are given by their ids; others come last."""
    order = {name: at for at, name in enumerate(labels)}
    found = []
    for error in errors:
        field = "doctors" if error.field in DOCTORS else error.field
        label = gettext(labels.get(field, error.field))
        found.append(Mistake(field if field in labels else "", label, error.message))
    return tuple(sorted(found, key=lambda m: order.get(m.field, len(order))))


def trouble_with(field: str, mistakes: Iterable[Mistake]) -> str:
    """Get what is wrong with one control; empty where nothing is."""
    return "; ".join(mistake.text for mistake in mistakes if mistake.field == field)


def text_of(value: Any) -> str:
    """Get a parameter as it stands in a control."""
    if value is None or value is False:
        return ""
    return "yes" if value is True else " ".join(_lines(value)) if not isinstance(value, int) else str(value)


def _doctors(form: MultiDict[str, str]) -> dict[str, list[str]]:
    """Each line is an NPI, a name with city and state, or else the name of a hospital, group or system."""
    found: dict[str, list[str]] = {}
    for line in form["doctors"].splitlines():
        text = line.strip(" ,;")
        if picked := _NAMED.search(text):
            found.setdefault("seen", []).append(picked[1])
            continue
        digits = re.sub(r"[^0-9]", "", text) if re.fullmatch(r"(?i)(npi)?[\s:#.\-0-9]+", text) else ""
        if _NPI.fullmatch(digits):
            found.setdefault("seen", []).append(digits)
        elif text:
            found.setdefault("seen_name" if _is_person(text) else "seen_org", []).append(text)
    return found


def _is_person(text: str) -> bool:
    try:
        name_asked(text)
    except ValueError:
        return False
    return True


def _answered(args: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """The name or organization that was asked back gives way to the one that was picked."""
    kept = {name: value for name, value in args.items() if name != "next"}
    for name in ("seen_name", "seen_org"):
        kept[name] = [text for text in _lines(args.get(name)) if text != form["answers"]]
    for name in ("seen", "seen_org"):
        kept[name] = [*_lines(kept.get(name)), *filter(None, form.getlist(name))]
    return kept


def _dropped(args: Mapping[str, Any], limit: str) -> dict[str, Any]:
    names = _LIMITS if limit == "together" else _DROPPED.get(limit, (limit,))
    kept = {name: value for name, value in args.items() if name not in names}
    return {**kept, "show_tied": "yes"} if limit in ("seen", "together") else kept


def _miles(within: str) -> list[int]:
    own = [int(within)] if within.isdigit() and len(within) < 4 else []
    return sorted({*MILES, *own})


def _lines(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(each) for each in value]
