"""The answer to a referring physician as plain text: own ties first, then three names, each with why."""

import textwrap
from collections.abc import Iterator

from finder.colleague_answers import Colleague, Colleagues, Own
from finder.criteria import SearchCriteria
from finder.in_common import Beside, Told
from finder.print_results import (
    BANNER,
    WIDTH,
    left_out_lines,
    question_lines,
    result_lines,
    understood_lines,
)

_MOST_PROGRAMS = 3


def printed_colleagues(found: Colleagues, criteria: SearchCriteria) -> str:
    """Get the whole answer; words that are not understood and names to be asked back end it early."""
    results = found.results
    lines = [BANNER, ""] if results.source.is_demonstration else []
    lines += [f"Searched: {criteria.describe()}", *understood_lines(results.understood)]
    if found.own:
        lines += ["", *_own_lines(found.own)]
    lines += [line for gap in results.prior_gaps for line in textwrap.wrap(gap, WIDTH)]
    if results.understood.concept_id is None or results.ask:
        return "\n".join([*lines, *question_lines(results.ask)])
    lines += ["", *left_out_lines(results)]
    systems = len({system for each in found.names for system in each.systems[:1]})
    lines.append(f"{len(found.names)} names from {systems} health systems or groups:")
    for each in found.names:
        lines += ["", *_person_lines(each)]
    beside = {
        "Near the patient’s home": found.near_home, "At a teaching hospital": found.teaching,
        "To break a disagreement, independent of everybody already seen": found.tie_breaker,
    }  # fmt: skip
    for title, one in beside.items():
        if one:
            lines += ["", f"{title}:", *_person_lines(one)]
    if found.pulled_apart and found.tied:
        lines += ["", *textwrap.wrap(found.pulled_apart, WIDTH), *_person_lines(found.tied)]
    lines += ["", *_program_lines(found)]
    date = results.source.as_of or "unknown date"
    end = f"Generation {results.source.generation}; newest file of {date}. This is no medical advice."
    return "\n".join([*lines, "", end])


def _own_lines(own: Own) -> Iterator[str]:
    yield f"You: {own.name} (NPI {own.npi}): {own.specialty or 'specialty not known'}"
    for kind, told in own.places:
        yield from _wrapped(f"{kind}: {told.says}{_dated(told)}", "   - ")
    for kind in own.not_known:
        yield f"   ? {kind}: not known"
    for told in own.practice:
        yield from _wrapped(f"works by {told.says}{_dated(told)}", "   - ")
    if not own.is_comparable:
        yield "   ? nothing is known of how you work: likeness counts for nothing here"


def _person_lines(each: Colleague) -> Iterator[str]:
    *lines, last = result_lines(each.result, True)
    yield from lines
    yield from _wrapped(f"Belongs to: {'; '.join(each.systems) or 'not known'}", "   ")
    for beside in each.common:
        yield from _wrapped(f"{beside.sentence}{_sources(beside)}", "   = ")
    for beside in each.apart:
        yield from _wrapped(f"{beside.sentence}{_sources(beside)}", "   ≠ ")
    for matter in each.matters:
        by = f", published by {matter.by}, {matter.as_of or 'no date'}" if matter.by else ""
        yield from _wrapped(f"{matter.label}: {matter.says}{by}", "   * ")
    alike = "" if each.likeness is None else f", likeness {each.likeness:.2f}"
    yield f"{last}{alike}"


def _program_lines(found: Colleagues) -> Iterator[str]:
    if found.programs:
        yield "By virtual opinion, programs from doctor to doctor first:"
    for offer in found.programs[:_MOST_PROGRAMS]:
        told, available = offer.document, offer.available.value.replace("_", " ")
        text = f"{told['name']} of {told['institution']}: {available}. {' '.join(offer.reasons)}"
        yield from _wrapped(text, "   - ")


def _sources(beside: Beside) -> str:
    told = dict.fromkeys(_dated(each).strip(" ()") for each in (beside.own, beside.other))
    return f" ({'; '.join(filter(None, told))})"


def _dated(told: Told) -> str:
    return f" ({told.title}, {told.as_of or 'no date'})" if told.title else ""


def _wrapped(text: str, start: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
