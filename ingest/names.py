"""Splits the free names of trial records into the keys by which a person is looked up in a directory."""

import re
from dataclasses import dataclass

from finder.text import fold, name_key, person_name

# Words of companies, offices and hotlines in the name field of trial records; none is a usual family name
# (Roche, Bayer and Lilly are, and stay).
_NO_PERSON_TEXT = """abbvie administrator affairs amgen astrazeneca biogen boehringer center centre clinic
    clinical company contact coordinator corporation department development director disclosure enquiries
    foundation gmbh group health help hospital inc information inquiries institute international
    investigator investigators janssen laboratories limited llc ltd management manager medical medicine
    monitor novartis office operations oncology patient pfizer pharma pharmaceutical pharmaceuticals pharmacy
    program recruitment registry research sanofi science sciences services sponsor squibb study
    surgery system team therapeutics trial trials university"""
_NO_PERSON_WORDS = frozenset(_NO_PERSON_TEXT.split())
_JOINED_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class InvestigatorName:
    """A person's name in folded parts; `middle` may be empty."""

    first: str
    last: str
    middle: str

    @property
    def key(self) -> str:
        """The same key that `person_key` makes from a directory's columns."""
        return person_key(self.last, self.first)


def person_key(last: str, first: str) -> str:
    """The folded `last first` by which names of two sources are matched; credentials are dropped."""
    return name_key(first, last)


def investigator_name(text: str) -> InvestigatorName | None:
    """The name of a person from a free text; None for companies, offices, hotlines and single words.

    "Frank Weinberg, MD, PhD", "Dr. Frank Weinberg" and "Weinberg, Frank" give the same parts. A first name
    that is only an initial gives None too: it fits too many people to link anyone by it.
    """
    words = set(fold(text).split())
    if words & _NO_PERSON_WORDS or any(word.isdigit() for word in words):
        return None
    parsed = person_name(_JOINED_CASE.sub(" ", text) if " " not in text.strip() else text)
    firsts = parsed.first.split()
    if not parsed.last or not firsts or len(firsts[0]) < 2:
        return None
    middle = " ".join([*firsts[1:], parsed.middle]).strip()
    return InvestigatorName(firsts[0], parsed.last, middle)
