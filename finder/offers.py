"""What a program offers somebody: whether it takes patients from a state, its price in words, its order.

Every answer follows from what the program itself publishes (`finder/data/programs.csv`); where it says
nothing the answer is "unknown". The licensing law of the states is not judged here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from finder.concepts import LadderStep
from finder.facets import AgesAsked
from finder.programs import LocalDoctor, PriceKind
from finder.text import fold

ADULT_YEARS = 18
# Words of our own for the kinds of price; {amount} and {most} are US dollars as published.
_PRICE_WORDS: Mapping[PriceKind, str] = MappingProxyType(
    {
        PriceKind.FLAT: "{amount}",
        PriceKind.FROM: "from {amount}",
        PriceKind.RANGE: "{amount} to {most}",
        PriceKind.IN_STATE: "{amount} for people of its own state",
        PriceKind.OUT_OF_STATE: "{amount} for people of other states",
        PriceKind.BENEFIT: "{amount}, as a benefit of an employer or health plan",
        PriceKind.BILLED_AS_VISIT: "billed to insurance as a visit",
        PriceKind.QUOTE: "on request",
        PriceKind.NOT_PUBLISHED: "not published",
    }
)


class Available(StrEnum):
    """Whether a program takes a patient from a state."""

    YES = "yes"
    YES_WITH_YOUR_DOCTOR = "yes_with_your_doctor"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Patient:
    """Who asks: the state's code, whether an own doctor takes part, adult or child; None where not said."""

    state: str | None = None
    has_doctor: bool | None = None
    ages: AgesAsked | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What is asked about: a concept with every broader one, and the ladder of who treats it.

    `concept_of` gives the concept of a field in a program's words, None where there is none.
    """

    concepts: frozenset[str]
    ladder: Sequence[LadderStep]
    concept_of: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Offer:
    """One program for one patient: `document` as carried, the answer for the state and its reasons."""

    id: str
    document: Mapping[str, Any]
    available: Available
    reasons: tuple[str, ...]
    price: str
    fields: str

    @property
    def current(self) -> tuple[Mapping[str, Any], ...]:
        """The prices of today; the first is the general one. History is never among them."""
        return tuple(price for price in self.document["prices"] if not price["is_history"])

    @property
    def amount(self) -> int | None:
        """US dollars of the first price of today that has an amount; None where none is published."""
        return next((price["amount"] for price in self.current if "amount" in price), None)

    @property
    def is_free(self) -> bool:
        """Whether some price of today is no charge; its note says for whom."""
        return any(price.get("amount") == 0 for price in self.current)

    def to_json(self) -> dict[str, Any]:
        """Get the program under the keys of the contract."""
        told = self.document
        return {
            "id": self.id, "name": told["name"], "institution": told["institution"],
            "operator": told.get("operator"), "available": self.available.value,
            "reasons": list(self.reasons), "price": self.price, "price_amount": self.amount,
            "prices": [_price_json(price) for price in told["prices"]],
            "states": told.get("states", []), "excluded_states": told.get("excluded_states", []),
            "excluded_counties": told.get("excluded_counties", []),
            "needs_local_doctor": told["needs_treating_doctor"], "fields": self.fields,
            "specialties_in": told.get("specialties_in", []),
            "specialties_out": told.get("specialties_out", []), "modality": told.get("modality", []),
            "turnaround": told.get("turnaround"), "turnaround_days_max": told.get("turnaround_days_max"),
            "age_min": told.get("age_min"), "age_max": told.get("age_max"),
            "collects_records": told["collects_records"], "rereads_pathology": told["rereads_pathology"],
            "rereads_radiology": told["rereads_radiology"],
        }  # fmt: skip

    def to_short_json(self) -> dict[str, Any]:
        """Get what a search tells of a program; the rest is one look-up away."""
        told = self.document
        return {
            "id": self.id, "name": told["name"], "institution": told["institution"],
            "available": self.available.value, "reasons": list(self.reasons), "price": self.price,
            "price_amount": self.amount, "needs_local_doctor": told["needs_treating_doctor"],
            "turnaround": told.get("turnaround"),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A program that does not take this condition, with the reason in its own words."""

    id: str
    name: str
    reason: str


def offer_of(program_id: str, document: Mapping[str, Any], patient: Patient) -> Offer:
    """Get what a program offers a patient."""
    available, reasons = _availability(document, patient)
    fields = ", ".join(document.get("specialties_in", ()))
    first, *others = [price for price in document["prices"] if not price["is_history"]]
    prices = [price_words(first), *(f"{price_words(p)} ({p.get('note', 'for some')})" for p in others)]
    return Offer(
        program_id, document, available, reasons, "; ".join(prices), fields or "not limited by its own words"
    )


def in_order(offers: Sequence[Offer]) -> list[Offer]:
    """Get offers by price: amounts of today first, the lowest first; then without an amount; then by name."""
    return sorted(offers, key=lambda o: (o.amount is None, o.amount or 0, o.document["name"], o.id))


def price_words(price: Mapping[str, Any]) -> str:
    """Get one price in words, as published; a kind without its amount says just the kind."""
    kind = PriceKind(price["kind"])
    if kind is PriceKind.BENEFIT and "amount" not in price:
        return "a benefit of some employers and health plans; price not published"
    amount = "no charge" if price.get("amount") == 0 else f"${price.get('amount', 0):,}"
    return _PRICE_WORDS[kind].format(amount=amount, most=f"${price.get('amount_max', 0):,}")


def why_not(document: Mapping[str, Any], about: About) -> str | None:
    """Get why a program does not take a condition, in its own words; None where it may.

    It does not where its excluded concepts, or the fields that it says it does not take, hold the condition,
    and where it names its fields and none of them is that of the condition: by the vocabulary (`oncology`
    holds every cancer), or as a specialty on the ladder of who treats it.
    """
    if about.concepts & set(document.get("excluded_concepts", ())):
        return "does not take this condition"
    limited = document.get("concepts")
    if limited and not about.concepts & set(limited):
        return "takes other conditions only"
    refused = [text for text in document.get("specialties_out", ()) if _holds(text, about)]
    if refused:
        return f"says that it does not take {', '.join(refused)}"
    named = document.get("specialties_in", ())
    if named and not any(_holds(text, about) or _treats(text, about) for text in named):
        return f"names other fields as its own: {', '.join(named)}"
    return None


def _holds(field: str, about: About) -> bool:
    """Whether a field in a program's words is the condition, or a broader idea than it."""
    return about.concept_of(field) in about.concepts


def _treats(field: str, about: About) -> bool:
    """Whether a field in a program's words names a specialty on the ladder, as `surgery` general surgery."""
    words = set(fold(field).split())
    return any(words <= set(s.split("_")) for step in about.ladder for s in step.specialties)


def _availability(document: Mapping[str, Any], patient: Patient) -> tuple[Available, tuple[str, ...]]:
    refusal = _age_refusal(document, patient.ages)
    if refusal:
        return Available.NO, (refusal,)
    base, reason = _of_state(document, patient.state)
    reasons = [reason]
    counties = [c for c in document.get("excluded_counties", ()) if c.endswith(f" {patient.state}")]
    if counties and base is Available.YES:
        reasons.append(f"not from these counties: {', '.join(counties)}")
    doctor = LocalDoctor(document["needs_treating_doctor"])
    if doctor is LocalDoctor.YES and base is not Available.NO:
        reasons.append("needs your own doctor to take part")
        if patient.has_doctor is False:
            return Available.NO, tuple(reasons)
        base = Available.YES_WITH_YOUR_DOCTOR if base is Available.YES else base
    elif doctor is LocalDoctor.OUTSIDE_HOME_STATE:
        reasons.append("needs your own doctor to take part if you live outside its home state")
    elif doctor is LocalDoctor.NO:
        reasons.append("does not need your own doctor")
    return base, tuple(reasons)


def _of_state(document: Mapping[str, Any], state: str | None) -> tuple[Available, str]:
    taken, refused = document.get("states", ()), document.get("excluded_states", ())
    if not state:
        return Available.UNKNOWN, "no state was given"
    if state in refused:
        return Available.NO, f"says that it takes nobody from {state}"
    if taken:
        if state in taken:
            return Available.YES, f"lists {state} among the states from which it takes patients"
        return Available.NO, f"takes patients from other states only: {', '.join(taken)}"
    if refused:
        return Available.YES, f"lists the states that it does not take, and {state} is not among them"
    return Available.UNKNOWN, "does not say from which states it takes patients"


def _age_refusal(document: Mapping[str, Any], ages: AgesAsked | None) -> str | None:
    youngest, oldest = document.get("age_min"), document.get("age_max")
    if ages is AgesAsked.CHILD and youngest is not None and youngest >= ADULT_YEARS:
        return f"takes patients from {youngest} years on"
    if ages is AgesAsked.ADULT and oldest is not None and oldest < ADULT_YEARS:
        return f"takes patients up to {oldest} years"
    return None


def _price_json(price: Mapping[str, Any]) -> dict[str, Any]:
    names = ("kind", "amount", "amount_max", "extras", "deposit_nonrefundable", "source_url", "source_kind",
             "as_of", "seen_at", "confidence", "is_history", "note")  # fmt: skip
    return {"says": price_words(price), **{name: price.get(name) for name in names}}
