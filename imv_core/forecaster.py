"""The estimator: a table in, forecasts and their explanation out."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from imv_core import compute
from imv_core.arrays import Floats
from imv_core.compute import limited
from imv_core.errors import SettingsError
from imv_core.explaining.explainer import Explainer
from imv_core.explaining.explanation import Explanation
from imv_core.explaining.single_forecast import InputWindow, OneForecast
from imv_core.faithfulness.checks import attribution
from imv_core.faithfulness.examination import Subject, examine, need_windows
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.report import TrustReport
from imv_core.faithfulness.retraining import (
    OnProgress,
    fit_or_stop,
    need_own_table,
    part_of,
    siblings_of,
)
from imv_core.forecasting import baselines, metrics, model_file
from imv_core.forecasting.fitted import Fitted, in_unit
from imv_core.forecasting.fitting import OnBatch, OnEpoch, fit
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.tables.table import Table
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings
from imv_core.windows.windows import Windows


class IMVForecaster:
    """Forecast a target with an IMV-LSTM, and say what drives the forecast.

    Source: Guo, Lin and Antulov-Fantulin, ICML 2019 (arXiv 1905.12034).

    Args:
        target: the column to forecast.
        variables: the columns to forecast from; the target's own past is one of them only if it
            is named. None: every usable column, the target's own past included.
        lookback: T, rows that a forecast sees. horizon: H, steps that it reaches.
        cell: "tensor" keeps the variables apart, "full" lets the gates see all of them.
        attention: over "inputs", local to their step, or over hidden "states" (the paper's).
        objective: "balanced" (squared and absolute error), "em" (eq. 9), "nll" or "mse".
        predict: the "level" of the target, its "change" since the last row, or "auto": whichever
            varies less.
        hidden_size: D, units a variable.
        max_epochs, batch_size, learning_rate, patience: of the training; batch_size None: by the
            number of windows.
        seed: the same on a CPU gives the same numbers. seeds: models trained side by side, from
            `seed` on; their mean is the forecast, and they tell how far importance is chance.
        device: "auto" (a GPU where there is one), "cpu" or "cuda" (a GPU). All is computed there,
            training, forecasts, explanations and checks; a trained model also runs where there is
            no GPU. The numbers of GPU and CPU differ by rounding; for cell "full" see `FullCell`.
        train_share, validation_share: of the rows, in time; the rest is the test part.
        fill: what missing inputs take: the "last" value before them, or the training "median".
    """

    def __init__(  # noqa: PLR0913 (the public signature: one flat list, as in scikit-learn)
        self,
        target: str,
        variables: Iterable[str] | None = None,
        *,
        lookback: int = Settings.lookback,
        horizon: int = Settings.horizon,
        cell: str = Settings.cell,
        attention: str = Settings.attention,
        objective: str = Settings.objective,
        predict: str = Settings.predict,
        hidden_size: int = Settings.hidden_size,
        max_epochs: int = Settings.max_epochs,
        batch_size: int | None = Settings.batch_size,
        learning_rate: float = Settings.learning_rate,
        patience: int = Settings.patience,
        seed: int = Settings.seed,
        seeds: int = Settings.seeds,
        device: str = Settings.device,
        train_share: float = Settings.train_share,
        validation_share: float = Settings.validation_share,
        fill: str = Settings.fill,
    ) -> None:
        self.settings = Settings(
            target=target,
            variables=None if variables is None else tuple(variables),
            lookback=lookback,
            horizon=horizon,
            cell=cell,
            attention=attention,
            objective=objective,
            predict=predict,
            hidden_size=hidden_size,
            max_epochs=max_epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            patience=patience,
            seed=seed,
            seeds=seeds,
            device=device,
            train_share=train_share,
            validation_share=validation_share,
            fill=fill,
        )
        self._fitted: Fitted | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "IMVForecaster":
        """The same from a settings object."""
        return cls(**settings.to_json())

    def fit(
        self,
        table: Table,
        on_epoch: OnEpoch | None = None,
        *,
        on_batch: OnBatch | None = None,
        checkpoint: Path | None = None,
    ) -> "IMVForecaster":
        """Train, and keep the weights of the best epoch.

        Args:
            table: split in time; only the training part is learnt from.
            on_epoch: told of every epoch; a true answer stops the training.
            on_batch: told the share of the epoch that is done; a true answer stops at once.
            checkpoint: written after each epoch. A file that is there is gone on from, which
                gives the same numbers as never having stopped.

        Raises:
            TableError, SettingsError: the table and the settings do not go together.
            CheckpointError: the checkpoint is damaged, or of another training.
        """
        self._fitted = fit(table, self.settings, on_epoch, on_batch, checkpoint)
        return self

    def validate(self, table: Table) -> tuple[str, ...]:
        """Raise what `fit` would raise before it starts to train; else the variables it takes."""
        compute.to_train_on(self.settings.device)
        return prepare(table, self.settings).scaling.variables

    @property
    def fitted(self) -> Fitted:
        """What the training left; SettingsError before there was one."""
        if self._fitted is None:
            raise SettingsError("This forecaster is not trained yet; call 'fit' or 'load' first.")
        return self._fitted

    def predict(
        self, table: Table, part: str = "test", level: float = DEFAULT_LEVEL
    ) -> pd.DataFrame:
        """Forecast every window of a part.

        Args:
            table: with the columns that were trained on; it may have newer rows.
            part: "train", "validation", "test", "all", or "future": beyond the last row.
            level: the share of true values that the interval should hold.

        Returns:
            Columns time, step (1..H), actual, forecast, lower, upper, in the target's unit.
        """
        windows = self._windows(table, part)
        moments = self.fitted.forecast(windows, self.settings.objective)
        return self.fitted.with_interval(windows, *moments, level)

    def forecast_of(self, explanation: Explanation, level: float = DEFAULT_LEVEL) -> pd.DataFrame:
        """The forecasts that an explanation of this forecaster explains, as `predict` gives them.

        The model is not asked again.
        """
        windows, per_window = explanation.explainer.windows, explanation.per_window
        moments = in_unit(self.fitted.scaling, windows, per_window.forecast, per_window.spread)
        return self.fitted.with_interval(windows, *moments, level)

    def rivals(self, table: Table, part: str = "test") -> dict[str, Floats]:
        """Forecasts of the rivals on the windows of `predict`, each (W * H,), in its order."""
        fitted, windows = self.fitted, self._windows(table, part)
        with limited(fitted.model.size_at_once):
            ridge = fitted.ridge.predict(windows, fitted.scaling)
        return baselines.simple_forecasts(windows, ridge, table.freq)

    def score(
        self, table: Table, part: str = "test", level: float = DEFAULT_LEVEL
    ) -> "pd.Series[float]":
        """Errors of the model and of its rivals on the same windows, see `metrics.score`."""
        return metrics.score(self.predict(table, part, level), self.rivals(table, part))

    def explain(self, table: Table, part: str = "test", of: str = "forecast") -> Explanation:
        """Importances over every window of a part, in one pass, and each window on demand.

        Args:
            table: with the columns that were trained on.
            part: as in `predict`.
            of: the "forecast"; or, where the change is predicted, the "change" since the last
                value, which leaves that value out: what moves the forecast from here?

        Raises:
            SettingsError: `of` is neither.
        """
        return Explanation.compute(self.explainer(table, part, of), self.settings.seed)

    def explainer(self, table: Table, part: str = "test", of: str = "forecast") -> Explainer:
        """The windows of a part, to be explained one by one or by `explain`."""
        fitted, settings = self.fitted, self.settings
        windows = self._windows(table, part)
        return Explainer(fitted.model, windows, fitted.scaling, settings.objective, of)

    def check(
        self,
        table: Table,
        part: str = "test",
        *,
        siblings: int = 0,
        on_progress: OnProgress | None = None,
    ) -> TrustReport:
        """Check whether the explanation of a part is true of this model, and how far it is chance.

        Args:
            table: that it was trained on, with or without newer rows.
            part: with true values that were not learnt from.
            siblings: further models to be trained, with the seeds that follow, to see what another
                training would call important.
            on_progress: told the share that is done and what is done; a true answer stops.

        Raises:
            NoWindowError: the part has too few windows.
            SettingsError: siblings are asked for on another table.
            CheckStopped: it was asked to stop.
        """
        explanation = self.explain(table, part)
        need_windows(explanation.explainer.windows, part)
        need_own_table(self.settings, self.fitted.split, table, siblings)
        subject = Subject(
            asked=self,
            table=table,
            explanation=explanation,
            part=part,
            attention=self.settings.attention,
            calibration=self.fitted.calibration,
            rivals=self.rivals(table, part),
            train=explanation.explainer.windows.for_part("train"),
        )
        with limited(self.fitted.model.size_at_once):
            others = []
            for k, settings in enumerate(siblings_of(self.settings, siblings)):
                doing = f"training with seed {settings.seed}"
                tell = part_of(on_progress, k, 1 + siblings, doing)
                trained = fit_or_stop(IMVForecaster.from_settings(settings), table, tell)
                others.append(trained.explain(table, part).importance_by_seed)
            return examine(subject, others, part_of(on_progress, siblings, 1 + siblings))

    def attribute_one(self, table: Table, one: OneForecast) -> Floats:
        """How far each value of a window moves its forecast, (H, N, T), the oldest lag first.

        Mean |change| when that value alone is replaced by those of windows of the training part,
        in the target's unit.

        Args:
            table: that has the training part.
            one: the window.
        """
        explainer = self.explainer(table, "train", one.explains)
        held = HeldOut(explainer, explainer.windows)
        with limited(explainer.ensemble.size_at_once):
            return attribution.occlude_one(held, torch.from_numpy(one.scaled))

    def explain_one(
        self,
        table: Table,
        row: int | None = None,
        level: float = DEFAULT_LEVEL,
        of: str = "forecast",
    ) -> OneForecast:
        """One forecast with all that it rests on; as quick in a large table as in a small one.

        Args:
            table: with the columns that were trained on.
            row: of the first forecast step; None: the one that would follow the last.
            level: the share of true values that the interval should hold.
            of: as in `explain`.

        Raises:
            NoWindowError: there are not T rows before it.
            SettingsError: `of` is neither.
        """
        scaling = self.fitted.scaling
        scaling.check(table.frame, table.name)
        row = len(table.frame) if row is None else row
        return self._one(InputWindow.before(table, row, scaling, self.settings.lookback), level, of)

    def what_if(
        self, one: OneForecast, values: pd.DataFrame, level: float = DEFAULT_LEVEL
    ) -> OneForecast:
        """The forecast of a window, had its rows held other values.

        It tells what this model would forecast, not what would happen.

        Args:
            one: the window.
            values: in place of `one.values`; an empty cell is filled as a missing value.
            level: the share of true values that the interval should hold.

        Raises:
            TableError: the columns are others, or a value is no number or too large.
        """
        after = self._one(one.window.with_values(values), level, one.explains)
        return replace(after, groups=one.groups)

    def _one(self, window: InputWindow, level: float, of: str) -> OneForecast:
        with np.errstate(over="ignore"):  # what is too large is said in a sentence
            explainer = self.explainer(window.context(self.settings.target), "future", of)
        with limited(numbers=1):  # of one window
            return OneForecast.compute(window, explainer, self.fitted.calibration, level)

    def save(self, path: str | Path) -> None:
        """Write the model to one file (safetensors and JSON)."""
        model_file.write(Path(path), self.settings, self.fitted)

    @classmethod
    def load(cls, path: str | Path) -> "IMVForecaster":
        """Read a file that `save` wrote, from anybody: nothing in it is executed.

        Raises:
            ModelFileError: it is not such a file, or its parts do not fit together.
        """
        settings, fitted = model_file.read(path)
        fitted.model.to(compute.to_run_on(settings.device))
        forecaster = cls.from_settings(settings)
        forecaster._fitted = fitted
        return forecaster

    def _windows(self, table: Table, part: str) -> Windows:
        return self.fitted.windows(table, part, self.settings.lookback)
