"""The estimator: fit on a table, then forecast, score, explain and check."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from imv_core import devices_and_threads
from imv_core.arrays import Floats
from imv_core.devices_and_threads import limited
from imv_core.explaining.explainer import Explainer
from imv_core.explaining.explanation import Explanation
from imv_core.explaining.single_forecast import InputWindow, OneForecast
from imv_core.faithfulness import occlusion
from imv_core.faithfulness.examination import examine, need_windows
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.report import TrustReport
from imv_core.faithfulness.retraining import OnProgress, need_own_table, part_of, train_siblings
from imv_core.faithfulness.subject import Subject
from imv_core.forecasting import model_file
from imv_core.forecasting.estimator import Estimator
from imv_core.forecasting.fitted_model import in_unit
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.model.decomposition import Explained
from imv_core.tables.table import Table
from imv_core.training.declaration import declared
from imv_core.training.settings import Settings
from imv_core.windows.split import Part


class IMVForecaster(Estimator):
    """Forecast a target with an IMV-LSTM and explain its forecasts.

    Source: Guo, Lin and Antulov-Fantulin, ICML 2019 (arXiv 1905.12034).

    Args:
        target: column to forecast.
        variables: columns to forecast from, the target's own past only if named; None: all usable.
        lookback: T, rows per window. horizon: H, steps to forecast.
        cell: "tensor" keeps the variables apart; "full" lets the gates read all of them.
        attention: over "inputs", local to their step, or over hidden "states" (the paper's).
        objective: "balanced" (squared and absolute error), "em" (eq. 9), "nll" or "mse".
        predict: the target's "level", its "change" since the last row, or "auto": what varies less.
        hidden_size: D, hidden units per variable.
        max_epochs: maximum number of epochs. batch_size: windows per batch; None: by the number of
            windows. learning_rate: the highest of the one-cycle schedule.
        patience: epochs without a better validation loss before training stops.
        seed: the same seed gives the same numbers on a CPU. seeds: number of models, trained side
            by side with the seeds from `seed` on; their mean is the forecast, and their differences
            show how far importance depends on chance.
        device: "auto" (a GPU if there is one), "cpu" or "cuda" (a GPU), for training, forecasts,
            explanations and checks; a trained model also runs where there is no GPU. The numbers
            of GPU and CPU differ by rounding; for cell "full" see `FullCell`.
        train_share, validation_share: shares of the rows, in time order; the rest is the test part.
        fill: missing inputs take the "last" value before them, or the training "median".

    Raises:
        SettingsError: a setting is out of its range.

    >>> IMVForecaster("pm2.5", lookback=24, cell="full").settings.cell
    <Cell.FULL: 'full'>
    """

    def __init__(  # noqa: PLR0913 (the public signature: one flat list, as in scikit-learn)
        self,
        target: str,
        variables: Iterable[str] | None = None,
        *,
        lookback: int = 10,
        horizon: int = 1,
        cell: str = "tensor",
        attention: str = "inputs",
        objective: str = "balanced",
        predict: str = "auto",
        hidden_size: int = 16,
        max_epochs: int = 15,
        batch_size: int | None = None,
        learning_rate: float = 0.008,
        patience: int = 8,
        seed: int = 0,
        seeds: int = 1,
        device: str = "auto",
        train_share: float = 0.7,
        validation_share: float = 0.15,
        fill: str = "last",
    ) -> None:
        arguments = locals()  # a test compares the signature with `Settings`
        super().__init__(Settings(**{name: arguments[name] for name in declared(Settings)}))

    @classmethod
    def from_settings(cls, settings: Settings) -> "IMVForecaster":
        """Return an untrained forecaster with these settings."""
        return cls(**settings.to_json())

    def forecast_of(self, explanation: Explanation, level: float = DEFAULT_LEVEL) -> pd.DataFrame:
        """Return the forecasts of an explanation in the form of `predict`, without a new pass."""
        windows, per_window = explanation.explainer.windows, explanation.per_window
        moments = in_unit(self.fitted.scaling, windows, per_window.forecast, per_window.spread)
        return self.fitted.with_interval(windows, *moments, level)

    def explain(
        self, table: Table, part: str = Part.TEST, of: str = Explained.FORECAST
    ) -> Explanation:
        """Explain every window of a part: importances in one pass, single windows on demand.

        Args:
            table: has the columns of the training.
            part: as in `predict`.
            of: the "forecast", or the "change", which leaves out the last known value if the model
                predicts the change.

        Raises:
            SettingsError: `of` is neither.
        """
        return Explanation.compute(self.explainer(table, part, of), self.settings.seed)

    def explainer(
        self, table: Table, part: str = Part.TEST, of: str = Explained.FORECAST
    ) -> Explainer:
        """Return the windows of a part, to explain one by one; `explain` sums over them."""
        fitted, settings = self.fitted, self.settings
        windows = self._windows(table, part)
        return Explainer(fitted.model, windows, fitted.scaling, settings.objective, Explained(of))

    def check(
        self,
        table: Table,
        part: str = Part.TEST,
        *,
        siblings: int = 0,
        on_progress: OnProgress | None = None,
    ) -> TrustReport:
        """Check how far the explanation of a part can be trusted.

        Args:
            table: the table of the training, with or without newer rows.
            part: its true values should not be learnt from.
            siblings: number of further models to train, with the next seeds, to see what another
                training would call important.
            on_progress: called with the share that is done and what is being done; a true result
                stops the checks.

        Raises:
            NoWindowError: the part has too few windows.
            SettingsError: siblings on another table than that of the training.
            CheckStopped: `on_progress` stopped the checks.
        """
        explanation = self.explain(table, part)
        need_windows(explanation.explainer.windows, part)
        need_own_table(self.settings, self.fitted.split, table, siblings)
        subject = Subject(
            forecaster=self,
            table=table,
            explanation=explanation,
            part=part,
            attention=self.settings.attention,
            calibration=self.fitted.calibration,
            rivals=self.rivals(table, part),
            train=explanation.explainer.windows.for_part(Part.TRAIN),
        )
        with limited(self.fitted.model.size_at_once):
            models = train_siblings(self, siblings, table, on_progress)
            found = tuple(each.explain(table, part).importance_by_seed for each in models)
            on_check = part_of(on_progress, siblings, 1 + siblings)
            return examine(replace(subject, siblings=found), on_check)

    def attribute_one(self, table: Table, one: OneForecast) -> Floats:
        """Measure how far each value of a window moves its forecast, (H, N, T), oldest lag first.

        Mean |change| of the forecast, in the target's unit, when this value alone is replaced by
        the values of other windows of the training part.

        Args:
            table: has the training part.
            one: the forecast, with its window.
        """
        explainer = self.explainer(table, Part.TRAIN, one.explains)
        with limited(explainer.ensemble.size_at_once):
            x, held_out = torch.from_numpy(one.scaled), HeldOut(explainer, explainer.windows)
            return occlusion.occlude_one(held_out, x)

    def explain_one(
        self,
        table: Table,
        row: int | None = None,
        level: float = DEFAULT_LEVEL,
        of: str = Explained.FORECAST,
    ) -> OneForecast:
        """Explain one forecast; as fast in a large table as in a small one.

        Args:
            table: has the columns of the training.
            row: number of the first forecast row, from 0; None: the row after the last.
            level: share of true values that the interval should contain.
            of: as in `explain`.

        Raises:
            NoWindowError: there are fewer than T rows before it.
            SettingsError: `of` is neither.
        """
        scaling = self.fitted.scaling
        scaling.check(table.frame, table.name)
        row = len(table.frame) if row is None else row
        return self._one(InputWindow.before(table, row, scaling, self.settings.lookback), level, of)

    def what_if(
        self, one: OneForecast, values: pd.DataFrame, level: float = DEFAULT_LEVEL
    ) -> OneForecast:
        """Forecast a window with changed values: what the model would say, not what would happen.

        Args:
            one: the forecast, with its window.
            values: replace `one.values`, (T, N); an empty cell is filled as a missing value.
            level: share of true values that the interval should contain.

        Raises:
            TableError: the columns are others, or a value is no number or too large.
        """
        after = self._one(one.window.with_values(values), level, one.explains)
        return replace(after, groups=one.groups)

    def _one(self, window: InputWindow, level: float, of: str) -> OneForecast:
        with np.errstate(over="ignore"):  # `OneForecast.compute` names values that are too large
            explainer = self.explainer(window.context(self.settings.target), Part.FUTURE, of)
        with limited(numbers=1):  # of one window
            return OneForecast.compute(window, explainer, self.fitted.calibration, level)

    @classmethod
    def load(cls, path: str | Path) -> "IMVForecaster":
        """Read a file that `save` wrote; nothing in it is executed, whoever it comes from.

        Raises:
            ModelFileError: it is not such a file, or its parts do not fit together.
        """
        settings, fitted = model_file.read(path)
        fitted.model.to(devices_and_threads.to_run_on(settings.device))
        forecaster = cls.from_settings(settings)
        forecaster._fitted = fitted
        return forecaster
