"""Train a model, and keep all that it needs to forecast: scaling, split, intervals, history."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.devices_and_threads import limited, to_train_on
from imv_core.errors import ModelFileError
from imv_core.forecasting.intervals import Calibration
from imv_core.model.ensemble import Ensemble
from imv_core.model.imv_lstm import Attention
from imv_core.model.linear import Linear, Moments
from imv_core.model.objectives import OBJECTIVES, Objective
from imv_core.model.products import Products
from imv_core.tables.frequency import describe_step
from imv_core.tables.table import Table
from imv_core.training import checkpoint as checkpoints
from imv_core.training.history import EpochRecord
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings
from imv_core.training.trainer import Training, batch_size_for
from imv_core.windows.scaling import Scaling
from imv_core.windows.split import Split
from imv_core.windows.windows import Windows


@dataclass(frozen=True)
class Fitted:
    """The result of a training."""

    model: Ensemble
    scaling: Scaling
    split: Split
    freq: str | None  # the step of the table
    ridge: Linear
    calibration: Calibration
    history: tuple[EpochRecord, ...]

    def windows(self, table: Table, part: str, lookback: int) -> Windows:
        """Cut the windows of a part of a table.

        Raises:
            ModelFileError: the table has another step or other columns than that of the training.
            NoWindowError: the part has no window.
        """
        if None not in (self.freq, table.freq) and self.freq != table.freq:
            trained, given = describe_step(str(self.freq)), describe_step(str(table.freq))
            raise ModelFileError(
                f"The model was trained on steps of {trained}, and {table.name} has steps of "
                f"{given}. Use a table of the same step, or train a new model."
            )
        return Windows(table, self.scaling, self.split, part, lookback)

    def forecast(self, windows: Windows, objective: Objective) -> tuple[Floats, Floats]:
        """Return mean and standard deviation in the target's unit, each (W, H)."""
        return predict_moments(self.model, self.scaling, windows, objective)

    def with_interval(
        self, windows: Windows, forecast: Floats, spread: Floats, level: float
    ) -> pd.DataFrame:
        """Return forecasts in the form of `IMVForecaster.predict`, one row per window and step."""
        lower, upper = self.calibration.interval(forecast, spread, level)
        return pd.DataFrame(
            {
                "time": windows.times.to_numpy().ravel(),
                "step": np.tile(np.arange(1, windows.horizon + 1), len(windows)),
                "actual": windows.actual.ravel(),
                "forecast": forecast.ravel(),
                "lower": lower.ravel(),
                "upper": upper.ravel(),
            }
        )


def predict_moments(
    model: Ensemble, scaling: Scaling, windows: Windows, objective: Objective
) -> tuple[Floats, Floats]:
    """Return mean and standard deviation in the target's unit, each (W, H)."""
    with limited(model.size_at_once):
        forecast, spread = model.forecast(windows, OBJECTIVES[objective].spread)
    return in_unit(scaling, windows, forecast, spread)


def in_unit(
    scaling: Scaling, windows: Windows, forecast: Floats, spread: Floats
) -> tuple[Floats, Floats]:
    """Convert scaled forecasts and deviations, each (W, H), to the target's unit."""
    unit = np.asarray(scaling.spread)
    return windows.base(windows.origins) + forecast * unit, spread * unit


OnEpoch = Callable[[EpochRecord], object]
OnBatch = Callable[[float], object]


def fit(
    table: Table,
    settings: Settings,
    on_epoch: OnEpoch | None = None,
    on_batch: OnBatch | None = None,
    checkpoint: Path | None = None,
) -> Fitted:
    """Train on a table; see `IMVForecaster.fit` for arguments and errors."""
    device = to_train_on(settings.device)
    scaling, split, train, validation = prepare(table, settings)
    size = settings.batch_size or batch_size_for(len(train))
    with limited(size * train.variables * settings.hidden_size):
        shape = settings.model(len(scaling.variables))
        model = Ensemble.from_seed(shape, settings.seed, settings.seeds).to(device)
        moments = Moments.from_windows(train)
        ridge = moments.ridge(validation)
        if settings.attention is Attention.INPUTS:
            products = Products.find(train, ridge, moments.mean_x)
            model.start_as_regression(moments.lasso(validation), moments, products)
        training = Training(model, train, validation, settings)
        if checkpoint is not None and checkpoint.exists():
            checkpoints.read(checkpoint, training)
        for record in training.epochs(on_batch):
            if checkpoint is not None and training.is_whole:
                checkpoints.write(checkpoint, training)
            if on_epoch is not None and on_epoch(record):
                break
        training.restore_best()
        model.requires_grad_(False).eval()
        forecast, spread = predict_moments(model, scaling, validation, settings.objective)
        return Fitted(
            model=model,
            scaling=scaling,
            split=split,
            freq=table.freq,
            ridge=ridge,
            calibration=Calibration.of(validation.actual, forecast, spread),
            history=tuple(training.history),
        )
