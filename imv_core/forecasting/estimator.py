"""Fit, forecast, score and save: the base class of `IMVForecaster`."""

from pathlib import Path
from typing import Self

import pandas as pd

from imv_core import devices_and_threads
from imv_core.arrays import Floats
from imv_core.devices_and_threads import limited
from imv_core.errors import SettingsError
from imv_core.forecasting import baselines, metrics, model_file
from imv_core.forecasting.fitted_model import Fitted, OnBatch, OnEpoch, fit
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.tables.table import Table
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings
from imv_core.windows.split import Part
from imv_core.windows.windows import Windows


class Estimator:
    """A model with its settings; `IMVForecaster` adds explanations and checks."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._fitted: Fitted | None = None

    def fit(
        self,
        table: Table,
        on_epoch: OnEpoch | None = None,
        *,
        on_batch: OnBatch | None = None,
        checkpoint: Path | None = None,
    ) -> Self:
        """Train on a table and keep the weights of the best epoch.

        Args:
            table: is split in time; the weights are learnt from the training part alone.
            on_epoch: called after each epoch with its record; a true result stops the training.
            on_batch: called with the share of the epoch that is done; a true result stops at once.
            checkpoint: file to write after each epoch. If it exists, training resumes from it, with
                the same numbers as without a stop.

        Raises:
            TableError, SettingsError: the table does not fit the settings.
            CheckpointError: the checkpoint is damaged, or belongs to another training.
        """
        self._fitted = fit(table, self.settings, on_epoch, on_batch, checkpoint)
        return self

    def validate(self, table: Table) -> tuple[str, ...]:
        """Raise what `fit` would raise before training; return the variables that it would use."""
        devices_and_threads.to_train_on(self.settings.device)
        return prepare(table, self.settings).scaling.variables

    @property
    def fitted(self) -> Fitted:
        """Return the trained model and all it needs; SettingsError before `fit` or `load`."""
        if self._fitted is None:
            raise SettingsError("This forecaster is not trained yet; call 'fit' or 'load' first.")
        return self._fitted

    def predict(
        self, table: Table, part: str = Part.TEST, level: float = DEFAULT_LEVEL
    ) -> pd.DataFrame:
        """Forecast every window of a part.

        Args:
            table: has the columns of the training, and may have newer rows.
            part: "train", "validation", "test", "all", or "future": beyond the last row.
            level: share of true values that the intervals should contain.

        Returns:
            W * H rows: time, step (1..H), actual, forecast, lower, upper, in the target's unit.

        Raises:
            ModelFileError: the table has other columns or another step than in the training.
            NoWindowError: the part has no window.
            SettingsError: the part is unknown, or the level is not between 0 and 1.
        """
        windows = self._windows(table, part)
        moments = self.fitted.forecast(windows, self.settings.objective)
        return self.fitted.with_interval(windows, *moments, level)

    def rivals(self, table: Table, part: str = Part.TEST) -> dict[str, Floats]:
        """Return the simple forecasts by name, each (W * H,), in the order of `predict`."""
        fitted, windows = self.fitted, self._windows(table, part)
        with limited(fitted.model.size_at_once):
            ridge = fitted.ridge.predict(windows, fitted.scaling)
        return baselines.simple_forecasts(windows, ridge, table.freq)

    def score(
        self, table: Table, part: str = Part.TEST, level: float = DEFAULT_LEVEL
    ) -> "pd.Series[float]":
        """Return errors of the model and of simple forecasts on the same windows; see `metrics`."""
        return metrics.score(self.predict(table, part, level), self.rivals(table, part))

    def save(self, path: str | Path) -> None:
        """Write the model to one file (safetensors and JSON)."""
        model_file.write(Path(path), self.settings, self.fitted)

    def _windows(self, table: Table, part: str) -> Windows:
        return self.fitted.windows(table, part, self.settings.lookback)
