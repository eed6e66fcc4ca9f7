"""Makes the numbers of the demonstration world, each from a range that marks it as made up.

NPIs carry a valid check digit but come from blocks that the registry has not reached: in the public NPPES
files of 2015 to 2025 the largest begin with 1992, and none begins with 2. People get 1999 downwards to 1994
and then 2999 downwards to 2990, organizations 1993 and then 2989 downwards to 2980.
"""

from enum import Enum
from string import ascii_uppercase

import numpy as np

from ingest.demo.kinds import Ints

BLOCK_SIZE = 100_000
PEOPLE_BLOCKS = (1999, 1998, 1997, 1996, 1995, 1994, *range(2999, 2989, -1))
ORGANIZATION_BLOCKS = (1993, *range(2989, 2979, -1))
# A step without a common factor with the block size visits every number once and leaves no pattern by group.
STEP = 38_317


class Holder(Enum):
    """Who carries an NPI."""

    PERSON = "person"
    ORGANIZATION = "organization"


def npis(start: int, count: int, holder: Holder) -> Ints:
    """`count` NPIs of the marked blocks from position `start`. Raises ValueError when the blocks are
    used up.
    """
    blocks = np.array(PEOPLE_BLOCKS if holder is Holder.PERSON else ORGANIZATION_BLOCKS, dtype=np.int64)
    place = np.arange(start, start + count, dtype=np.int64)
    if start + count > len(blocks) * BLOCK_SIZE:
        raise ValueError(f"the marked range holds {len(blocks) * BLOCK_SIZE} numbers for each {holder.value}")
    nine = blocks[place // BLOCK_SIZE] * BLOCK_SIZE + (place % BLOCK_SIZE) * STEP % BLOCK_SIZE
    return nine * 10 + check_digits(nine)


def check_digits(nine: Ints) -> Ints:
    """The Luhn digit for the first nine digits of an NPI, the prefix 80840 counted in (45 CFR 162.406,
    CMS).
    """
    total = np.full(nine.shape, 24, dtype=np.int64)
    rest = nine.copy()
    for position in range(9):
        digit = rest % 10
        doubled = digit * 2
        total += np.where(position % 2 == 0, doubled - 9 * (doubled > 9), digit)
        rest //= 10
    return (10 - total % 10) % 10


def ccn(hospital: int) -> str:
    """A CMS certification number: state 99 is nobody's, a letter stands third once the digits are used up.

    Raises ValueError for hospitals beyond the 36,000 that this holds.
    """
    if hospital < 10_000:
        return f"99{hospital:04d}"
    letter, number = divmod(hospital - 10_000, 1000)
    if letter >= len(ascii_uppercase):
        raise ValueError("the marked range holds 36000 hospitals")
    return f"99{ascii_uppercase[letter]}{number:03d}"


def group_pac_id(group: int) -> str:
    """A ten-digit PECOS number of a group, from 99..."""
    return f"99{group:08d}"


def person_pac_id(person: int) -> str:
    """A ten-digit PECOS number of a person, from 98..."""
    return f"98{person:08d}"


def enrolment_id(person: int) -> str:
    """A PECOS enrolment number of a person, dated in a year before there was PECOS."""
    return f"I1999{person:010d}"


def system_id(system: int) -> str:
    """An AHRQ health system number, from HSI9."""
    return f"HSI9{system:07d}"


def nct_id(trial: int) -> str:
    """A ClinicalTrials.gov number, from NCT9."""
    return f"NCT9{trial:07d}"


def tin(group: int) -> str:
    """A tax number of a group with the never-used prefix 00."""
    return f"00-{group + 1:07d}"  # nine zeros would read as a filler


def plan_id(state: str, plan: int) -> str:
    """A 14-character HIOS plan number of an issuer from 99..."""
    return f"9900{plan + 1}{state}0010001"
