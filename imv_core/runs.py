"""A run's folder on disk: settings, table, progress, model; readable after a kill at any moment.

`config.json` what was asked, `table.parquet` on what, `status.json` where it stands,
`history.jsonl` a line an epoch, `checkpoint` to go on from, `model.imv` the result,
`explanation.safetensors` what it says of the test part and `scores.json` how good it is there,
`lock`, held by the process that trains, and `stop`, whose presence asks it to end.
"""

import hashlib
import json
import time
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from imv_core import atomic, explanation_file, metrics
from imv_core.errors import ImvError, NoWindowError, RunError
from imv_core.explanation import Explanation
from imv_core.forecaster import IMVForecaster
from imv_core.run_records import Config, Status
from imv_core.settings import Settings
from imv_core.stored import from_json
from imv_core.table import Table
from imv_core.training import EpochRecord

SILENCE = 60.0  # seconds without a note after which a training counts as interrupted
LONGEST_NAME = 200  # characters
LEVEL = 0.9  # of the intervals that are scored
SCORED = {"rmse", "mae", "coverage", "persistence_rmse", "persistence_mae"}  # always, and others


class Run:
    """One folder; any number of processes may read it while one trains."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            self.config = Config.read(self.path)
        except (OSError, ValueError, TypeError, RecursionError, ImvError) as error:
            raise RunError(f"'{self.path}' is not the folder of a run.") from error

    @classmethod
    def create(cls, path: str | Path, settings: Settings, table: Table, name: str = "") -> "Run":
        """Make the folder of a run that is still to be trained.

        Raises:
            RunError: the folder holds something else.
            TableError: the settings do not go with the table.
        """
        variables = IMVForecaster.from_settings(settings).validate(table)
        name = name or f"{settings.target}, {table.name}"
        return cls._make(Path(path), settings, table, name, variables)

    @classmethod
    def adopt(cls, path: str | Path, forecaster: IMVForecaster, table: Table, name: str) -> "Run":
        """Make the run of a model that was trained elsewhere, to be used on this table.

        Raises:
            RunError: the folder holds something else.
            ModelFileError, TableError: the model does not go with the table.
        """
        forecaster.predict(table, "future")
        variables = forecaster.fitted.scaling.variables
        settings = replace(forecaster.settings, variables=variables)
        run = cls._make(Path(path), settings, table, name, variables)
        run.write_model(forecaster)
        run.write_history(list(forecaster.fitted.history))
        run.judge(forecaster, table)
        run.note(Status("finished", progress=1.0))
        return run

    @classmethod
    def _make(
        cls, path: Path, settings: Settings, table: Table, name: str, variables: tuple[str, ...]
    ) -> "Run":
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise RunError(f"'{path}' is not empty. Choose another folder for the run.")
            atomic.replace(path / "table.parquet", table.to_parquet)
            atomic.replace_text(path / "status.json", json.dumps(asdict(Status())))
            config = Config(
                name=name,
                settings=settings,
                variables=variables,
                table_name=table.name,
                table_fingerprint=table.fingerprint,
                created=datetime.now(UTC).isoformat(timespec="seconds"),
            )
            config.write(path)
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

    @property
    def scores(self) -> "pd.Series[float] | None":
        """On the test part, see `IMVForecaster.score`; None: not kept, or not readable."""
        try:
            scores = from_json(dict[str, float], json.loads(self._scores_path.read_text()))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return pd.Series(scores) if scores.keys() >= SCORED else None

    def judge(self, forecaster: IMVForecaster, table: Table) -> None:
        """Keep what the run's own model says of the test part, and how good it is there."""
        with suppress(NoWindowError):  # a table of later or fewer rows may have no test part
            self.write_explanation(explanation := forecaster.explain(table))
            forecast = forecaster.forecast_of(explanation, LEVEL)
            scores = metrics.score(forecast, forecaster.rivals(table))
            atomic.replace_text(self._scores_path, json.dumps(scores.to_dict()))

    def write_explanation(self, explanation: Explanation) -> None:
        """Keep the explanation of the test part, for this model alone."""
        digest = self._model_digest
        atomic.replace(
            self._explanation_path, lambda path: explanation_file.write(path, explanation, digest)
        )

    @property
    def _scores_path(self) -> Path:
        return self.path / "scores.json"

    @property
    def _explanation_path(self) -> Path:
        return self.path / "explanation.safetensors"

    @property
    def _model_digest(self) -> str:
        return hashlib.sha256(self.model_path.read_bytes()).hexdigest()

    def note(self, status: Status) -> None:
        """Write where it stands."""
        atomic.replace_text(self.path / "status.json", json.dumps(asdict(status)))

    def rename(self, name: str) -> None:
        """Call it something else; its folder stays where it is."""
        name = " ".join(name.split())
        if not 1 <= len(name) <= LONGEST_NAME:
            raise RunError(f"Give the run a name of 1 to {LONGEST_NAME} characters.")
        self.config = replace(self.config, name=name)
        self.config.write(self.path)

    def stop(self) -> None:
        """Ask the training to end with the best epoch so far."""
        (self.path / "stop").touch()

    def withdraw_stop(self) -> None:
        """Ask for it no longer."""
        (self.path / "stop").unlink(missing_ok=True)

    @property
    def is_asked_to_stop(self) -> bool:
        """Somebody has called `stop`."""
        return (self.path / "stop").exists()

    @property
    def checkpoint_path(self) -> Path:
        """Where its training can be gone on from."""
        return self.path / "checkpoint"

    def is_of(self, settings: Settings, table: Table) -> bool:
        """It was asked for just this."""
        config = self.config
        return (config.settings, config.table_fingerprint) == (settings, table.fingerprint)

    def write_model(self, forecaster: IMVForecaster) -> None:
        """Write the trained forecaster."""
        self._scores_path.unlink(missing_ok=True)  # those of another model
        forecaster.save(self.model_path)

    def write_history(self, history: list[EpochRecord]) -> None:
        """Replace the file of epochs."""
        lines = [json.dumps(record.to_json()) + "\n" for record in history]
        atomic.replace_text(self.path / "history.jsonl", "".join(lines))


def list_runs(folder: str | Path) -> list[Run]:
    """The runs in a folder, newest first; what is no run is passed over."""
    runs = []
    for path in sorted(Path(folder).glob("*/config.json")):
        try:
            runs.append(Run(path.parent))
        except RunError:
            continue
    return sorted(runs, key=lambda run: run.config.created, reverse=True)


def list_damaged(folder: str | Path) -> list[Path]:
    """The folders that were runs and can no longer be read as such."""
    readable = {run.path for run in list_runs(folder)}
    return sorted({path.parent for path in Path(folder).glob("*/config.json")} - readable)
