"""A run's folder on disk: settings, table, progress, model; readable after a kill at any moment.

`config.json` what was asked, `table.parquet` on what, `status.json` where it stands,
`history.jsonl` a line an epoch, `checkpoint` to go on from, the model and what is known of it (see
`model_folder`), `recovery.json` what its settings find in planted worlds, `injection.json` what
they find of an effect hidden in its table, `lock`, held by the process that trains or checks, and
what its works leave (see `works`).
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from imv_core import storage
from imv_core.errors import ImvError, ModelFileError, RunError
from imv_core.faithfulness.report import TrustReport
from imv_core.forecaster import IMVForecaster
from imv_core.runs.model_folder import ModelFolder
from imv_core.runs.records import Config, State, Status
from imv_core.runs.task import Task, TaskKind, writing
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import Recovery
from imv_core.tables.table import Table
from imv_core.training.history import EpochRecord, read_history
from imv_core.training.settings import Settings

LONGEST_NAME = 200  # characters


class Run(ModelFolder):
    """One folder; any number of processes may read it while one trains or checks."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(Path(path))
        try:
            self.path.name.encode()  # pages and addresses name it: UTF-8 has to hold it
            self.config = Config.read(self.path)
        except (OSError, ValueError, TypeError, RecursionError, ImvError) as error:
            raise RunError(f"'{self.path}' is not the folder of a run.") from error

    @classmethod
    def create(cls, path: str | Path, settings: Settings, table: Table, name: str = "") -> "Run":
        """Make the folder of a run that is still to be trained.

        Raises:
            RunError: the folder holds something else.
            TableError, SettingsError: the settings do not go with the table or this machine.
        """
        variables = IMVForecaster.from_settings(settings).validate(table)
        name = _checked(name) if name else f"{settings.target}, {table.name}"
        with _new_folder(Path(path)) as folder:
            return cls._make(folder, settings, table, name, variables)

    @classmethod
    def adopt(cls, path: str | Path, forecaster: IMVForecaster, table: Table, name: str) -> "Run":
        """Make the run of a model that was trained elsewhere, to be used on this table.

        Raises:
            RunError: the folder holds something else.
            ModelFileError, TableError: the model does not go with the table.
        """
        with np.errstate(all="ignore"):  # what is not finite is refused below
            ahead = forecaster.predict(table, "future")
        variables = forecaster.fitted.scaling.variables
        settings = replace(forecaster.settings, variables=variables)
        with _new_folder(Path(path)) as folder:
            run = cls._make(folder, settings, table, name, variables, is_adopted=True)
            run.write_model(forecaster)
            run.write_history(list(forecaster.fitted.history))
            with np.errstate(all="ignore"):
                is_sound = run.evaluate(forecaster, table)
            if not (is_sound and np.isfinite(ahead[["forecast", "lower", "upper"]]).all(axis=None)):
                raise ModelFileError(
                    f"The model forecasts no numbers from {table.name}, or says nothing of what "
                    "drives them. Train a new model on this data."
                )
            run.write_status(Status(State.FINISHED, progress=1.0))
        return run

    @classmethod
    def _make(
        cls,
        path: Path,
        settings: Settings,
        table: Table,
        name: str,
        variables: tuple[str, ...],
        is_adopted: bool = False,
    ) -> "Run":
        storage.replace(path / "table.parquet", table.to_parquet)
        Task(path, TaskKind.TRAINING).write_status(Status())
        config = Config(
            name=name,
            settings=settings,
            variables=variables,
            table_name=table.name,
            table_fingerprint=table.fingerprint,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            is_adopted=is_adopted,
        )
        config.write(path)
        return cls(path)

    def discard(self) -> None:
        """Remove it as if it had never been made."""
        shutil.rmtree(self.path, ignore_errors=True)

    def task(self, kind: TaskKind) -> Task:
        """What one kind of work tells of itself, and is told."""
        return Task(self.path, kind)

    @property
    def status(self) -> Status:
        """Where its training stands; "interrupted" where it has fallen silent."""
        status = self.task(TaskKind.TRAINING).status
        if status is None:
            raise RunError(f"The status of '{self.path}' cannot be read.")
        return status

    @property
    def checking(self) -> Status | None:
        """Where the checks of its model stand; None: they were never asked for."""
        return self.task(TaskKind.CHECKS).status

    @property
    def recovering(self) -> Status | None:
        """Where the recovery of planted truth stands; None: it was never asked for."""
        return self.task(TaskKind.RECOVERY).status

    @property
    def injecting(self) -> Status | None:
        """Where the search for a hidden effect stands; None: it was never asked for."""
        return self.task(TaskKind.INJECTION).status

    @property
    def history(self) -> list[EpochRecord]:
        """The epochs so far."""
        settings, variables = self.config.settings, len(self.config.variables)
        try:
            lines = (self.path / "history.jsonl").read_text().splitlines()
            return list(read_history(map(json.loads, lines), settings.seeds, variables))
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise RunError(f"The history of '{self.path}' cannot be read.") from error

    @property
    def table(self) -> Table:
        """The table that it is trained on; TableError or RunError where it is damaged."""
        table = Table.from_parquet(self.table_path)
        target, variables = self.config.settings.target, self.config.variables
        if (
            table.fingerprint != self.config.table_fingerprint
            or target not in table.numeric
            or not table.frame.columns.is_unique
            or not set(variables) <= set(table.frame.columns)
        ):
            raise RunError(
                f"The table of '{self.path}' is damaged, or not the one that it was made of. "
                "Delete this run."
            )
        return table

    def forecaster(self) -> IMVForecaster:
        """The trained forecaster; ModelFileError or RunError where it is damaged or another's."""
        forecaster = super().forecaster()
        scaling, config = forecaster.fitted.scaling, self.config
        if (scaling.target, scaling.variables) != (config.settings.target, config.variables):
            raise RunError(f"The model of '{self.path}' is not the one that it was made for.")
        return forecaster

    def write_status(self, status: Status) -> None:
        """Write where its training stands."""
        self.task(TaskKind.TRAINING).write_status(status)

    def rename(self, name: str) -> None:
        """Call it something else; its folder stays where it is."""
        config = replace(self.config, name=_checked(name))
        with writing(self.path):
            config.write(self.path)
        self.config = config

    def stop(self) -> None:
        """Ask the training to end with the best epoch so far."""
        self.task(TaskKind.TRAINING).stop()

    def withdraw_stop(self) -> None:
        """Ask for it no longer."""
        self.task(TaskKind.TRAINING).withdraw_stop()

    @property
    def is_stop_requested(self) -> bool:
        """Somebody has called `stop`."""
        return self.task(TaskKind.TRAINING).is_stop_requested

    @property
    def table_path(self) -> Path:
        """What is forecast; written once."""
        return self.path / "table.parquet"

    @property
    def checkpoint_path(self) -> Path:
        """Where its training can be gone on from."""
        return self.path / "checkpoint"

    def matches(self, settings: Settings, table: Table) -> bool:
        """It was asked for just this."""
        config = self.config
        return (config.settings, config.table_fingerprint) == (settings, table.fingerprint)

    def write_model(self, forecaster: IMVForecaster) -> None:
        """Write the trained forecaster, and forget what was known of the one before."""
        super().write_model(forecaster)
        if self.trust is None:
            self.task(TaskKind.CHECKS).remove_status()

    @property
    def trust(self) -> TrustReport | None:
        """The checks of its model; None: it was not checked, or another was."""
        report, settings = super().trust, self.config.settings
        if report is None or (
            (report.target, report.variables, report.lookback, report.horizon)
            != (settings.target, self.config.variables, settings.lookback, settings.horizon)
        ):
            return None
        return report

    @property
    def recovery(self) -> Recovery | None:
        """What its settings find in planted worlds; None: it was not tried, or other settings."""
        return storage.read_keyed(self.recovery_path, self._settings_text, Recovery.from_json)

    def write_recovery(self, recovery: Recovery) -> None:
        """Keep it, for these settings alone: it is not about the weights."""
        storage.write_keyed(self.recovery_path, recovery.to_json(), self._settings_text)

    @property
    def recovery_path(self) -> Path:
        """Where the recovery is, once it was tried."""
        return self.path / "recovery.json"

    @property
    def injection(self) -> Injection | None:
        """What its settings find of an effect hidden in its table; None: it was not tried."""
        return storage.read_keyed(self.injection_path, self._task_text, Injection.from_json)

    def write_injection(self, injection: Injection) -> None:
        """Keep it, for these settings and this table: it is not about the weights."""
        storage.write_keyed(self.injection_path, injection.to_json(), self._task_text)

    @property
    def injection_path(self) -> Path:
        """Where that is, once it was tried."""
        return self.path / "injection.json"

    @property
    def _task_text(self) -> str:
        return json.dumps([self.config.settings.to_json(), self.config.table_fingerprint])

    @property
    def _settings_text(self) -> str:
        return json.dumps(self.config.settings.to_json())

    def write_history(self, history: list[EpochRecord]) -> None:
        """Replace the file of epochs."""
        lines = [json.dumps(record.to_json()) + "\n" for record in history]
        storage.replace_text(self.path / "history.jsonl", "".join(lines))


@contextmanager
def _new_folder(path: Path) -> Iterator[Path]:
    """A folder to make a run in; where that fails nothing of it stays.

    Raises:
        RunError: it holds something else, or cannot be written to.
    """
    is_new = not path.exists()
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise RunError(f"'{path}' is not empty. Choose another folder for the run.")
        try:
            yield path
        except BaseException:
            for made in path.iterdir():
                made.unlink()
            if is_new:
                path.rmdir()
            raise


def _checked(name: str) -> str:
    """A name on one line that every file can keep; RunError where it is empty or too long."""
    name = " ".join(name.encode("utf-8", "replace").decode().split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise RunError(f"Give the run a name of 1 to {LONGEST_NAME} characters.")
    return name
