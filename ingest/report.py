"""What a run tells of itself: its state, steps, files, gates; kept in the engine, printed, shown."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from ingest.build import Built
from ingest.gates import Gate
from ingest.issues_told import IssueGroup
from ingest.staging import FileReport


class State(StrEnum):
    """How a run ends; `running` is how it begins."""

    RUNNING = "running"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    LOADED = "loaded"
    """A part of a run over several machines that is not the last one."""


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step: what went in and came out, in the step's unit, and how long it took in seconds."""

    name: str
    rows_in: int
    rows_out: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything that a run tells: kept in the engine, printed by the command, shown by the admin pages."""

    run_id: str
    state: State
    reason: str | None
    steps: tuple[StepReport, ...] = ()
    files: tuple[FileReport, ...] = ()
    unrecognised: tuple[str, ...] = ()
    built: Built | None = None
    gates: tuple[Gate, ...] = ()
    quarantine: str | None = None
    issues: tuple[IssueGroup, ...] = ()
    exit_code: int = 0
    cloned: str | None = None
    """The generation whose clone was changed; None where every document was loaded."""
    written: int = 0
    arrived: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By source the checksums of its newest files, and the UTC time of the run that first had them."""

    @property
    def failures(self) -> tuple[str, ...]:
        """Why files could not be read whole."""
        return tuple(f.failure for f in self.files if f.failure)

    def to_json(self) -> dict[str, Any]:
        """The record as JSON, without paths of this machine."""
        built = self.built
        return {
            "run_id": self.run_id, "state": self.state.value, "reason": self.reason,
            "steps": [asdict(s) for s in self.steps], "files": [asdict(f) for f in self.files],
            "unrecognised": list(self.unrecognised), "gates": [g.to_json() for g in self.gates],
            "issues": [asdict(i) for i in self.issues],
            "documents": dict(built.documents) if built else {},
            "coverage": dict(built.coverage) if built else {},
            "left_out": dict(built.left_out) if built else {},
            "investigators": dict(built.investigators) if built else {},
            "arrived": {name: dict(told) for name, told in self.arrived.items()},
            "merged": built.merged if built else 0, "cloned": self.cloned, "written": self.written,
            "content_checksum": built.checksum if built else None,
        }  # fmt: skip
