"""What a program offers somebody: whether it takes patients from a state, its price in words, its order.

Every answer follows from what the program itself publishes (`finder/data/programs.csv`) and, for states, from
`finder/licensing.py`; where the sources say nothing the answer is "unknown".
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson

from finder.concepts import LadderStep
from finder.facets import AgesAsked
from finder.i18n import gettext, language, mark
from finder.licensing import Available, Reason, StateLaw, availability
from finder.program_kinds import Ages, BenefitRoute, PriceKind
from finder.text import fold

ADULT_YEARS = 18
NO_LAWS: Mapping[str, StateLaw] = MappingProxyType({})
# Ways in which an employer, a plan or an insurance pays.
PAYING = frozenset(
    {
        BenefitRoute.EMPLOYER,
        BenefitRoute.HEALTH_PLAN,
        BenefitRoute.SOME_HEALTH_PLANS,
        BenefitRoute.INSURED_VISIT,
    }
)
# Words of our own for the kinds of price; amount and most are US dollars as published.
_PRICE_WORDS: Mapping[PriceKind, str] = MappingProxyType(
    {
        PriceKind.FLAT: "%(amount)s",
        PriceKind.FROM: mark("from %(amount)s"),
        PriceKind.RANGE: mark("%(amount)s to %(most)s"),
        PriceKind.IN_STATE: mark("%(amount)s for people of its own state"),
        PriceKind.OUT_OF_STATE: mark("%(amount)s for people of other states"),
        PriceKind.BENEFIT: mark("%(amount)s if your employer, health plan or hospital takes part"),
        PriceKind.BILLED_AS_VISIT: mark("billed to insurance as a visit"),
        PriceKind.QUOTE: mark("on request"),
        PriceKind.NOT_PUBLISHED: mark("not published"),
    }
)
# Own wording, 2026-11-28.
FROM_YEARS = mark("It takes people from %(years)s years on.")
UP_TO_YEARS = mark("It takes people up to %(years)s years old.")
FOR_ADULTS = mark("It is for adults.")
FOR_CHILDREN = mark("It is for children.")


class SortAsked(StrEnum):
    """In which order programs come."""

    PRICE = "price"
    TURNAROUND = "turnaround"


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


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """One program for one patient: `document` as carried, the answer for the state and its reasons.

    `current` are the prices of today that can hold for the patient: those of the patient's state where the
    program has several, and those of the condition. The first is the general one; history is never among
    them.
    """

    id: str
    document: Mapping[str, Any]
    available: Available
    why: tuple[Reason, ...]
    current: tuple[Mapping[str, Any], ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons for `available` as sentences."""
        return tuple(map(str, self.why))

    @property
    def price(self) -> str:
        """Every price of `current` in words, with what it is for, what comes on top and what is kept."""
        return "; ".join(map(_whole_price, self.current))

    @property
    def fields(self) -> str:
        """The fields that the program names as its own."""
        return ", ".join(map(gettext, self.document.get("specialties_in", ()))) or gettext(
            "not limited by its own words"
        )

    @property
    def amount(self) -> int | None:
        """US dollars by which it is sorted: the lowest of the general prices; None where none is published.

        A price for one field only is never it, and what comes on top (`extras`), which nobody publishes, is
        not in it.
        """
        general = (price["amount"] for price in self.current if "amount" in price and "only_for" not in price)
        return min(general, default=None)

    @property
    def days(self) -> int | None:
        """The longest published turnaround in calendar days, else the shortest; None where there is none."""
        days: int | None = self.document.get("turnaround_days_max", self.document.get("turnaround_days_min"))
        return days

    @property
    def is_free(self) -> bool:
        """Whether some price that can hold for the patient is no charge."""
        return any(price.get("amount") == 0 for price in self.current)

    @property
    def is_paid_by_others(self) -> bool:
        """Whether an employer, a health plan or an insurance may pay."""
        return bool(PAYING.intersection(self.document.get("benefit_routes", ())))

    def to_json(self) -> dict[str, Any]:
        """Get the program under the keys of the contract."""
        told = self.document
        return {
            "id": self.id, "name": told["name"], "institution": told["institution"],
            "operator": told.get("operator"), "available": self.available.value,
            "reasons": list(self.reasons), "price": self.price, "price_amount": self.amount,
            "prices": [_price_json(price) for price in told["prices"]],
            "states": told.get("states", []), "states_listed": told.get("states_listed"),
            "excluded_states": told.get("excluded_states", []),
            "excluded_counties": told.get("excluded_counties", []), "home_state": told.get("home_state"),
            "place_rule": told.get("place_rule"),
            "needs_local_doctor": told["needs_treating_doctor"], "fields": self.fields,
            "specialties_in": told.get("specialties_in", []),
            "specialties_out": told.get("specialties_out", []), "modality": told.get("modality", []),
            "turnaround": told.get("turnaround"), "turnaround_days_max": told.get("turnaround_days_max"),
            "age_min": told.get("age_min"), "age_max": told.get("age_max"), "ages": told.get("ages"),
            "collects_records": told["collects_records"], "rereads_pathology": told["rereads_pathology"],
            "rereads_radiology": told["rereads_radiology"],
            "benefit_routes": told.get("benefit_routes", []), "through_plan": self.is_paid_by_others,
        }  # fmt: skip

    def to_short_json(self) -> orjson.Fragment:
        """Get what a search tells of a program; the rest is one look-up away."""
        return _short_json(self, language())


@lru_cache(maxsize=8192)  # the offers of a condition are kept, and every search tells all of them
def _short_json(offer: Offer, _reader: str) -> orjson.Fragment:
    told = offer.document
    return orjson.Fragment(
        orjson.dumps({
            "id": offer.id, "name": told["name"], "institution": told["institution"],
            "available": offer.available.value, "reasons": list(offer.reasons), "price": offer.price,
            "price_amount": offer.amount, "needs_local_doctor": told["needs_treating_doctor"],
            "turnaround": told.get("turnaround"),
        })
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A program that does not take this condition, with the reason in its own words."""

    id: str
    name: str
    reason: str


def offer_of(
    program_id: str,
    document: Mapping[str, Any],
    patient: Patient,
    about: About | None = None,
    laws: Mapping[str, StateLaw] = NO_LAWS,
) -> Offer:
    """Get what a program offers a patient; without `about` for any condition."""
    refusal = _age_refusal(document, patient.ages)
    available, why = availability(document, patient.state, patient.has_doctor, laws)
    if refusal:
        available, why = Available.NO, (refusal,)
    return Offer(program_id, document, available, why, _current(document, patient.state, about))


def in_order(offers: Sequence[Offer], sort: SortAsked = SortAsked.PRICE) -> list[Offer]:
    """Get offers by price or turnaround, the lowest first and those without a figure last; then by name."""
    if sort is SortAsked.TURNAROUND:
        return sorted(offers, key=lambda o: (o.days is None, o.days or 0, o.document["name"], o.id))
    return sorted(offers, key=lambda o: (o.amount is None, o.amount or 0, o.document["name"], o.id))


def price_words(price: Mapping[str, Any]) -> str:
    """Get one price in words, as published; a kind without its amount says just the kind."""
    kind = PriceKind(price["kind"])
    if kind is PriceKind.BENEFIT and "amount" not in price:
        return gettext("through an employer or health plan; price not published")
    amount = gettext("no charge") if price.get("amount") == 0 else f"${price.get('amount', 0):,}"
    most = f"${price.get('amount_max', 0):,}"
    return gettext(_PRICE_WORDS[kind], amount=amount, most=most)


def _whole_price(price: Mapping[str, Any]) -> str:
    words = price_words(price)
    if "only_for" in price:
        words = gettext("%(price)s, for %(field)s only", price=words, field=gettext(price["only_for"]))
    if "extras" in price:
        words = gettext("%(price)s, and %(extras)s", price=words, extras=gettext(price["extras"]))
    if "deposit_nonrefundable" in price:
        kept = f"${price['deposit_nonrefundable']:,}"
        words = gettext("%(price)s (%(kept)s of it is not given back)", price=words, kept=kept)
    return words


def why_not(document: Mapping[str, Any], about: About) -> str | None:
    """Get why a program does not take a condition, in its own words; None where it may.

    It does not where its excluded concepts, or the fields that it says it does not take, hold the condition,
    and where it names its fields and none of them is that of the condition: by the vocabulary (`oncology`
    holds every cancer), or as a specialty on the ladder of who treats it.
    """
    if about.concepts & set(document.get("excluded_concepts", ())):
        return gettext("does not take this condition")
    limited = document.get("concepts")
    if limited and not about.concepts & set(limited):
        return gettext("takes other conditions only")
    refused = [text for text in document.get("specialties_out", ()) if _holds(text, about)]
    if refused:
        return gettext("says that it does not take %(fields)s", fields=", ".join(map(gettext, refused)))
    named = document.get("specialties_in", ())
    if named and not any(_holds(text, about) or _treats(text, about) for text in named):
        return gettext("names other fields as its own: %(fields)s", fields=", ".join(map(gettext, named)))
    return None


def _current(
    document: Mapping[str, Any], state: str | None, about: About | None
) -> tuple[Mapping[str, Any], ...]:
    """The prices of today that can hold for the patient, general ones first."""
    is_home = state == document.get("home_state")
    other = (PriceKind.OUT_OF_STATE if is_home else PriceKind.IN_STATE) if state else None
    found = []
    for price in document["prices"]:
        field = price.get("only_for")
        holds = not field or not about or _holds(field, about) or _treats(field, about)
        if holds and not price["is_history"] and price["kind"] != other:
            found.append(price)
    return tuple(sorted(found, key=lambda price: "only_for" in price))


def _holds(field: str, about: About) -> bool:
    """Whether a field in a program's words is the condition, or a broader idea than it."""
    return about.concept_of(field) in about.concepts


def _treats(field: str, about: About) -> bool:
    """Whether a field in a program's words names a specialty on the ladder, as `surgery` general surgery."""
    words = set(fold(field).split())
    return any(words <= set(s.split("_")) for step in about.ladder for s in step.specialties)


def _age_refusal(document: Mapping[str, Any], ages: AgesAsked | None) -> Reason | None:
    youngest, oldest, own = (document.get(name) for name in ("age_min", "age_max", "ages"))
    if ages is AgesAsked.CHILD and youngest is not None and youngest >= ADULT_YEARS:
        return Reason(FROM_YEARS, {"years": str(youngest)})
    if ages is AgesAsked.ADULT and oldest is not None and oldest < ADULT_YEARS:
        return Reason(UP_TO_YEARS, {"years": str(oldest)})
    if ages is AgesAsked.CHILD and own == Ages.ADULT:
        return Reason(FOR_ADULTS)
    if ages is AgesAsked.ADULT and own == Ages.CHILD:
        return Reason(FOR_CHILDREN)
    return None


def _price_json(price: Mapping[str, Any]) -> dict[str, Any]:
    names = ("kind", "amount", "amount_max", "only_for", "extras", "deposit_nonrefundable", "source_url",
             "source_kind", "as_of", "seen_at", "confidence", "is_history", "note")  # fmt: skip
    return {"says": price_words(price), **{name: price.get(name) for name in names}}
