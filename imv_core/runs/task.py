"""Tasks on a run: training, checks, recovery of planted truth, search for a hidden effect.

Each writes its status to a file of the run's folder every second (`Heartbeat`), and ends when
another file is there. `locked` keeps the folder for one process at a time.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from filelock import FileLock, Timeout

from imv_core import storage
from imv_core.errors import RunError, RunVersionError, VersionError, in_words
from imv_core.runs.records import LONGEST, State, Status

HEARTBEAT_INTERVAL = 1.0  # seconds
HEARTBEAT_TIMEOUT = 60.0  # seconds without a heartbeat after which a task counts as interrupted


class TaskKind(StrEnum):
    """Kinds of tasks, in the order in which a queue runs them."""

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
    """One kind of task in one folder; any number of processes may read its status."""

    folder: Path
    kind: TaskKind

    @property
    def status(self) -> Status | None:
        """Status, "interrupted" without a heartbeat; None: there is none, or it is damaged.

        "failed", with a message, where a version of this program wrote it that cannot be read.
        """
        try:
            return self.read_status()
        except VersionError as error:
            return Status(State.FAILED, message=str(error), updated=0.0)
        except (OSError, ValueError, TypeError, RecursionError):
            return None

    def read_status(self) -> Status:
        """Read the status; OSError, ValueError, TypeError or VersionError where it cannot be."""
        status = Status.from_json(json.loads(self._status_path.read_text()))
        if status.is_running and status.state != self._running_state:
            raise ValueError(f"The status '{status.state}' belongs to another kind of task.")
        # a time in the future was written before the clock was set back
        if status.is_running and abs(time.time() - status.updated) > HEARTBEAT_TIMEOUT:
            return replace(status, state=State.INTERRUPTED)
        return status

    def write_status(self, status: Status) -> None:
        """Write the status; RunError where that fails."""
        text = json.dumps(status.to_json())
        with writing(self.folder):
            try:
                storage.replace_text(self._status_path, text)
            except OSError as error:
                try:  # the disk may be full
                    storage.overwrite_text(self._status_path, text)
                except OSError:
                    raise error from None

    def write_progress(self, progress: float, seconds_left: float | None, message: str) -> None:
        """Write that the task runs, with its progress."""
        left = None if seconds_left is None else min(seconds_left, LONGEST)
        self.write_status(Status(self._running_state, min(progress, 1.0), left, message))

    def remove_status(self) -> None:
        """Remove the status of a task that has ended."""
        if self.status is None or not self.status.is_active:
            self._status_path.unlink(missing_ok=True)

    def stop(self) -> None:
        """Request that the task ends; RunError where that fails."""
        with writing(self.folder):
            self._stop_path.touch()

    def withdraw_stop(self) -> None:
        """Withdraw the request of `stop`; RunError where that fails."""
        with writing(self.folder):
            self._stop_path.unlink(missing_ok=True)

    @property
    def is_stop_requested(self) -> bool:
        """Whether `stop` was called."""
        return self._stop_path.exists()

    @property
    def _running_state(self) -> State:
        return State.TRAINING if self.kind == TaskKind.TRAINING else State.CHECKING

    @property
    def _status_path(self) -> Path:
        return self.folder / FILES[self.kind][0]

    @property
    def _stop_path(self) -> Path:
        return self.folder / FILES[self.kind][1]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Raise RunError in place of OSError, such as that of a full or read-only disk."""
    try:
        yield
    except OSError as error:
        raise RunError(f"'{folder}' cannot be written to: {in_words(error)}.") from error


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Raise RunError in place of what a damaged file raises.

    Args:
        what: is read; begins the sentence.

    Raises:
        RunVersionError: another version of this program wrote the file.
        RunError: the file is damaged.
    """
    try:
        yield
    except VersionError as error:
        raise RunVersionError(f"{what} cannot be read. {error}") from error
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise RunError(f"{what} cannot be read.") from error


class Heartbeat:
    """Write a task's progress every second, so that a slow task is not mistaken for a crashed one.

    A context manager; it also reads the stop request.

    Args:
        task: that runs.
        progress: share that an earlier process has done.
    """

    def __init__(self, task: Task, progress: float = 0.0) -> None:
        self.is_stopped = False
        self.message = ""  # is written beside the progress
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
        """Set the progress to 0."""
        self.progress = self._first_progress = 0.0

    def check_stop(self) -> bool:
        """Return whether a stop is requested at this moment, or was before."""
        self.is_stopped |= self._task.is_stop_requested
        return self.is_stopped

    def _beat(self) -> None:
        while not self._is_over.wait(HEARTBEAT_INTERVAL):
            self.check_stop()
            with suppress(RunError):  # the task itself reports a full disk or a removed folder
                self._write()

    def _write(self) -> None:
        # the speed of a resumed task is that of its new part alone
        gained = self.progress - self._first_progress
        seconds = time.monotonic() - self._start
        left = seconds / gained * (1 - self.progress) if gained > 0 else None
        self._task.write_progress(self.progress, left, self.message)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a run's folder.

    Raises:
        RunError: another process trains or checks it, or the folder cannot be written to.
    """
    if not folder.is_dir():  # FileLock would make the folder
        raise RunError(f"'{folder}' is no longer there.")
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise RunError(f"'{folder}' is being trained or checked by another process.") from error
    except OSError as error:
        raise RunError(f"'{folder}' cannot be written to: {error.strerror}.") from error
    try:
        yield
    finally:
        lock.release()
