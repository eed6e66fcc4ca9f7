"""Clinical trials as readers see them: number, title, and the status in plain words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from finder.i18n import gettext, mark

# Own wording, 2026-11-23, for the statuses of ClinicalTrials.gov.
STATUSES: Mapping[str, str] = {
    "RECRUITING": mark("open for patients"),
    "ENROLLING_BY_INVITATION": mark("open by invitation"),
    "NOT_YET_RECRUITING": mark("opens soon"),
    "ACTIVE_NOT_RECRUITING": mark("running, takes no more patients"),
    "COMPLETED": mark("finished"),
    "SUSPENDED": mark("paused"),
    "TERMINATED": mark("stopped early"),
    "WITHDRAWN": mark("never started"),
}
OPEN = ("RECRUITING", "ENROLLING_BY_INVITATION")


@dataclass(frozen=True, slots=True)
class TrialShown:
    """One trial: its NCT number, its title, its status in words."""

    number: str
    title: str
    status: str


def status_shown(trial: Mapping[str, Any]) -> str:
    """Get the status of a trial in words; one that is not listed stands as the registry writes it."""
    status = str(trial.get("status") or "")
    if not status:
        return gettext("status not known")
    return gettext(STATUSES[status]) if status in STATUSES else status.replace("_", " ").lower()


def recruiting(trials: Iterable[Mapping[str, Any]]) -> tuple[TrialShown, ...]:
    """Get the trials that are open for patients, in their order."""
    return tuple(
        TrialShown(trial["nct_number"], trial["title"], status_shown(trial))
        for trial in trials
        if trial.get("status") in OPEN
    )
