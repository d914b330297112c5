"""Folder of one run: settings, table, progress, model; readable after a kill at any moment.

`config.json` has the settings, `table.parquet` the table, `status.json` the progress,
`history.jsonl` a line per epoch; a training resumes from `checkpoint`. The model and its records
are in `model_folder`. `recovery.json` has what the settings find in planted worlds,
`injection.json` what they find of an effect hidden in the table. The process that trains or checks
locks `lock`; other tasks have files of their own (see `task`).
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np

from imv_core import storage
from imv_core.errors import ImvError, ModelFileError, RunError, RunVersionError, VersionError
from imv_core.faithfulness.report import TrustReport
from imv_core.forecaster import IMVForecaster
from imv_core.runs.model_folder import ModelFolder
from imv_core.runs.new_folder import checked_name, new_folder, write_first_files
from imv_core.runs.records import Config, State, Status, settings_of_key, subject_of_key
from imv_core.runs.task import Task, TaskKind, reading, writing
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import Recovery
from imv_core.tables.table import Table
from imv_core.training.history import FORMAT as HISTORY_FORMAT
from imv_core.training.history import EpochRecord, read_history
from imv_core.training.settings import Settings


class Run(ModelFolder):
    """One run's folder; any number of processes may read it while one trains or checks.

    Raises:
        RunVersionError: a version of this program made it that this one cannot read.
        RunError: it is no run, or damaged.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(Path(path))
        try:
            self.path.name.encode()  # pages and addresses name it: UTF-8 has to hold it
            self.config = Config.read(self.path)
        except VersionError as error:
            raise RunVersionError(f"'{self.path}' cannot be opened. {error}") from error
        except (OSError, ValueError, TypeError, LookupError, RecursionError, ImvError) as error:
            raise RunError(f"'{self.path}' is not the folder of a run.") from error

    @classmethod
    def create(cls, path: str | Path, settings: Settings, table: Table, name: str = "") -> "Run":
        """Make the folder of a run that is not trained yet.

        Raises:
            RunError: the folder holds something else.
            TableError, SettingsError: the settings do not go with the table or this machine.
        """
        variables = IMVForecaster.from_settings(settings).validate(table)
        name = checked_name(name) if name else f"{settings.target}, {table.name}"
        with new_folder(path) as folder:
            write_first_files(folder, settings, table, variables, name)
        return cls(folder)

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
        with new_folder(path) as folder:
            write_first_files(folder, settings, table, variables, name, is_adopted=True)
            run = cls(folder)
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

    def discard(self) -> None:
        """Remove the folder, not to the deleted runs but for good."""
        shutil.rmtree(self.path, ignore_errors=True)

    def matches(self, settings: Settings, table: Table) -> bool:
        """Return whether the run is of just these settings and this table."""
        config = self.config
        return (config.settings, config.table_fingerprint) == (settings, table.fingerprint)

    def rename(self, name: str) -> None:
        """Change the name of the run; the folder keeps its own."""
        config = replace(self.config, name=checked_name(name))
        with writing(self.path):
            config.write(self.path)
        self.config = config

    def task(self, kind: TaskKind) -> Task:
        """Return one kind of task on this run: its status, and its stop request."""
        return Task(self.path, kind)

    @property
    def status(self) -> Status:
        """Status of the training, "interrupted" without a heartbeat; RunError if unreadable."""
        with reading(f"The status of '{self.path}'"):
            return self.task(TaskKind.TRAINING).read_status()

    def write_status(self, status: Status) -> None:
        """Write the status of the training."""
        self.task(TaskKind.TRAINING).write_status(status)

    def stop(self) -> None:
        """Request that the training ends with its best epoch so far."""
        self.task(TaskKind.TRAINING).stop()

    @property
    def checking(self) -> Status | None:
        """Status of the checks of the model; None: they were never requested."""
        return self.task(TaskKind.CHECKS).status

    @property
    def recovering(self) -> Status | None:
        """Status of the recovery of planted truth; None: it was never requested."""
        return self.task(TaskKind.RECOVERY).status

    @property
    def injecting(self) -> Status | None:
        """Status of the search for a hidden effect; None: it was never requested."""
        return self.task(TaskKind.INJECTION).status

    @property
    def history(self) -> list[EpochRecord]:
        """Epochs so far; RunError where their file is damaged."""
        path, seeds = self.path / "history.jsonl", self.config.settings.seeds
        with reading(f"The history of '{self.path}'"):
            lines = path.read_text().splitlines() if path.exists() else []
            return list(read_history(map(json.loads, lines), seeds, len(self.config.variables)))

    def write_history(self, history: list[EpochRecord]) -> None:
        """Replace the file of epochs."""
        lines = [json.dumps(HISTORY_FORMAT.stamp(record.to_json())) + "\n" for record in history]
        storage.replace_text(self.path / "history.jsonl", "".join(lines))

    @property
    def table(self) -> Table:
        """Table of the training; TableError or RunError where it is damaged."""
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

    @property
    def table_path(self) -> Path:
        """Path of the table, which is written once."""
        return self.path / "table.parquet"

    @property
    def checkpoint_path(self) -> Path:
        """Path of the file from which a training resumes."""
        return self.path / "checkpoint"

    def forecaster(self) -> IMVForecaster:
        """Load the model; ModelFileError or RunError where it is damaged or another run's."""
        forecaster = super().forecaster()
        scaling, config = forecaster.fitted.scaling, self.config
        if (scaling.target, scaling.variables) != (config.settings.target, config.variables):
            raise RunError(f"The model of '{self.path}' is not the one that it was made for.")
        return forecaster

    def write_model(self, forecaster: IMVForecaster) -> None:
        """Write the model, and remove records and the checks' status of the one before."""
        super().write_model(forecaster)
        if self.trust is None:
            self.task(TaskKind.CHECKS).remove_status()

    @property
    def trust(self) -> TrustReport | None:
        """Checks of the model; None: it was not checked, or another was."""
        report, settings = super().trust, self.config.settings
        if report is None or (
            (report.target, report.variables, report.lookback, report.horizon)
            != (settings.target, self.config.variables, settings.lookback, settings.horizon)
        ):
            return None
        return report

    @property
    def recovery(self) -> Recovery | None:
        """Recovery of planted truth with these settings; None: not tried, or with others."""
        settings = self.config.settings
        return storage.read_keyed(self.recovery_path, settings, Recovery.from_json, settings_of_key)

    def write_recovery(self, recovery: Recovery) -> None:
        """Write the recovery for these settings: other weights of them keep it."""
        key = json.dumps(self.config.settings.to_json())
        storage.write_keyed(self.recovery_path, recovery.to_json(), key)

    @property
    def recovery_path(self) -> Path:
        """Path of the recovery."""
        return self.path / "recovery.json"

    @property
    def injection(self) -> Injection | None:
        """Search for a hidden effect with these settings and this table; None: not tried."""
        key = (self.config.settings, self.config.table_fingerprint)
        return storage.read_keyed(self.injection_path, key, Injection.from_json, subject_of_key)

    def write_injection(self, injection: Injection) -> None:
        """Write the search for these settings and this table: other weights keep it."""
        key = json.dumps([self.config.settings.to_json(), self.config.table_fingerprint])
        storage.write_keyed(self.injection_path, injection.to_json(), key)

    @property
    def injection_path(self) -> Path:
        """Path of the search for a hidden effect."""
        return self.path / "injection.json"
