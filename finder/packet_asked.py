"""What a physician asks of a packet: for whom, the facts as typed, what is sent, how to answer.

Nothing here names the patient, and nothing is ever stored.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from finder import parameters
from finder.guidance import Record, RecordKind
from finder.i18n import ENGLISH, LANGUAGES, gettext, mark
from finder.packet_wording import Part, Wording
from finder.parameters import Reader
from finder.text import fold, plain_lines

MOST_PEOPLE = 3  # "three names from three systems"
MOST_SENT = 60
LEAST_LETTERS = 5  # of a word that is looked for on both pages; shorter ones say little
_ID_WORDS = 5  # of a record, in its id
PLANNED = "general-what-was-planned-the-treatment"
# What may name a patient: the forms of such numbers, and the words before them. Own choice, 2026-11-28.
_NAMING = re.compile(
    r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b|\b(?:MRN|SSN|DOB|date of birth|born on)\b|[\w.+-]+@[\w-]+\.\w+",
    re.IGNORECASE,
)


class Wish(StrEnum):
    """What is asked of the specialist."""

    OPINION = "opinion"
    TAKE_OVER = "take-over"


class Soon(StrEnum):
    """How soon an answer is needed."""

    ROUTINE = "routine"
    WEEKS = "weeks"
    DAYS = "days"


class AnswerBy(StrEnum):
    """How the answer should come back."""

    CALL = "call"
    NOTE = "note"


# Own wording, 2026-11-28.
WISHES: Mapping[Wish, str] = {
    Wish.OPINION: mark("An opinion only. The patient comes back to me"),
    Wish.TAKE_OVER: mark("An opinion, and to take over this part of the care"),
}
SOON: Mapping[Soon, str] = {
    Soon.ROUTINE: mark("There is no hurry"),
    Soon.WEEKS: mark("In about two weeks"),
    Soon.DAYS: mark("In a few days"),
}
ANSWERS: Mapping[AnswerBy, str] = {
    AnswerBy.CALL: mark("Please call me"),
    AnswerBy.NOTE: mark("Please send me a note"),
}


@dataclass(frozen=True, slots=True)
class PacketAsked:
    """One packet: NPIs of up to three specialists, texts by field id (packet_fields.csv), ids of the records
    that are sent, NPI of the referring physician, and the language of the patient.
    """

    npis: tuple[str, ...]
    typed: Mapping[str, str]
    sent: tuple[str, ...] = ()
    wish: Wish = Wish.OPINION
    soon: Soon = Soon.ROUTINE
    answer: tuple[AnswerBy, ...] = (AnswerBy.CALL, AnswerBy.NOTE)
    referrer: str | None = None
    patient_language: str = ENGLISH

    @classmethod
    def from_args(
        cls, args: Mapping[str, Any], wording: Wording, kinds: Sequence[RecordKind]
    ) -> "PacketAsked":
        """Get a packet from parameters: the names above, and each field of the form by its id.

        `kinds` are the records of its condition. Raises one InputErrors with every mistake, unknown
        parameters included.
        """
        texts = [field.field_id for field in wording.fields]
        own = ("npi", "sent", "wish", "soon", "answer", "referrer", "patient_language")
        reader = Reader(args, [*own, *texts])
        typed = {f.field_id: reader.one(f.field_id, _text(f.most), "") or "" for f in wording.fields}
        found = cls(
            npis=reader.several("npi", parameters.npi, MOST_PEOPLE),
            typed={name: text for name, text in typed.items() if text},
            sent=reader.several("sent", _one_of(dict(records(kinds))), MOST_SENT),
            wish=reader.one("wish", parameters.member(Wish), Wish.OPINION),
            soon=reader.one("soon", parameters.member(Soon), Soon.ROUTINE),
            answer=tuple(
                AnswerBy(each) for each in reader.several("answer", _one_of(ANSWERS), len(AnswerBy))
            ) or tuple(AnswerBy),
            referrer=reader.one("referrer", parameters.npi, None),
            patient_language=reader.one("patient_language", _one_of(LANGUAGES), ENGLISH),
        )  # fmt: skip
        reader.require("npi", bool(found.npis), gettext("pick one specialist at least, and three at most"))
        for field in wording.fields:
            is_given = not field.is_needed or field.field_id in found.typed
            reader.require(field.field_id, is_given, gettext("must be filled in"))
        reader.finish()
        return found

    def to_args(self) -> dict[str, str | list[str]]:
        """Get the parameters that give this packet again."""
        told: dict[str, str | list[str]] = {
            "npi": list(self.npis), "sent": list(self.sent), "wish": self.wish.value, "soon": self.soon.value,
            "answer": [each.value for each in self.answer], "patient_language": self.patient_language,
            **self.typed,
        }  # fmt: skip
        return {**told, "referrer": self.referrer} if self.referrer else told

    def facts(self, wording: Wording) -> str:
        """Get everything typed that the specialist reads before the first recommendation."""
        fields = (f.field_id for f in wording.fields if f.part is not Part.FIRST)
        return "\n".join(self.typed[name] for name in fields if name in self.typed)


def record_id(kind: RecordKind, record: Record) -> str:
    """Get the id of a record, such as `cancer-all-scans-since-it-was`: its kind and its first words."""
    return "-".join((kind.kind, *fold(record.record).split()[:_ID_WORDS]))


def records(kinds: Sequence[RecordKind]) -> Iterator[tuple[str, Record]]:
    """Get every record of several kinds with its id, in their order, but the plan of treatment: it tells
    the first recommendation, and belongs behind the cover.
    """
    for kind in kinds:
        for record in kind.records:
            if record_id(kind, record) != PLANNED:
                yield record_id(kind, record), record


def told_twice(asked: PacketAsked, wording: Wording) -> tuple[str, ...]:
    """Get the words of the first recommendation that stand among the facts too, those of the diagnosis left
    out: a reviewer would read them first.
    """
    allowed = _words("\n".join(asked.typed.get(name, "") for name in ("diagnosis", "stage")))
    return tuple(sorted(_words(asked.typed.get("first", "")) & _words(asked.facts(wording)) - allowed))


def may_name(asked: PacketAsked) -> tuple[str, ...]:
    """Get what looks as if it could name the patient, as typed."""
    found = (match.group() for text in asked.typed.values() for match in _NAMING.finditer(text))
    return tuple(dict.fromkeys(found))


def _words(text: str) -> set[str]:
    return {word for word in fold(text).split() if len(word) >= LEAST_LETTERS and not word.isdigit()}


def _text(most: int) -> Any:
    def parse(text: str) -> str:
        plain = plain_lines(text)
        if len(plain) > most:
            raise ValueError(gettext("must have at most %(most)s characters", most=most))
        return plain

    return parse


def _one_of(known: Mapping[Any, Any]) -> Any:
    values = [str(each) for each in known]

    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(gettext("must be one of %(allowed)s", allowed=", ".join(values)))
        return text

    return parse
