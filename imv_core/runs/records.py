"""What a run was asked to do, and where it stands."""

import json
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from imv_core import storage
from imv_core.storage import from_json
from imv_core.training.settings import Settings

LONGEST = 1e9  # seconds that a work may still take, some thirty years


@dataclass(frozen=True)
class Config:
    """What a run was asked to do."""

    name: str
    settings: Settings
    variables: tuple[str, ...]  # those of the settings, or every column that can be learnt from
    table_name: str
    table_fingerprint: str
    created: str  # ISO 8601, UTC
    is_adopted: bool = False  # its model came in a file; older runs do not tell

    def __post_init__(self) -> None:
        datetime.fromisoformat(self.created)  # ValueError where it is none
        if not self.variables or len(set(self.variables)) < len(self.variables):
            raise ValueError("Every variable has a name of its own, and there is one at least.")
        if self.settings.variables not in (None, self.variables):
            raise ValueError("The variables are not those of the settings.")

    @classmethod
    def read(cls, folder: Path) -> "Config":
        """Of a run's folder; OSError, ValueError, TypeError or ImvError where there is none."""
        path = folder / "config.json"
        written = path.stat()
        return _config(path, (written.st_mtime_ns, written.st_ino))

    def write(self, folder: Path) -> None:
        """To a run's folder."""
        storage.replace_text(folder / "config.json", json.dumps(asdict(self), indent=1))


@lru_cache(maxsize=10_000)
def _config(path: Path, _written: tuple[int, int]) -> Config:
    """Read once as long as it is not written again: every page asks for those of all runs."""
    return from_json(Config, json.loads(path.read_text()))


class State(StrEnum):
    """What may be said of a work."""

    WAITING = "waiting"
    TRAINING = "training"
    CHECKING = "checking"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its process has ended, or has fallen silent


@dataclass(frozen=True)
class Status:
    """Where a work on a run stands; ValueError where a number is out of its range."""

    state: State = State.WAITING
    progress: float = 0.0  # share of all epochs, or of all that is to be checked
    seconds_left: float | None = None  # at most: a training may end early
    message: str = ""  # what is being checked; why it failed, or ended before its last epoch
    updated: float = field(default_factory=time.time)  # Unix time

    def __post_init__(self) -> None:
        left = 0.0 if self.seconds_left is None else self.seconds_left
        if not (0 <= self.progress <= 1 and 0 <= left <= LONGEST and self.updated >= 0):
            raise ValueError("The progress, or a time, is out of its range.")

    @property
    def is_running(self) -> bool:
        """A process is at it."""
        return self.state in (State.TRAINING, State.CHECKING)

    @property
    def is_active(self) -> bool:
        """It may still change by itself."""
        return self.state == State.WAITING or self.is_running
