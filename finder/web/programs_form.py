"""The form above the online programs: what the browser sends as parameters, and parameters as a form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from finder import parameters
from finder.errors import FieldError
from finder.i18n import mark
from finder.offers import SortAsked
from finder.program_search import ProgramsAsked
from finder.sealed import Seals
from finder.web.forms import (
    AGES,
    NOT_SAID,
    Mistake,
    Option,
    mistakes_of,
    options,
    sent_args,
    text_of,
    trouble_with,
)

# Own wording, 2026-11-23.
LABELS = {
    "words": mark("The condition"),
    "state": mark("Your state"),
    "ages": mark("Who is it for"),
    "local_doctor": mark("Your own doctor"),
    "no_charge": mark("Free of charge"),
    "through_plan": mark("Paid by a plan or an employer"),
    "sort": mark("What comes first"),
}
DOCTOR = (NOT_SAID, ("yes", mark("Yes, my doctor can help")), ("no", mark("No, I want to do it alone")))
SORTS = {"price": mark("The lowest price"), "turnaround": mark("The fastest answer")}


@dataclass(frozen=True, slots=True)
class ProgramsForm:
    """The form as shown: every value kept, every mistake beside its control."""

    values: Mapping[str, str]
    ages: tuple[Option, ...]
    doctor: tuple[Option, ...]
    sorts: tuple[Option, ...]
    mistakes: tuple[Mistake, ...] = ()

    def mistake(self, field: str) -> str:
        """Get what is wrong with one control; empty where nothing is."""
        return trouble_with(field, self.mistakes)


def programs_args_of(form: MultiDict[str, str], seals: Seals) -> dict[str, Any]:
    """Get the parameters of a sent form; what nobody knows stays in, to be reported.

    `from` is the sealed question that the form changes. Raises InputErrors when it was not sealed here.
    """
    return {name: value for name, value in sent_args(form, seals).items() if value not in ("", None)}


def args_of_asked(asked: ProgramsAsked) -> dict[str, Any]:
    """Get the parameters that give this question again; what was not said is left out."""
    told = {
        "words": asked.words,
        "state": asked.state,
        "ages": parameters.plain(asked.ages),
        "local_doctor": {True: "yes", False: "no", None: None}[asked.local_doctor],
        "no_charge": "yes" if asked.no_charge else None,
        "through_plan": "yes" if asked.through_plan else None,
        "sort": None if asked.sort is SortAsked.PRICE else asked.sort.value,
    }
    return {name: value for name, value in told.items() if value}


def programs_form_of(args: Mapping[str, Any], errors: Iterable[FieldError] = ()) -> ProgramsForm:
    """Get the form that shows these parameters again, right or wrong."""
    values = {name: text_of(args.get(name)) for name in LABELS}
    return ProgramsForm(
        values=values,
        ages=options([NOT_SAID, *AGES.items()], values["ages"]),
        doctor=options(DOCTOR, values["local_doctor"]),
        sorts=options(list(SORTS.items()), values["sort"] or "price"),
        mistakes=mistakes_of(errors, LABELS),
    )
