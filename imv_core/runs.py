"""A run's folder on disk: settings, table, progress, model; readable after a kill at any moment.

`config.json` what was asked, `table.parquet` on what, `status.json` where it stands,
`history.jsonl` a line an epoch, `checkpoint` to go on from, `model.imv` the result,
`explanation.safetensors` what it says of the test part, and `stop`, whose presence asks a training
to end. All are written to another name first and renamed.
"""

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imv_core import explanation_file
from imv_core.errors import ImvError, NoWindowError, RunError
from imv_core.explanation import Explanation
from imv_core.forecaster import IMVForecaster
from imv_core.settings import Settings
from imv_core.stored import from_json
from imv_core.table import Table
from imv_core.training import EpochRecord

SILENCE = 60.0  # seconds without a note after which a training counts as interrupted


@dataclass(frozen=True)
class Config:
    """What a run was asked to do."""

    name: str
    settings: Settings
    variables: tuple[str, ...]  # those of the settings, or every usable column
    table_name: str
    table_fingerprint: str
    created: str  # ISO 8601, UTC

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Config":
        """The inverse of `dataclasses.asdict`."""
        return from_json(cls, values)


@dataclass(frozen=True)
class Status:
    """Where a run stands."""

    state: str = "waiting"  # waiting, training, finished, stopped, failed; interrupted when read
    progress: float = 0.0  # share of all epochs
    seconds_left: float | None = None  # at most: a training may end early
    message: str = ""  # why it failed, or ended before its last epoch
    updated: float = field(default_factory=time.time)  # Unix time

    @property
    def is_active(self) -> bool:
        """It may still change by itself."""
        return self.state in ("waiting", "training")


class Run:
    """One folder; any number of processes may read it while one trains."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.config = Config.from_json(json.loads((self.path / "config.json").read_text()))
        except (OSError, ValueError, TypeError, RecursionError, ImvError) as error:
            raise RunError(f"'{self.path}' is not the folder of a run.") from error

    @classmethod
    def create(cls, path: str | Path, settings: Settings, table: Table, name: str = "") -> "Run":
        """Make the folder of a run that is still to be trained.

        Raises:
            RunError: the folder holds something else.
            TableError: the settings do not go with the table.
        """
        IMVForecaster.from_settings(settings).validate(table)
        return cls._make(Path(path), settings, table, name or f"{settings.target}, {table.name}")

    @classmethod
    def adopt(cls, path: str | Path, forecaster: IMVForecaster, table: Table, name: str) -> "Run":
        """Make the run of a model that was trained elsewhere, to be used on this table.

        Raises:
            RunError: the folder holds something else.
            ModelFileError, TableError: the model does not go with the table.
        """
        forecaster.predict(table, "future")
        settings = replace(forecaster.settings, variables=forecaster.fitted.scaling.variables)
        run = cls._make(Path(path), settings, table, name)
        run.write_model(forecaster)
        run.write_history(list(forecaster.fitted.history))
        with suppress(NoWindowError):  # a table of later or fewer rows may have no test part
            run.write_explanation(forecaster.explain(table))
        run.note(Status("finished", progress=1.0))
        return run

    @classmethod
    def _make(cls, path: Path, settings: Settings, table: Table, name: str) -> "Run":
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise RunError(f"'{path}' is not empty. Choose another folder for the run.")
            _replace(path / "table.parquet", table.to_parquet)
            _write(path / "status.json", json.dumps(asdict(Status())))
            config = Config(
                name=name,
                settings=settings,
                variables=settings.variables or tuple(table.usable),
                table_name=table.name,
                table_fingerprint=table.fingerprint,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
            )
            _write(path / "config.json", json.dumps(asdict(config), indent=1))
        except OSError as error:
            raise RunError(f"The run cannot be written to '{path}': {error.strerror}.") from error
        return cls(path)

    @property
    def status(self) -> Status:
        """Where it stands; "interrupted" where a training has fallen silent."""
        try:
            status = from_json(Status, json.loads((self.path / "status.json").read_text()))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise RunError(f"The status of '{self.path}' cannot be read.") from error
        if status.state == "training" and time.time() - status.updated > SILENCE:
            return replace(status, state="interrupted")
        return status

    @property
    def history(self) -> list[EpochRecord]:
        """The epochs so far."""
        try:
            lines = (self.path / "history.jsonl").read_text().splitlines()
            return [EpochRecord.from_json(json.loads(line)) for line in lines]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise RunError(f"The history of '{self.path}' cannot be read.") from error

    @property
    def table(self) -> Table:
        """The table that it is trained on."""
        return Table.from_parquet(self.path / "table.parquet")

    @property
    def model_path(self) -> Path:
        """Where the model is, once there is one."""
        return self.path / "model.imv"

    @property
    def has_model(self) -> bool:
        """A model can be loaded."""
        return self.model_path.exists()

    def forecaster(self) -> IMVForecaster:
        """The trained forecaster."""
        if not self.has_model:
            raise RunError(f"'{self.path}' holds no model: its training has not come to an end.")
        return IMVForecaster.load(self.model_path)

    def explanation(self, forecaster: IMVForecaster, table: Table) -> Explanation:
        """Of the test part: as it was kept after the training, else computed.

        Args:
            forecaster: the run's own.
            table: the run's own.
        """
        path, seed = self._explanation_path, forecaster.settings.seed
        explained = forecaster.explained(table)
        kept = explanation_file.read(path, explained, seed, self._model_digest)
        return kept or Explanation.of(explained, seed)

    def write_explanation(self, explanation: Explanation) -> None:
        """Keep the explanation of the test part, for this model alone."""
        digest = self._model_digest
        _replace(
            self._explanation_path, lambda path: explanation_file.write(path, explanation, digest)
        )

    @property
    def _explanation_path(self) -> Path:
        return self.path / "explanation.safetensors"

    @property
    def _model_digest(self) -> str:
        return hashlib.sha256(self.model_path.read_bytes()).hexdigest()

    def note(self, status: Status) -> None:
        """Write where it stands."""
        _write(self.path / "status.json", json.dumps(asdict(status)))

    def stop(self) -> None:
        """Ask the training to end with the best epoch so far."""
        (self.path / "stop").touch()

    @property
    def is_asked_to_stop(self) -> bool:
        """Somebody has called `stop`."""
        return (self.path / "stop").exists()

    def is_of(self, settings: Settings, table: Table) -> bool:
        """It was asked for just this."""
        config = self.config
        return (config.settings, config.table_fingerprint) == (settings, table.fingerprint)

    def write_model(self, forecaster: IMVForecaster) -> None:
        """Write the trained forecaster."""
        _replace(self.model_path, forecaster.save)

    def write_history(self, history: list[EpochRecord]) -> None:
        """Replace the file of epochs."""
        lines = [json.dumps(record.to_json()) + "\n" for record in history]
        _write(self.path / "history.jsonl", "".join(lines))


def list_runs(folder: str | Path) -> list[Run]:
    """The runs in a folder, newest first; what is no run is passed over."""
    runs = []
    for path in sorted(Path(folder).glob("*/config.json")):
        try:
            runs.append(Run(path.parent))
        except RunError:
            continue
    return sorted(runs, key=lambda run: run.config.created, reverse=True)


def _write(path: Path, text: str) -> None:
    _replace(path, lambda temporary: temporary.write_text(text))


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    temporary = path.with_name(path.name + ".part")
    write(temporary)
    temporary.replace(path)
