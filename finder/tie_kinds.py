"""Which kinds of ties that must be known of a person are, as one value that the engine finds by one term.

One term more for each kind that need not be known costs a search at 1,000,000 people 3 to 5 % (2026-11-29).
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

RULES_FILE = Path(__file__).parent / "data" / "independence.toml"


@cache
def needed_kinds() -> frozenset[str]:
    """Get the kinds that must be known on both sides before anyone is called independent."""
    kinds = tomllib.loads(RULES_FILE.read_text(encoding="utf-8"))["kind"]
    return frozenset(kind["name"] for kind in kinds if kind["needs_known"])


def together(kinds: Iterable[str]) -> str | None:
    """Get those of some kinds that must be known as one value, such as `group+system`; None without any."""
    return "+".join(sorted(needed_kinds().intersection(kinds))) or None
