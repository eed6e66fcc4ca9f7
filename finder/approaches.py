"""How somebody works: the approaches of `approaches.csv`, by the codes and the words that show them.

Approaches of one `axis` stand beside each other (open or through small cuts, surveillance or treatment
first), and nobody is judged by them. Only codes whose own definition says how the work is done are listed: an
operation that may be done either way shows nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from finder.tables import DATA, read_table
from finder.text import fold

APPROACH_COLUMNS = ("approach_id", "place", "axis", "label", "terms", "hcpcs", "source", "as_of")
PLACES = 24  # of a practice vector: see finder/likeness.py
_PLACES = frozenset(map(str, range(PLACES)))
SURVEILLANCE_FIRST = "surveillance_first"


@dataclass(frozen=True, slots=True)
class Approach:
    """One way of working. `place` is its own one in practice vectors (finder/likeness.py) and stays; `terms`
    are folded; `codes` are HCPCS codes, none where no code shows it.
    """

    approach_id: str
    place: int
    axis: str
    label: str
    terms: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approaches:
    """All approaches by id, and the ids that each HCPCS code shows, at most one of each axis."""

    by_id: Mapping[str, Approach]
    by_code: Mapping[str, tuple[str, ...]]

    def named_in(self, words: str) -> tuple[str, ...]:
        """Get the ids of the approaches of which a term stands in the words, in the order of the table."""
        text = f" {fold(words)} "
        found = (a for a in self.by_id.values() if any(f" {term} " in text for term in a.terms))
        return tuple(approach.approach_id for approach in found)


def load_approaches(folder: Path = DATA) -> Approaches:
    """Get the approaches of approaches.csv.

    Raises SourceError with row and field for an approach or a place listed twice, a term of two approaches, a
    code that is not five capitals and digits, and one that shows two approaches of one axis.
    """
    found: dict[str, Approach] = {}
    terms: set[str] = set()
    shown: dict[str, dict[str, str]] = {}
    for row in read_table(folder / "approaches.csv", APPROACH_COLUMNS):
        name, axis = row.needed("approach_id"), row.needed("axis")
        if name in found:
            raise row.wrong("approach_id", f"'{name}' is listed twice")
        place = row.needed("place")
        if place not in _PLACES or any(known.place == int(place) for known in found.values()):
            raise row.wrong("place", f"'{place}' is no free place below {PLACES}")
        own = tuple(fold(term) for term in row.needed("terms").split(";"))
        if taken := terms.intersection(own):
            raise row.wrong("terms", f"'{sorted(taken)[0]}' is a term of two approaches")
        codes = tuple(row["hcpcs"].split())
        for code in codes:
            if len(code) != 5 or not code.isalnum() or code != code.upper():
                raise row.wrong("hcpcs", f"'{code}' is not five capitals and digits")
            if axis in shown.setdefault(code, {}):
                raise row.wrong("hcpcs", f"'{code}' shows two approaches of one axis")
            shown[code][axis] = name
        row.needed("source")
        row.needed("as_of")
        terms.update(own)
        found[name] = Approach(name, int(place), axis, row.needed("label"), own, codes)
    by_code = {code: tuple(axes.values()) for code, axes in shown.items()}
    return Approaches(MappingProxyType(found), MappingProxyType(by_code))
