"""Second-opinion programs as plain text for a terminal: the same words and facts as on their page."""

import textwrap
from collections.abc import Iterator
from datetime import date

from finder.licensing import Available
from finder.print_results import WIDTH, understood_lines
from finder.program_search import FoundPrograms
from finder.web.programs_page import PriceShown, ProgramShown, law_shown, program_shown

TOPICS = {
    "medicare": "If you have Medicare:",
    "ask_plan": "What to ask your plan:",
    "ask_work": "At work:",
    "usual": "What is usual:",
}
ANSWERS = {
    Available.YES: "yes",
    Available.YES_WITH_YOUR_DOCTOR: "yes with your doctor",
    Available.NO: "no",
    Available.UNKNOWN: "not known",
}


def printed_programs(found: FoundPrograms, today: date) -> str:
    """Programs with every field, each price with source and date; those for other conditions at the end."""
    lines = []
    if found.understood:
        lines = [found.understood.urgent] if found.understood.urgent else []
        lines += [*understood_lines(found.understood)]
    count = len(found.programs)
    lines.append(
        f"{count} program{'' if count == 1 else 's'}, by {found.asked.sort.value}; no figure comes last."
    )
    if found.law:
        law = law_shown(found.law)
        lines += _wrapped(f"{law.text} [{', '.join(filter(None, (law.source, law.when)))}]", "")
    for offer in found.programs:
        lines += [
            "",
            *_program_lines(program_shown(offer, today), found.asked.state, ANSWERS[offer.available]),
        ]
    if found.left_out:
        lines += ["", "Left out:"]
    for left in found.left_out:
        lines += textwrap.wrap(f"{left.name} ({left.id}): {left.reason}", WIDTH, subsequent_indent="  ")
    lines += ["", *_coverage_lines(found)]
    lines += ["", "Prices and rules as the programs publish them, on the dates shown. Ask before you order."]
    return "\n".join(lines)


def _program_lines(it: ProgramShown, state: str | None, available: str) -> Iterator[str]:
    operator = f", with {it.operator}" if it.operator else ""
    yield f"{it.name}, {it.institution}{operator} ({it.id})"
    reasons = " ".join(it.reasons)
    answer = f"{state or 'your state'}: {available}{f' ({reasons})' if reasons else ''}"
    yield from _wrapped(answer)
    for price in it.prices:
        yield from _price_lines(price, "price")
    for price in it.history:
        yield from _price_lines(price, "history, no price of today")
    facts = {
        "who pays": " ".join(it.pays) or "not published",
        "how": it.how,
        "time": it.turnaround,
        "states": it.states,
        "needs your doctor": it.local_doctor,
        "age": it.ages,
        "for": it.fields + (f"; not for {it.fields_out}" if it.fields_out else ""),
        "your records": it.collects_records,
        "looks at slides again": it.rereads_pathology,
        "looks at scans again": it.rereads_radiology,
    }
    for name, value in facts.items():
        yield from _wrapped(f"{name}: {value}")


def _price_lines(price: PriceShown, name: str) -> Iterator[str]:
    parts = [price.text]
    parts += [f"for {price.only_for} only"] if price.only_for else []
    parts += [f"more to pay: {price.extras}"] if price.extras else []
    parts += [f"${price.deposit:,} of it is not given back"] if price.deposit else []
    parts += ["more than a year old"] if price.is_old else []
    yield from _wrapped(f"{name}: {'; '.join(parts)} [{price.source}; {price.when}; {price.confidence}]")
    if price.note:
        yield from _wrapped(price.note, "     ")


def _coverage_lines(found: FoundPrograms) -> Iterator[str]:
    topic = ""
    for fact in found.coverage:
        if fact.topic != topic:
            topic = fact.topic
            yield TOPICS[topic]
        dates = f" [{fact.source}, {fact.as_of or 'date not known'}, read {fact.seen_at}]"
        yield from _wrapped(fact.says + ("" if fact.source == "own wording" else dates), "  - ")


def _wrapped(text: str, indent: str = "   ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=" " * (len(indent) + 2))
