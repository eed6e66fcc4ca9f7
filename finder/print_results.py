"""Answers as plain text for a terminal: the same facts as the JSON, in the reader's words."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from finder.answers import Ask, FacetCount, Result, SearchResults
from finder.criteria import SearchCriteria, SortAsked
from finder.explanations import Compared, Explained
from finder.loosened import TOGETHER
from finder.proof import ProvedTie
from finder.specialties import Ages
from finder.trust import CONFIRMED_DAYS, Level
from finder.vocabulary import Understood

WIDTH = 100
VERDICTS = {
    "independent": "INDEPENDENT",
    "some_tie": "SOME TIE",
    "not_independent": "NOT INDEPENDENT",
    "unknown": "INDEPENDENCE NOT KNOWN",
}
_LISTS = {"": "ICD-10-CM", "ORPHA": "Orphanet"}  # how codes of other lists begin
BANNER = "DEMONSTRATION DATA: every person and institution below is fictional."


def printed_results(results: SearchResults, criteria: SearchCriteria) -> str:
    """One page of results: what was understood, who was left out and why, then each person."""
    lines: list[str] = []
    if results.source.is_demonstration:
        lines += [BANNER, ""]
    if results.understood.urgent:
        lines += [*textwrap.wrap(results.understood.urgent, WIDTH), ""]
    lines.append(f"Searched: {criteria.describe()}")
    lines += [*understood_lines(results.understood)]
    if results.understood.concept_id is None:
        return "\n".join(lines)
    for prior in results.prior:
        known = ", ".join(sorted(prior.kinds_known)) or "nothing"
        name = f"NPI {prior.npi}" if prior.npi else prior.organization_id
        lines.append(f"Already seen: {prior.name} ({name}); known for comparing: {known}")
    for gap in results.prior_gaps:
        lines += textwrap.wrap(gap, WIDTH)
    if results.ask:
        return "\n".join([*lines, *question_lines(results.ask)])
    lines.append(_found(results, "nearest" if criteria.sort is SortAsked.NEAREST else "best fit"))
    lines += [*left_out_lines(results)]
    for each in results.loosening:
        limit = "all limits" if each.facet == TOGETHER else f"the limit “{each.facet}”"
        change = f"Within {each.within} miles" if each.within else f"Without {limit}"
        lines.append(f"{change} there would be {each.without:,}.")
    lines += [*_people_lines(results)]
    lines += [*_facet_lines(results.facets)]
    if results.programs:
        names = ", ".join(offer.document["name"] + " of " + offer.document["institution"]
                          for offer in results.programs[:3])  # fmt: skip
        more = f" and {len(results.programs) - 3} more" if len(results.programs) > 3 else ""
        lines += ["", *textwrap.wrap(f"Programs that may fit (finder programs): {names}{more}.", WIDTH)]
    if results.next:
        lines += ["", f"More: --next {results.next}"]
    date = results.source.as_of or "unknown date"
    lines += [
        "",
        f"Generation {results.source.generation}; newest file of {date}. This is no medical advice.",
    ]
    return "\n".join(lines)


def _people_lines(results: SearchResults) -> Iterator[str]:
    for result in results.results:
        yield from ("", *result_lines(result, bool(results.prior)))
    if results.surgeon and results.surgeon.rank:
        yield from ("", f"The surgeon who fits best is number {results.surgeon.rank} of this list.")
    elif results.surgeon:
        yield from ("", "The surgeon who fits best, beside this list:")
        yield from result_lines(results.surgeon, bool(results.prior))


def question_lines(asked: Iterable[Ask]) -> Iterator[str]:
    """What must be answered first, line by line."""
    for ask in asked:
        option = {"seen_name": "--seen", "seen_org": "--seen-org"}.get(ask.field, "--near")
        asks = "Where" if ask.field == "near" else "Who"
        yield from textwrap.wrap(f"{asks} is “{ask.prior}”? Search again with {option} and one of:", WIDTH)
        for each in ask.candidates:
            place = ", ".join(part for part in (each.specialty or each.kind, each.city, each.state) if part)
            yield f"  {each.id}  {each.name}; {place}"


def _facet_lines(facets: Iterable[FacetCount]) -> Iterator[str]:
    for facet in facets:
        values = ", ".join(
            f"{v.label} {v.count:,}" + (" (chosen)" if v.selected else "") for v in facet.values
        )
        if values:
            yield from textwrap.wrap(f"{facet.label}: {values}", WIDTH, subsequent_indent="  ")


def _found(results: SearchResults, first: str) -> str:
    if not results.total:
        return "Nobody fits."
    people = "person fits" if results.total == 1 else "people fit"
    return f"{results.total:,} {people}, {first} first."


def left_out_lines(results: SearchResults) -> Iterator[str]:
    """How many were left out for a tie; nothing where nobody was."""
    if results.excluded.total:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in results.excluded.by_kind if count)
        yield (
            f"Left out, because they share something with a doctor already seen: {results.excluded.total:,}"
            f" ({kinds}; one person may count more than once)."
        )
    if count := results.own_list_left_out:
        people = "person of your own list is" if count == 1 else "people of your own list are"
        yield f"{count:,} {people} left out."


def result_lines(result: Result, was_asked: bool) -> Iterator[str]:
    """One person line by line; `was_asked` says whether a prior doctor was named."""
    credentials = f", {result.credentials}" if result.credentials else ""
    number = f"{result.rank}. " if result.rank else "   "
    yield f"{number}{result.name}{credentials}: {result.specialty or 'specialty not known'}"
    if was_asked:
        yield f"   {VERDICTS[result.verdict.value]}"
    site = result.nearest_site
    if site:
        place = ", ".join(part for part in (site.address, site.city, site.state, site.zip) if part)
        miles = f" ({result.distance_miles} miles)" if result.distance_miles is not None else ""
        yield f"   {place}{miles}{', ' + site.phone if site.phone else ''}"
    for reason in result.reasons:
        yield from textwrap.wrap(reason, WIDTH, initial_indent="   + ", subsequent_indent="     ")
    for gap in result.unknown:
        yield from textwrap.wrap(gap, WIDTH, initial_indent="   ? ", subsequent_indent="     ")
    if result.above_next:
        yield from textwrap.wrap(result.above_next, WIDTH, initial_indent="   > ", subsequent_indent="     ")
    yield from _raising_lines(result)
    yield f"   NPI {result.npi}, score {result.score:.3f}"


def _raising_lines(result: Result) -> Iterator[str]:
    if result.would_change:
        raised = f"Would stand higher with {' or '.join(result.would_change)}"
        yield from textwrap.wrap(raised, WIDTH, initial_indent="   > ", subsequent_indent="     ")


def printed_understood(understood: Understood, specialties: Mapping[str, str]) -> str:
    """What the words were taken to mean and who treats it, as text; `specialties` are labels by id."""
    lines = [*textwrap.wrap(understood.urgent, WIDTH), ""] if understood.urgent else []
    lines += [*understood_lines(understood)]
    if understood.ladder:
        lines += ["", "Who treats it, the closest first:"]
    for step in understood.ladder:
        who = ", ".join(specialties.get(each, each) for each in step.specialties)
        proved = ", as their work shows" if step.needs_evidence else ""
        text = f"{step.label}{proved}: {who}"
        lines += textwrap.wrap(text, WIDTH, initial_indent=f"  {step.step}. ", subsequent_indent="     ")
    return "\n".join(lines)


def listed_as(code: str) -> str:
    """A code with the name of its list: `ICD-10-CM B05`, `Orphanet 355` for `ORPHA:355`, `OMIM 230800`."""
    name, _colon, number = code.rpartition(":")
    return f"{_LISTS.get(name, name)} {number}"


def understood_lines(understood: Understood) -> Iterator[str]:
    """What words were taken to mean, line by line."""
    read = understood.read_as
    if read:
        yield f"Read as: {read.title} ({listed_as(read.code)}), less sure"
    if understood.concept_id is None:
        yield from _not_understood(understood)
        return
    if read:
        yield f"Doctors for: {understood.label}"
    else:
        codes = f" ({listed_as(', '.join(understood.codes))})" if understood.codes else ""
        yield f"Understood: {understood.label}{codes}, {understood.certainty.replace('_', ' ')}"
    if understood.corrected_from:
        yield f"Spelling corrected from: {understood.corrected_from}"
    if understood.also:
        yield f"Named too: {', '.join(one.label for one in understood.also)}"
    if understood.age:
        yield f"For: {'a child' if understood.age.ages is Ages.CHILD else 'an adult'} ({understood.age.said})"
    if understood.ignored:
        yield f"Not used: {', '.join(understood.ignored)}"


def _not_understood(understood: Understood) -> Iterator[str]:
    if understood.choices:
        which = "this" if len(understood.choices) == 1 else "one of these"
        yield f"Did you mean {which}? Search again with its words:"
        yield from (f"  {choice.label}" for choice in understood.choices)
    elif understood.read_as:
        yield "No field of medicine is known here for it. Try the broader condition behind it."
    else:
        yield "Not understood. Try the name of the condition, as in the doctor's letter."


def printed_explained(explained: Explained) -> str:
    """The parts of one score with their weights, what put the person there, and what would change it."""
    lines = [*understood_lines(explained.understood)]
    result = explained.result
    if result is None:
        return "\n".join(lines)
    if explained.source.is_demonstration:
        lines = [BANNER, "", *lines]
    lines.append(f"{result.name} (NPI {result.npi}): score {result.score:.3f} by {explained.profile.name}")
    if not explained.is_found:
        lines.append("A search for this would not show this person.")
    values = {part.name: part.value for part in result.parts}
    for name, part in explained.profile.parts.items():
        lines.append(f"  {values.get(name.value, 0.0):.3f} of {part.weight:.2f}  {part.says} ({name.value})")
    for reason in result.reasons:
        lines += textwrap.wrap(reason, WIDTH, initial_indent="   + ", subsequent_indent="     ")
    return "\n".join([*lines, *_raising_lines(result)])


def printed_compared(compared: Compared) -> str:
    """Each pair with its verdict, its ties with source and date, and what could not be checked."""
    lines = [BANNER, ""] if compared.source.is_demonstration else []
    names = {person.npi: f"{person.name} (NPI {person.npi})" for person in compared.people}
    for pair in compared.pairs:
        verdict = VERDICTS[pair.verdict.verdict.value]
        lines.append(f"{names[pair.one.npi]} and {names[pair.other.npi]}: {verdict}")
        for sentence in pair.sentences[: len(pair.sentences) - len(pair.proof.ties)]:
            lines += textwrap.wrap(sentence, WIDTH, initial_indent="   + ", subsequent_indent="     ")
        for tie in pair.proof.ties:
            lines += _proved_lines(tie)
        for gap in pair.proof.missing:
            lines.append(f"   ? {gap.sentence}")
    return "\n".join(lines)


def _proved_lines(tie: ProvedTie) -> list[str]:
    """One tie: its sentence, then each person's way to it with the source and date of every step."""
    says = f"{tie.sentence} [{tie.tie.strength.value}]"
    lines = textwrap.wrap(says, WIDTH, initial_indent="   + ", subsequent_indent="     ")
    for chain in tie.chains:
        steps = " > ".join(f"{step.label} ({step.source}, {step.as_of or 'no date'})" for step in chain.steps)
        way = f"{chain.name} > {steps}"
        lines += textwrap.wrap(way, WIDTH, initial_indent="       ", subsequent_indent="         ")
    return lines


def printed_specialist(document: Mapping[str, Any]) -> str:
    """Everything carried of one person, each fact with source and date, losing values below it."""
    lines = [BANNER, ""] if document.get("demonstration") else []
    credentials = f", {document['credentials']}" if "credentials" in document else ""
    lines.append(f"{document['name']}{credentials} (NPI {document['npi']})")
    for name, fact in document.get("facts", {}).items():
        lines.append(f"  {name.replace('_', ' ')}: {_value(fact)}{_doubts(fact.get('standing'))}")
        lines += [f"    differs: {_value(other)}" for other in fact.get("others", ())]
    for site in document.get("sites", ()):
        place = ", ".join(site[k] for k in ("street", "street_2", "city", "state", "zip") if k in site)
        sources = ", ".join(site["sources"])
        dated = f"[{sources}, {site.get('as_of', 'date not known')}]"
        lines.append(f"  site: {place} {dated}{_doubts(site.get('standing'))}")
    for key, tie in document.get("ties", {}).items():
        via = f", through {tie['via']}" if "via" in tie else ""
        lines.append(f"  {key.partition(':')[0]}: {tie['label']}{via} [{tie['source']}, {_date(tie)}]")
    for trial in document.get("trials", ()):
        lines.append(f"  trial {trial['nct_number']}: {trial['title']} [{_date(trial)}]")
    return "\n".join(lines)


def _value(fact: Mapping[str, Any]) -> str:
    value = fact["value"]
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{shown} [{fact['source']}, {_date(fact)}]"


def _doubts(standing: Mapping[str, Any] | None) -> str:
    """What a reader should know before counting on it: sources differ, or nobody has confirmed it of late."""
    if standing is None:
        return ""
    differs = " (sources differ: ask first)" if standing["level"] == Level.UNSURE else ""
    return differs + (f" (not confirmed for over {CONFIRMED_DAYS} days)" if standing["unconfirmed"] else "")


def _date(fact: Mapping[str, Any]) -> str:
    return str(fact.get("as_of") or "date not known")
