"""Three names for a referring physician: independent, known for the condition, and alike in how they work.

The order is that of the profile `colleagues` (ranking.toml): nobody with a tie stands above somebody without,
then exactly this condition, then the likeness of the practice, which the engine measures among those who are
left. The three names come from three health systems, the best of each, wherever three have somebody; the
others follow in the engine's order. Beside them stand the nearest to the patient, one at a teaching hospital,
programs, the most alike of those with a tie, and for a disagreement the one to break it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from finder.answers import Result, SearchResults, Source
from finder.approaches import Approaches
from finder.clauses import any_of, order, term, terms
from finder.colleague_answers import Colleague, Colleagues, Own
from finder.composition import Hit, Page, from_different, parties
from finder.context import SearchContext
from finder.criteria import SearchCriteria, SortAsked, WhyAsked
from finder.documents import shown
from finder.engine import translated
from finder.errors import FieldError, InputErrors
from finder.gaps import prior_gaps
from finder.i18n import gettext
from finder.in_common import Told, apart, common, matters, practice
from finder.independence import Ties, kind_of
from finder.likeness import likeness, vector_of
from finder.offers import Offer, Patient
from finder.own_list import left_out_body, left_out_of
from finder.priors import LookedUp, looked_up, question_of
from finder.program_kinds import Modality
from finder.program_search import offers_of
from finder.query import Question, specialists_body, tied_body
from finder.ranking import Breadth, PartName
from finder.reads import Client, Served, documents, searches
from finder.reasons import Words, specialty_shown
from finder.results import excluded_of, results_of, total_of
from finder.vocabulary import Understood, resolve

PROFILE = "colleagues"
NAMES = 3  # from as many systems
SHOWN = 10  # people in the whole answer
LOOKED_AT = 50  # hits among which the names are looked for before the engine is asked again
BESIDE = 10  # hits among which one who is not a name yet is looked for
OWN_KINDS = ("group", "system", "hospital")
_KNOWN_SYSTEM = {"prefix": {"tie_keys": "system:"}}
_KNOWN_GROUP = {"bool": {"filter": [term("tie_kinds_known", "system"), {"prefix": {"tie_keys": "group:"}}]}}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question with everything that its answer is read with."""

    engine: Client
    generation: Served
    question: Question
    own: Mapping[str, Any]
    priors: Sequence[Ties]
    words: Words
    approaches: Approaches
    above: Callable[[str], tuple[str, ...]]

    def searched(self, bodies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return searches(self.engine, [(self.generation.specialists, body) for body in bodies])

    def colleagues(
        self, hits: Sequence[Hit], question: Question | None = None, moved: frozenset[str] = frozenset()
    ) -> list[Colleague]:
        """The hits, in their order, beside the referring physician."""
        asked = question or self.question
        page = Page(tuple(hits), dict.fromkeys(moved, Breadth.SYSTEM), None)
        results = results_of(asked, page, self.priors, self.words)
        return [self._colleague(r, hit["_source"]) for r, hit in zip(results, hits, strict=True)]

    def beside(self, hits: Sequence[Hit], question: Question | None = None) -> Colleague | None:
        """The first of the hits, who has no rank on the list; None without any."""
        found = self.colleagues(hits[:1], question)
        if not found:
            return None
        alone = found[0].result._replace(rank=None, above_next=None)
        return replace(found[0], result=alone)

    def likeness(self, hit: Hit) -> float | None:
        """How alike the practice of a hit is."""
        return likeness(vector_of(self.own), vector_of(hit["_source"]))

    def _colleague(self, result: Result, source: Mapping[str, Any]) -> Colleague:
        labels = shown(source)["ties"]
        keys = sorted(parties([{"_source": source}]))
        return Colleague(
            result=result,
            document=source,
            likeness=self.likeness({"_source": source}),
            systems=tuple(labels[key]["label"] for key in keys if key in labels),
            common=common(self.own, source, self.approaches, self.above, self.words),
            apart=apart(self.own, source, self.approaches, self.words),
            matters=matters(source, self.approaches, self.words),
        )


def colleagues_asked(args: Mapping[str, Any]) -> SearchCriteria:
    """Get the criteria of a referring physician from search parameters; a place limits nobody by itself.

    Raises one InputErrors with every mistake, among them that the physician is not named.
    """
    errors: list[FieldError] = []
    found = None
    try:
        found = SearchCriteria.from_args(args)
    except InputErrors as problem:
        errors += problem.errors
    if not args.get("referrer"):
        errors.append(FieldError("referrer", gettext("give your own NPI: 10 digits")))
    if found is None or errors:
        raise InputErrors(errors)
    return found if args.get("within") else replace(found, within=None)


@translated()
def find_colleagues(
    engine: Client, prefix: str, criteria: SearchCriteria, context: SearchContext, now: date
) -> Colleagues:
    """Get three names from three systems for a referring physician, with everything beside them.

    `criteria` are those of `colleagues_asked`. Words that are not understood, and prior doctors or places
    that must be asked back, give no names, as in `search.find_specialists`. Raises InputErrors for an unknown
    physician, place, prior doctor, plan or generation, NotReady, EngineDown. Sends two look-ups and one
    search request; one more for each name that no hit of the first could give.
    """
    assert criteria.referrer is not None  # `colleagues_asked` sees to it
    understood = resolve(criteria.words, context.vocabulary)
    generation = context.remembered.served(engine, prefix, criteria.generation)
    known = looked_up(engine, generation, criteria, context)
    found = documents(engine, {generation.specialists: [criteria.referrer]})
    document = found[generation.specialists][criteria.referrer]
    own = _own(document, known, context)
    source = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    gaps = prior_gaps(known.priors, context.words.rules)
    empty = SearchResults(understood, source, known.priors, ask=known.ask, prior_gaps=gaps)
    if understood.concept_id is None or known.ask:
        return Colleagues(empty, own)
    wanted = replace(
        criteria, profile=PROFILE, why=None, sort=SortAsked.BEST, show_tied=False, facets=False,
        size=LOOKED_AT, position=None,
    )  # fmt: skip
    question = question_of(wanted, understood, known, context, now)
    question = replace(question, practice=vector_of(document) or ())
    asked = _Asked(
        engine, generation, question, document, known.priors, context.words, context.approaches,
        context.vocabulary.ancestors,
    )  # fmt: skip
    return _answered(asked, empty, own, known, context)


def _answered(
    asked: _Asked, empty: SearchResults, own: Own, known: LookedUp, context: SearchContext
) -> Colleagues:
    """The names first, then everything beside them."""
    question = asked.question
    bodies: dict[str, dict[str, Any] | None] = {
        "list": specialists_body(question), "near_home": _near_home(question),
        "teaching": _narrowed(question, [term("attributes", "teaching_hospital")]), "tied": _tied(question),
        "tie_breaker": _tie_breaker(question, known, context), "left_out": tied_body(question),
        "own_list": left_out_body(question),
    }  # fmt: skip
    sent = {name: body for name, body in bodies.items() if body is not None}
    answers = dict(zip(sent, asked.searched(list(sent.values())), strict=True))
    hits = {name: answer["hits"]["hits"] for name, answer in answers.items()}
    chosen = _names(asked, hits["list"])
    people = _in_order(asked, chosen, hits["list"])
    names, others = tuple(people[: len(chosen)]), tuple(people[len(chosen) :])
    further = {
        name: [hit for hit in hits.get(name, ()) if all(hit["_id"] != one["_id"] for one in chosen)]
        for name in ("near_home", "teaching", "tied")
    }
    further["tied"].sort(key=lambda hit: -(asked.likeness(hit) or 0.0))
    tied = _more_alike(asked.beside(further["tied"]), names)
    third = replace(question, profile=context.profiles[WhyAsked.TIE_BREAKER])
    patient = Patient(question.criteria.state or known.state, has_doctor=True, ages=question.criteria.ages)
    results = replace(
        empty,
        total=total_of(answers["list"]),
        excluded=excluded_of(answers.get("left_out"), asked.words.rules.breaking()),
        own_list_left_out=left_out_of(answers.get("own_list")),
        results=tuple(each.result for each in people),
        profile=question.profile.name,
        place=question.place,
    )
    return Colleagues(
        results=results, own=own, names=names, others=others, near_home=asked.beside(further["near_home"]),
        teaching=asked.beside(further["teaching"]), tied=tied, pulled_apart=_pulled_apart(tied),
        programs=_programs(asked, results.understood, patient, context),
        tie_breaker=asked.beside(hits.get("tie_breaker", ()), third),
    )  # fmt: skip


def _in_order(asked: _Asked, chosen: Sequence[Hit], hits: Sequence[Hit]) -> list[Colleague]:
    """The names, then the others as they came; a name says where it was moved up."""
    named = {hit["_id"] for hit in chosen}
    listed = [*chosen, *(hit for hit in hits if hit["_id"] not in named)][:SHOWN]
    at = {hit["_id"]: place for place, hit in enumerate(hits)}
    moved = (hit["_id"] for place, hit in enumerate(chosen) if at.get(hit["_id"], LOOKED_AT) > place)
    return asked.colleagues(listed, moved=frozenset(moved))


def _own(document: Mapping[str, Any], known: LookedUp, context: SearchContext) -> Own:
    ties = next(prior for prior in known.priors if prior.npi == document["npi"])
    places = []
    for key in sorted(ties.keys, key=lambda key: (_rank(kind_of(key)), key)):
        if kind_of(key) in OWN_KINDS and key in ties.labels:
            label = ties.labels[key]
            title = context.words.sources.get(label.source, label.source)
            places.append((kind_of(key), Told(label.label, label.source, title, label.as_of)))
    return Own(
        npi=document["npi"],
        name=document["name"],
        specialty=specialty_shown(document, None, context.words),
        places=tuple(places),
        not_known=tuple(kind for kind in OWN_KINDS if kind not in ties.kinds_known),
        practice=practice(document, context.approaches, context.words),
        is_comparable=vector_of(document) is not None,
    )


def _rank(kind: str) -> int:
    return OWN_KINDS.index(kind) if kind in OWN_KINDS else len(OWN_KINDS)


def _names(asked: _Asked, hits: Sequence[Hit]) -> list[Hit]:
    """The best of three different systems, none of them tied; the engine is asked again for each that the
    hits do not show. Where fewer are there, the next without a tie fill the places; nobody with one is named.
    """
    untied = [hit for hit in hits if PartName.UNTIED in hit["matched_queries"]]
    chosen = from_different(untied, NAMES)
    while len(chosen) < NAMES:
        (answer,) = asked.searched([_elsewhere(asked.question, chosen)])
        further = from_different(answer["hits"]["hits"], 1)
        if not further:
            break
        chosen += further
    ids = {hit["_id"] for hit in chosen}
    return [*chosen, *[hit for hit in untied if hit["_id"] not in ids][: NAMES - len(chosen)]]


def _elsewhere(question: Question, chosen: Sequence[Hit]) -> dict[str, Any]:
    """The best one of a known system, or group without one, that none of the chosen shares."""
    known = any_of(_KNOWN_SYSTEM, _KNOWN_GROUP)
    body = _narrowed(question, [known, _untied(question)])
    query = body["query"]["bool"]
    query["must_not"] = [*query.get("must_not", ()), terms("tie_keys", sorted(parties(chosen)))]
    return body


def _narrowed(question: Question, clauses: Sequence[dict[str, Any]], size: int = BESIDE) -> dict[str, Any]:
    """The search for fewer people, in the same order."""
    body = specialists_body(replace(question, criteria=replace(question.criteria, size=size)))
    query = body["query"]["bool"]
    return {**body, "query": {"bool": {**query, "filter": [*query["filter"], *clauses]}}}


def _near_home(question: Question) -> dict[str, Any] | None:
    """The nearest who mainly treat it and have no tie at all; None without the patient's place."""
    if question.place is None:
        return None
    mainly = term("main_concepts", question.concepts[0])
    body = _narrowed(question, [mainly, _untied(question)])
    return {**body, "sort": order(question.place, is_nearest=True)}


def _untied(question: Question) -> dict[str, Any]:
    keys = [*question.breaking(), *question.weaker_keys]
    return {"bool": {"must_not": [terms("tie_keys", keys)]}}


def _tied(question: Question) -> dict[str, Any] | None:
    """Those who mainly treat it and have a tie, the most alike first; None where nobody can be alike."""
    if not question.practice:
        return None
    shown_too = replace(question, criteria=replace(question.criteria, show_tied=True))
    keys = [*question.breaking(), *question.weaker_keys]
    mainly = term("main_concepts", question.concepts[0])
    return _narrowed(shown_too, [mainly, terms("tie_keys", keys)], LOOKED_AT)


def _tie_breaker(question: Question, known: LookedUp, context: SearchContext) -> dict[str, Any] | None:
    """The search for a third opinion; None where nobody but the referring physician has seen the patient."""
    if len(known.priors) < 2:
        return None
    third = replace(question, profile=context.profiles[WhyAsked.TIE_BREAKER])
    return _narrowed(third, [_untied(question)], size=1)


def _more_alike(tied: Colleague | None, names: Sequence[Colleague]) -> Colleague | None:
    """The one with a tie, where more alike than every name."""
    if tied is None or tied.likeness is None:
        return None
    most = max((each.likeness for each in names if each.likeness is not None), default=-1.0)
    return tied if tied.likeness > most else None


def _pulled_apart(tied: Colleague | None) -> str | None:
    if tied is None:
        return None
    ties = list(_sentences(tied.result))
    return gettext(
        "%(name)s works most like you and is not independent of those already seen: %(why)s. So this person "
        "is named here, and not among the names.",
        name=tied.result.name,
        why="; ".join(ties),
    )


def _sentences(result: Result) -> Iterator[str]:
    for pair in result.pairs:
        for tie in pair.ties:
            yield f"{tie.with_name}: {tie.sentence}"


def _programs(
    asked: _Asked, understood: Understood, patient: Patient, context: SearchContext
) -> tuple[Offer, ...]:
    """Programs that may take the patient, those from doctor to doctor first."""
    known = offers_of(asked.engine, asked.generation, understood, patient, context)
    return tuple(sorted(known, key=_is_for_others))


def _is_for_others(offer: Offer) -> bool:
    return Modality.DOCTOR_TO_DOCTOR.value not in offer.document.get("modality", ())
