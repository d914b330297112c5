"""What a run was asked to do, and where it stands."""

import json
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from imv_core import atomic
from imv_core.settings import Settings
from imv_core.stored import from_json


@dataclass(frozen=True)
class Config:
    """What a run was asked to do."""

    name: str
    settings: Settings
    variables: tuple[str, ...]  # those of the settings, or every column that can be learnt from
    table_name: str
    table_fingerprint: str
    created: str  # ISO 8601, UTC

    def __post_init__(self) -> None:
        datetime.fromisoformat(self.created)  # ValueError where it is none

    @classmethod
    def read(cls, folder: Path) -> "Config":
        """Of a run's folder; OSError, ValueError, TypeError or ImvError where there is none."""
        path = folder / "config.json"
        written = path.stat()
        return _config(path, (written.st_mtime_ns, written.st_ino))

    def write(self, folder: Path) -> None:
        """To a run's folder."""
        atomic.replace_text(folder / "config.json", json.dumps(asdict(self), indent=1))


@lru_cache(maxsize=10_000)
def _config(path: Path, _written: tuple[int, int]) -> Config:
    """Read once as long as it is not written again: every page asks for those of all runs."""
    return from_json(Config, json.loads(path.read_text()))


@dataclass(frozen=True)
class Status:
    """Where a work on a run stands."""

    # waiting, training or checking, finished, stopped, failed; interrupted when read
    state: str = "waiting"
    progress: float = 0.0  # share of all epochs, or of all that is to be checked
    seconds_left: float | None = None  # at most: a training may end early
    message: str = ""  # what is being checked; why it failed, or ended before its last epoch
    updated: float = field(default_factory=time.time)  # Unix time

    @property
    def is_going_on(self) -> bool:
        """A process is at it."""
        return self.state in ("training", "checking")

    @property
    def is_active(self) -> bool:
        """It may still change by itself."""
        return self.state == "waiting" or self.is_going_on
