"""Configuration and status of a run, as its folder keeps them."""

import json
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from imv_core import storage
from imv_core.errors import ImvError
from imv_core.storage import Format, from_json
from imv_core.training.settings import FORMAT as SETTINGS_FORMAT
from imv_core.training.settings import Settings

CONFIG_FORMAT = Format(2)
STATUS_FORMAT = Format(2)
LONGEST = 1e9  # seconds left of a task, some thirty years


@dataclass(frozen=True)
class Config:
    """What is trained on which table; ValueError where the fields contradict each other."""

    name: str
    settings: Settings
    variables: tuple[str, ...]  # those of the settings, or every column that can be learnt from
    table_name: str
    table_fingerprint: str
    created: str  # ISO 8601, UTC
    is_adopted: bool = False  # the model came in a file; absent in older runs

    def __post_init__(self) -> None:
        datetime.fromisoformat(self.created)  # ValueError where it is none
        if not self.variables or len(set(self.variables)) < len(self.variables):
            raise ValueError("There are no variables, or two of one name.")
        if self.settings.variables not in (None, self.variables):
            raise ValueError("The variables are not those of the settings.")

    @classmethod
    def read(cls, folder: Path) -> "Config":
        """Read the configuration of a run's folder.

        Raises:
            VersionError: it is of a version that cannot be read.
            OSError, ValueError, TypeError, ImvError: there is none.
        """
        path = folder / "config.json"
        written = path.stat()
        return _read_config(path, (written.st_mtime_ns, written.st_ino))

    def write(self, folder: Path) -> None:
        """Write the configuration to a run's folder."""
        text = json.dumps(CONFIG_FORMAT.stamp(asdict(self)), indent=1)
        storage.replace_text(folder / "config.json", text)


@lru_cache(maxsize=10_000)
def _read_config(path: Path, _written: tuple[int, int]) -> Config:
    """Read a configuration once until it is written again: every page needs those of all runs."""
    fields = CONFIG_FORMAT.upgrade(json.loads(path.read_text()))
    fields["settings"] = SETTINGS_FORMAT.upgrade(fields["settings"])
    return from_json(Config, fields)


def settings_of_key(key: str) -> Settings:
    """Return the settings to which a record is tied; older keys have other names, or fewer."""
    return subject_of_key(f"[{key}, null]")[0]


def subject_of_key(key: str) -> tuple[Settings, Any]:
    """Return the settings and the table's fingerprint to which a record is tied.

    Raises:
        ValueError, TypeError: they are none.
    """
    settings, fingerprint = json.loads(key)
    try:
        return Settings.from_json(settings), fingerprint
    except ImvError as error:
        raise ValueError(key) from error


class State(StrEnum):
    """State of a task."""

    WAITING = "waiting"
    TRAINING = "training"
    CHECKING = "checking"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # its process has ended, or sends no heartbeat


@dataclass(frozen=True)
class Status:
    """State and progress of a task on a run; ValueError where a number is out of its range."""

    state: State = State.WAITING
    progress: float = 0.0  # share of all epochs, or of all checks
    seconds_left: float | None = None  # at most: a training may end early
    message: str = ""  # what is being checked; why it failed, or ended before its last epoch
    updated: float = field(default_factory=time.time)  # Unix time

    def __post_init__(self) -> None:
        left = 0.0 if self.seconds_left is None else self.seconds_left
        if not (0 <= self.progress <= 1 and 0 <= left <= LONGEST and self.updated >= 0):
            raise ValueError("The progress, or a time, is out of its range.")

    @property
    def is_running(self) -> bool:
        """Whether a process works on it."""
        return self.state in (State.TRAINING, State.CHECKING)

    @property
    def is_active(self) -> bool:
        """Whether it waits or runs, so that it may still change by itself."""
        return self.state == State.WAITING or self.is_running

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return STATUS_FORMAT.stamp(asdict(self))

    @classmethod
    def from_json(cls, values: Any) -> "Status":
        """Return the inverse of `to_json`; VersionError, TypeError or ValueError else."""
        return from_json(cls, STATUS_FORMAT.upgrade(values))
