"""The subject of the checks: an explanation with its forecasts, and results that checks share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.errors import CheckStopped
from imv_core.explaining.explanation import Explanation
from imv_core.explaining.single_forecast import OneForecast
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.occlusion import OnStep, replace_values
from imv_core.faithfulness.retraining import OnProgress
from imv_core.forecasting.fitted_model import in_unit
from imv_core.forecasting.intervals import Calibration
from imv_core.model.imv_lstm import Attention
from imv_core.tables.table import Table
from imv_core.windows.windows import Windows


class Step(NamedTuple):
    """A long computation of the checks.

    Args:
        name: as the user reads it while it runs.
        cost: its share of the time of all checks, as measured on the sample.
    """

    name: str
    cost: float


class Progress:
    """Report the steps of all checks as one share of the work, and stop on request."""

    def __init__(self, steps: Iterable[Step] = (), report: OnProgress | None = None) -> None:
        self._report, self._done, self._current = report, 0.0, Step("", 0.0)
        self._total = sum(step.cost for step in set(steps))

    def begin(self, step: Step) -> OnStep:
        """Report that a step begins; the step before has ended.

        Returns:
            A callback for the share of this step that is done.

        Raises:
            CheckStopped: also from the callback; stop was requested.
        """
        self._done += self._current.cost
        self._current = step
        self._within(0.0)
        return self._within

    def _within(self, share: float) -> None:
        done = self._done + share * self._current.cost
        total = max(self._total, done) or 1.0
        if self._report is not None and self._report(done / total, self._current.name):
            raise CheckStopped("The checks were stopped before they came to an end.")


class Forecasting(Protocol):
    """The methods of an `IMVForecaster` that a check uses."""

    def explain_one(self, table: Table, row: int | None = None) -> OneForecast:
        """Explain one forecast."""

    def what_if(self, one: OneForecast, values: pd.DataFrame) -> OneForecast:
        """Forecast from changed values."""


VALUES_BY_LAG = Step("values of other windows, lag by lag", 20.0)


@dataclass(frozen=True)
class Subject:
    """An explanation of a part, and what belongs to its forecasts.

    Args:
        forecaster: the trained model.
        table: with the explained forecasts.
        explanation: of all windows of the part.
        part: its name.
        attention: of the model.
        calibration: of the intervals.
        rivals: simple forecasts, name -> (W * H,), in the target's unit.
        train: the windows that were learnt from.
        siblings: importance of trainings with other seeds, each seeds x variables.
        progress: where long computations report.
    """

    forecaster: Forecasting
    table: Table
    explanation: Explanation
    part: str
    attention: Attention
    calibration: Calibration
    rivals: Mapping[str, Floats]
    train: Windows
    siblings: tuple[pd.DataFrame, ...] = ()
    progress: Progress = field(default_factory=Progress)

    @property
    def windows(self) -> Windows:
        """All W windows of the part."""
        return self.explanation.explainer.windows

    @property
    def block(self) -> int:
        """Rows per block of the bootstrap: windows further apart share no row."""
        return self.windows.lookback + self.windows.horizon - 1

    @cached_property
    def held_out(self) -> HeldOut:
        """The windows that checks change, and the model's forecasts of changed windows."""
        return HeldOut(self.explanation.explainer, self.train)

    @cached_property
    def forecasts(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation in the target's unit, each (W, H)."""
        per_window = self.explanation.per_window
        scaling = self.explanation.explainer.scaling
        return in_unit(scaling, self.windows, per_window.forecast, per_window.spread)

    @property
    def joint(self) -> Floats:
        """Joint map of each step, I times T, (H, N, T), the oldest lag first; each sums to 1."""
        steps = self.explanation.temporal_importance_by_step.items()
        importance = self.explanation.importance_by_step
        return np.stack(
            [temporal.mul(importance.loc[h], axis=0).to_numpy()[:, ::-1] for h, temporal in steps]
        )

    def beside_importance(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return importance and the columns of a frame, both by variable."""
        return self.explanation.variable_importance.to_frame().join(frame)

    @cached_property
    def value_moves(self) -> tuple[NDArray[np.int64], Floats]:
        """Numbers of w windows among the held-out ones, and attribution per value, (w, H, N, T).

        Several checks use it: it is computed once, as the step `VALUES_BY_LAG`.
        """
        return replace_values(self.held_out, self.progress.begin(VALUES_BY_LAG))

    @property
    def mean_value_moves(self) -> Floats:
        """Mean of `value_moves` over the windows, (H, N, T)."""
        _, by_window = self.value_moves
        mean: Floats = by_window.mean(axis=0)
        return mean
