"""The works on a run: its training, its checks, its planted recovery.

Each tells in a file of the run's folder where it stands, and is asked to end by another.
"""

import json
import time
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from imv_core import atomic
from imv_core.run_records import Status
from imv_core.stored import from_json

SILENCE = 60.0  # seconds without a note after which a work counts as interrupted


class Kind(StrEnum):
    """What is done on a run; what comes first here has its turn first."""

    TRAINING = "training"
    CHECKS = "checks"
    RECOVERY = "recovery"


FILES = {
    Kind.TRAINING: ("status.json", "stop"),
    Kind.CHECKS: ("checking.json", "stop-checks"),
    Kind.RECOVERY: ("recovering.json", "stop-recovery"),
}


@dataclass(frozen=True)
class Work:
    """One kind of work in one folder; any number of processes may read of it."""

    folder: Path
    kind: Kind

    @property
    def status(self) -> Status | None:
        """Where it stands, "interrupted" where it has fallen silent; None: unknown or damaged."""
        try:
            status = from_json(Status, json.loads(self._status_path.read_text()))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        if status.is_going_on and time.time() - status.updated > SILENCE:
            return replace(status, state="interrupted")
        return status

    def note(self, status: Status) -> None:
        """Write where it stands."""
        atomic.replace_text(self._status_path, json.dumps(asdict(status)))

    def note_progress(self, progress: float, seconds_left: float | None, message: str) -> None:
        """Write how far it is."""
        state = "training" if self.kind == Kind.TRAINING else "checking"
        self.note(Status(state, progress, seconds_left, message))

    def forget(self) -> None:
        """Leave no trace of one that has ended."""
        if self.status is None or not self.status.is_active:
            self._status_path.unlink(missing_ok=True)

    def stop(self) -> None:
        """Ask it to end."""
        self._stop_path.touch()

    def withdraw_stop(self) -> None:
        """Ask for it no longer."""
        self._stop_path.unlink(missing_ok=True)

    @property
    def is_asked_to_stop(self) -> bool:
        """Somebody has called `stop`."""
        return self._stop_path.exists()

    @property
    def _status_path(self) -> Path:
        return self.folder / FILES[self.kind][0]

    @property
    def _stop_path(self) -> Path:
        return self.folder / FILES[self.kind][1]
