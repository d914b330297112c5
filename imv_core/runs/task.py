"""The works on a run: its training, its checks, its planted recovery, its hidden effect.

Each tells in a file of the run's folder where it stands, and is asked to end by another.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path

from imv_core import storage
from imv_core.errors import RunError, in_words
from imv_core.runs.records import LONGEST, State, Status
from imv_core.storage import from_json

HEARTBEAT_TIMEOUT = 60.0  # seconds without a note after which a work counts as interrupted


class TaskKind(StrEnum):
    """What is done on a run; what comes first here has its turn first."""

    TRAINING = "training"
    CHECKS = "checks"
    RECOVERY = "recovery"
    INJECTION = "injection"


FILES = {
    TaskKind.TRAINING: ("status.json", "stop"),
    TaskKind.CHECKS: ("checking.json", "stop-checks"),
    TaskKind.RECOVERY: ("recovering.json", "stop-recovery"),
    TaskKind.INJECTION: ("injecting.json", "stop-injection"),
}


@dataclass(frozen=True)
class Task:
    """One kind of work in one folder; any number of processes may read of it."""

    folder: Path
    kind: TaskKind

    @property
    def status(self) -> Status | None:
        """Where it stands, "interrupted" where it has fallen silent; None: unknown or damaged."""
        try:
            status = from_json(Status, json.loads(self._status_path.read_text()))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        if status.is_running and status.state != self._running_state:
            return None
        # a note from the future was made before the clock was set back
        if status.is_running and abs(time.time() - status.updated) > HEARTBEAT_TIMEOUT:
            return replace(status, state=State.INTERRUPTED)
        return status

    def write_status(self, status: Status) -> None:
        """Write where it stands; RunError where that cannot be."""
        text = json.dumps(asdict(status))
        with writing(self.folder):
            try:
                storage.replace_text(self._status_path, text)
            except OSError as error:
                try:  # the disk may be full
                    storage.overwrite_text(self._status_path, text)
                except OSError:
                    raise error from None

    def write_progress(self, progress: float, seconds_left: float | None, message: str) -> None:
        """Write how far it is."""
        left = None if seconds_left is None else min(seconds_left, LONGEST)
        self.write_status(Status(self._running_state, min(progress, 1.0), left, message))

    def remove_status(self) -> None:
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
    def is_stop_requested(self) -> bool:
        """Somebody has called `stop`."""
        return self._stop_path.exists()

    @property
    def _running_state(self) -> State:
        """What it is called while a process is at it."""
        return State.TRAINING if self.kind == TaskKind.TRAINING else State.CHECKING

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


HEARTBEAT_INTERVAL = 1.0  # seconds between two notes of progress


class Heartbeat:
    """Notes how far a work is while it is entered, and whether it is asked to end.

    Args:
        work: that is going on.
        progress: the share that was done before.
    """

    def __init__(self, task: Task, progress: float = 0.0) -> None:
        self.is_stopped = False
        self.message = ""  # what there is to be said beside the progress
        self.progress = self._first_progress = progress
        self._task = task
        self._start = time.monotonic()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._write()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def restart(self) -> None:
        """Nothing is done yet."""
        self.progress = self._first_progress = 0.0

    def check_stop(self) -> bool:
        """Whether it is asked to end, at this moment."""
        self.is_stopped |= self._task.is_stop_requested
        return self.is_stopped

    def _beat(self) -> None:
        while not self._is_over.wait(HEARTBEAT_INTERVAL):
            self.check_stop()
            with suppress(RunError):  # a full disk, a folder that is gone: the work tells it itself
                self._write()

    def _write(self) -> None:
        # of a resumed work only what is new tells its speed
        gained = self.progress - self._first_progress
        seconds = time.monotonic() - self._start
        left = seconds / gained * (1 - self.progress) if gained > 0 else None
        self._task.write_progress(self.progress, left, self.message)
