"""How sure a fact is, in words: notes at what sources differ on and at what nobody has confirmed of late."""

from collections.abc import Mapping
from typing import Any

from finder.i18n import gettext, mark
from finder.trust import Level

# Own wording, 2026-11-28.
ASK_FOR_FACT = mark("Sources differ here. Ask before you count on it.")
ASK_FOR_OFFICE = mark("Sources list different offices. Call before you go.")
ASK_FOR_PHONE = mark("Sources list different telephone numbers for this office.")
NOT_CONFIRMED = mark("Nobody has confirmed this for over 90 days.")


def notes_on(standing: Mapping[str, Any] | None, ask: str = ASK_FOR_FACT) -> tuple[str, ...]:
    """Get the notes for a `standing` of `trust.with_standings`, `ask` where sources differ; none without."""
    if standing is None:
        return ()
    notes = [gettext(ask)] if standing["level"] == Level.UNSURE else []
    if standing["unconfirmed"] and ask != ASK_FOR_PHONE:  # said once, of the office
        notes.append(gettext(NOT_CONFIRMED))
    return tuple(notes)
