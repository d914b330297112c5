"""The works on a run: its training, its checks, its planted recovery, its hidden effect.

Each tells in a file of the run's folder where it stands, and is asked to end by another.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from imv_core import atomic
from imv_core.errors import RunError, in_words
from imv_core.run_records import LONGEST, State, Status
from imv_core.stored import from_json

SILENCE = 60.0  # seconds without a note after which a work counts as interrupted


class Kind(StrEnum):
    """What is done on a run; what comes first here has its turn first."""

    TRAINING = "training"
    CHECKS = "checks"
    RECOVERY = "recovery"
    INJECTION = "injection"


FILES = {
    Kind.TRAINING: ("status.json", "stop"),
    Kind.CHECKS: ("checking.json", "stop-checks"),
    Kind.RECOVERY: ("recovering.json", "stop-recovery"),
    Kind.INJECTION: ("injecting.json", "stop-injection"),
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
        if status.is_going_on and status.state != self._going_on:
            return None
        # a note from the future was made before the clock was set back
        if status.is_going_on and abs(time.time() - status.updated) > SILENCE:
            return replace(status, state=State.INTERRUPTED)
        return status

    def note(self, status: Status) -> None:
        """Write where it stands; RunError where that cannot be."""
        text = json.dumps(asdict(status))
        with writing(self.folder):
            try:
                atomic.replace_text(self._status_path, text)
            except OSError as error:
                try:  # the disk may be full
                    atomic.overwrite_text(self._status_path, text)
                except OSError:
                    raise error from None

    def note_progress(self, progress: float, seconds_left: float | None, message: str) -> None:
        """Write how far it is."""
        left = None if seconds_left is None else min(seconds_left, LONGEST)
        self.note(Status(self._going_on, min(progress, 1.0), left, message))

    def forget(self) -> None:
        """Leave no trace of one that has ended."""
        if self.status is None or not self.status.is_active:
            self._status_path.unlink(missing_ok=True)

    def stop(self) -> None:
        """Ask it to end; RunError where that cannot be."""
        with writing(self.folder):
            self._stop_path.touch()

    def withdraw_stop(self) -> None:
        """Ask for it no longer; RunError where that cannot be."""
        with writing(self.folder):
            self._stop_path.unlink(missing_ok=True)

    @property
    def is_asked_to_stop(self) -> bool:
        """Somebody has called `stop`."""
        return self._stop_path.exists()

    @property
    def _going_on(self) -> State:
        """What it is called while a process is at it."""
        return State.TRAINING if self.kind == Kind.TRAINING else State.CHECKING

    @property
    def _status_path(self) -> Path:
        return self.folder / FILES[self.kind][0]

    @property
    def _stop_path(self) -> Path:
        return self.folder / FILES[self.kind][1]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Let a disk that is full or read-only be said in a sentence."""
    try:
        yield
    except OSError as error:
        raise RunError(f"'{folder}' cannot be written to: {in_words(error)}.") from error
