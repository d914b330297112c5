"""A trained model and all that it needs to forecast: scaling, split, intervals, history."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.compute import limited
from imv_core.errors import ModelFileError
from imv_core.forecasting.intervals import Calibration
from imv_core.model.ensemble import Ensemble
from imv_core.model.linear import Linear
from imv_core.model.objectives import OBJECTIVES, Objective
from imv_core.tables.frequency import describe_step
from imv_core.tables.table import Table
from imv_core.training.history import EpochRecord
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
