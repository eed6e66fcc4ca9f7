"""Finds second-opinion programs for a condition and a state: who may, at which published price."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from finder import parameters
from finder.answers import Source
from finder.context import SearchContext
from finder.coverage import CoverageFact
from finder.engine import translated
from finder.facets import AgesAsked
from finder.i18n import gettext
from finder.licensing import Available, StateLaw
from finder.offers import About, LeftOut, Offer, Patient, SortAsked, in_order, offer_of, why_not
from finder.parameters import Reader
from finder.reads import Client, Served, document, searches, served
from finder.vocabulary import Understood, resolve

MOST_PROGRAMS = 1000  # every program is read: there are tens, and each needs its own reasons


@dataclass(frozen=True, slots=True)
class ProgramsAsked:
    """Which programs are asked for: all of them without `words`; None where something was not said."""

    words: str | None = None
    state: str | None = None
    local_doctor: bool | None = None
    no_charge: bool = False
    through_plan: bool = False
    ages: AgesAsked | None = None
    sort: SortAsked = SortAsked.PRICE

    @classmethod
    def from_args(cls, args: Mapping[str, Any]) -> "ProgramsAsked":
        """Get it from parameters. Raises one InputErrors with every mistake, unknown parameters included."""
        reader = Reader(args, [field.name for field in fields(cls)])
        asked = cls(
            words=reader.one("words", parameters.words, None),
            state=reader.one("state", parameters.state, None),
            local_doctor=reader.one("local_doctor", parameters.truth, None),
            no_charge=reader.one("no_charge", parameters.truth, False),
            through_plan=reader.one("through_plan", parameters.truth, False),
            ages=reader.one("ages", parameters.member(AgesAsked), None),
            sort=reader.one("sort", parameters.member(SortAsked), SortAsked.PRICE),
        )
        reader.finish()
        return asked


@dataclass(frozen=True, slots=True)
class FoundPrograms:
    """Programs in the order asked for, those that take nobody from the state included, with the reason.

    `law` is what is known of the law of the state, None without a state or for a territory; `coverage` are
    the facts and questions about who pays. `left_out` are those that do not take the condition, by their own
    words. Words that are not understood give no programs but `understood.choices`; without words `understood`
    is None.
    """

    asked: ProgramsAsked
    understood: Understood | None
    source: Source
    programs: tuple[Offer, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    law: StateLaw | None = None
    coverage: tuple[CoverageFact, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Get the answer of `programs --json`; $defs/programs_answer of search.schema.json describes it."""
        doctor = {True: "yes", False: "no", None: "unknown"}[self.asked.local_doctor]
        return {
            "understood": self.understood.to_json() if self.understood else None,
            "urgent": self.understood.urgent if self.understood else None,
            "state": self.asked.state,
            "local_doctor": doctor,
            "no_charge": self.asked.no_charge,
            "through_plan": self.asked.through_plan,
            "sort": self.asked.sort.value,
            "law": self.law.to_json() if self.law else None,
            "total": len(self.programs),
            "programs": [offer.to_json() for offer in self.programs],
            "left_out": [{"id": o.id, "name": o.name, "reason": o.reason} for o in self.left_out],
            "coverage": [fact.to_json() for fact in self.coverage],
            "generation": self.source.generation,
            "as_of": self.source.as_of,
        }


def programs_body() -> dict[str, Any]:
    """Get the body that brings every program."""
    return {"size": MOST_PROGRAMS, "query": {"match_all": {}}}


@translated()
def find_programs(engine: Client, prefix: str, asked: ProgramsAsked, context: SearchContext) -> FoundPrograms:
    """Get the programs for a condition, those with a figure first. Raises NotReady, EngineDown."""
    generation = served(engine, prefix)
    source = Source(generation.run_id, generation.as_of, generation.is_demonstration)
    understood = resolve(asked.words, context.vocabulary) if asked.words else None
    empty = FoundPrograms(
        asked, understood, source, law=context.laws.get(asked.state or ""), coverage=context.coverage
    )
    if understood and understood.concept_id is None:
        return empty
    response = searches(engine, [(generation.programs, programs_body())])[0]
    patient = Patient(asked.state, asked.local_doctor, asked.ages)
    offers, left_out = _sorted_out(understood, response, patient, context)
    kept = [
        offer
        for offer in offers
        if (offer.is_free or not asked.no_charge) and (offer.is_paid_by_others or not asked.through_plan)
    ]
    return replace(empty, programs=tuple(in_order(kept, asked.sort)), left_out=left_out)


@translated()
def program(engine: Client, prefix: str, program_id: str, patient: Patient | None = None) -> Offer:
    """Get one program by id for a patient. Raises NotFound, NotReady, EngineDown."""
    missing = gettext("there is no program %(name)s", name=program_id)
    found = document(engine, served(engine, prefix).programs, program_id, missing)
    return offer_of(program_id, found, patient or Patient())


@translated()
def programs_named(engine: Client, prefix: str, program_ids: Sequence[str]) -> tuple[Offer, ...]:
    """Get programs by their ids, by price; those that are gone are left out. Raises NotReady, EngineDown."""
    if not program_ids:
        return ()
    body = {"size": MOST_PROGRAMS, "query": {"ids": {"values": list(program_ids)}}}
    response = searches(engine, [(served(engine, prefix).programs, body)])[0]
    found = [offer_of(hit["_id"], hit["_source"], Patient()) for hit in response["hits"]["hits"]]
    return tuple(in_order(found))


def about_of(understood: Understood | None, context: SearchContext) -> About | None:
    """Get what programs are asked about; None where no condition was given or understood."""
    if understood is None or understood.concept_id is None:
        return None
    return About(context.line_of(understood.concept_id), understood.ladder, context.concept_of)


def fitting(
    understood: Understood, response: Mapping[str, Any], patient: Patient, context: SearchContext
) -> tuple[Offer, ...]:
    """Get, from the answer to `programs_body`, those that take the condition and may take the patient."""
    offers, _ = _sorted_out(understood, response, patient, context)
    return tuple(in_order([offer for offer in offers if offer.available is not Available.NO]))


def offers_of(
    engine: Client, generation: Served, understood: Understood, patient: Patient, context: SearchContext
) -> tuple[Offer, ...]:
    """Get the programs of `fitting`; they are read and sorted once for a generation."""
    key = (generation.programs, understood.concept_id, patient)
    known: tuple[Offer, ...] | None = context.remembered.get(key)
    if known is None:
        (offered,) = searches(engine, [(generation.programs, programs_body())])
        known = context.remembered.put(key, fitting(understood, offered, patient, context))
    return known


def _sorted_out(
    understood: Understood | None, response: Mapping[str, Any], patient: Patient, context: SearchContext
) -> tuple[list[Offer], tuple[LeftOut, ...]]:
    about = about_of(understood, context)
    offers, left_out = [], []
    for hit in response["hits"]["hits"]:
        told = hit["_source"]
        reason = why_not(told, about) if about else None
        if reason:
            left_out.append(LeftOut(hit["_id"], told["name"], reason))
        else:
            offers.append(offer_of(hit["_id"], told, patient, about, context.laws))
    return offers, tuple(sorted(left_out, key=lambda one: one.id))
