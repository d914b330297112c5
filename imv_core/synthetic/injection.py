"""Find how strong a known effect must be to be found in a table, by models trained on copies.

Source of the idea: see `imv_core.synthetic.hidden_effect`, which hides the column.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from imv_core.devices_and_threads import Device
from imv_core.errors import TableError
from imv_core.explaining.explanation import Explanation
from imv_core.faithfulness import occlusion
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.result_versions import read_versioned
from imv_core.faithfulness.retraining import OnProgress, fit_or_stop, part_of
from imv_core.forecaster import IMVForecaster
from imv_core.storage import from_json, from_plain, to_plain
from imv_core.synthetic.hidden_effect import Injected, inject
from imv_core.tables.table import Table
from imv_core.training.settings import Settings
from imv_core.windows.split import Part

STRENGTHS = (0.0, 0.05, 0.1, 0.2, 0.4)  # the first shows the share of a column without an effect
CLEARLY = 2.0  # times the odds of that share: the column is found from there on
LAG = 5  # or about the middle of a shorter lookback
FORMAT = 2  # 1: the same values without a version
COLUMNS = ["strength", "share", "lag_by_attention", "lag_by_attribution"]
FOUND, ELSEWHERE, MISSED = "found", "found at another lag", "not found"


@dataclass(frozen=True, eq=False)
class Injection:
    """The results of models for a column with a known effect, per strength.

    `trials` has one row per model: strength (of the effect, as a share of the target's
    variation), share (of the importance of all variables but the target's own past),
    lag_by_attention and lag_by_attribution (the peaks of T and attribution of the hidden column).
    """

    trials: pd.DataFrame
    lag: int  # of the planted effect
    of_change: bool  # whether the variation is that from row to row; then the next lag acts too
    uniform: float  # the share of each variable if all were equal
    like: str  # the column that the hidden one resembles

    @property
    def threshold(self) -> float:
        """The share above which the column counts as found."""
        # a multiple of the odds: twice a share of one half would be the whole
        none = float(self.trials["share"].iloc[0])
        return max(self.uniform, CLEARLY * none / (1 + (CLEARLY - 1) * none))

    @property
    def outcomes(self) -> list[str]:
        """For each trial with an effect: found, found at another lag, or not found."""
        tried = self.trials[1:]
        acts = tried["lag_by_attention"].isin([self.lag, self.lag + self.of_change])
        is_named = tried["share"] > self.threshold
        return [
            MISSED if not named else FOUND if right else ELSEWHERE
            for named, right in zip(is_named, acts, strict=True)
        ]

    @property
    def smallest(self) -> float | None:
        """The smallest strength that is found at its lag; None: no strength is."""
        found = zip(self.trials["strength"][1:], self.outcomes, strict=True)
        return next((float(strength) for strength, outcome in found if outcome == FOUND), None)

    @property
    def sentence(self) -> str:
        """The finding, and the strength that is needed."""
        variation = f"the target's variation{' from row to row' * self.of_change}"
        last = self.trials.iloc[-1]
        hidden = f"Hidden at lag {self.lag} with {last['strength']:.0%} of {variation}"
        outcome = self.outcomes[-1]
        if outcome == MISSED:
            return f"{hidden}: not found. Nothing weaker is found at its lag."
        by_attention, by_attribution = (int(last[name]) for name in COLUMNS[2:])
        lags = f"at lag {by_attention}"
        if by_attribution != by_attention:
            lags += f" by temporal importance and at lag {by_attribution} by attribution"
        if outcome == ELSEWHERE:
            return f"{hidden}: found, but {lags}. Nothing weaker is found at its lag."
        before = ""
        if len(self.outcomes) > 1:
            before = f" With {self.trials['strength'].iloc[-2]:.0%}: {self.outcomes[-2]}."
        both = ""
        if by_attention != self.lag:
            both = (
                f" Lag {by_attention} is right as well: the target's last value includes the "
                "effect of the row at this lag, and the forecast subtracts it."
            )
        return f"{hidden}: found, {lags}.{before}{both}"

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return {
            "version": FORMAT,
            "trials": to_plain(self.trials),
            "lag": self.lag,
            "of_change": self.of_change,
            "uniform": self.uniform,
            "like": self.like,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Injection":
        """Return what `to_json` wrote.

        Raises:
            OutdatedError: another version wrote it, and it cannot be read.
            TypeError, ValueError, LookupError: it is no such record.
        """
        return read_versioned(values, FORMAT, "These results", lambda _: cls._read(values))

    @classmethod
    def _read(cls, values: Mapping[str, Any]) -> "Injection":
        trials = from_plain(values["trials"])
        if (
            list(trials.columns) != COLUMNS
            or not 2 <= len(trials) <= len(STRENGTHS)
            or not np.allclose(trials["strength"], STRENGTHS[: len(trials)])
            or not trials["share"].between(0, 1).all()
            or not all(pd.api.types.is_integer_dtype(trials[name]) for name in COLUMNS[2:])
            or not (trials[COLUMNS[2:]] > 0).all(axis=None)
        ):
            raise ValueError("These are not trials of a hidden effect.")
        lag, uniform = from_json(int, values["lag"]), from_json(float, values["uniform"])
        if not (lag > 0 and 0 < uniform <= 1):
            raise ValueError("The lag or the uniform share is out of its range.")
        of_change, like = from_json(bool, values["of_change"]), from_json(str, values["like"])
        return cls(trials, lag, of_change, uniform, like)


def find_injected(
    table: Table, settings: Settings, on_progress: OnProgress | None = None
) -> Injection:
    """Hide a column with increasing strength, until a model finds it at its lag.

    Args:
        table: of the user; copies of it are trained on.
        settings: of all models; they have one seed, so that they differ in the effect alone.
        on_progress: called with the share that is done and the present training; a true result
            requests a stop.

    Raises:
        CheckStopped: stop was requested.
        TableError, SettingsError: the table does not fit the settings.
    """
    lag = min(LAG, (settings.lookback + 1) // 2)
    rows: list[tuple[float, float, int, int]] = []
    for k, strength in enumerate(STRENGTHS):
        message = f"training with a hidden effect of {strength:.0%}"
        report_progress = part_of(on_progress, k, len(STRENGTHS), message)
        injected = inject(table, settings.target, strength, lag, settings.seed)
        trained = fit_or_stop(_forecaster(settings, injected), injected.table, report_progress)
        rows.append((strength, *_found(trained, injected)))
        trials = pd.DataFrame(rows, columns=COLUMNS)
        uniform = 1 / len(trained.fitted.scaling.variables)
        injection = Injection(trials, lag, injected.of_change, uniform, injected.like)
        if injection.smallest is not None:
            break
    return injection


def _forecaster(settings: Settings, injected: Injected) -> IMVForecaster:
    variables = settings.variables and (*settings.variables, injected.column)
    # as for checks: also if the GPU of the run is not there
    device = Device.CPU if settings.device is Device.CPU else Device.AUTO
    alike = replace(settings, variables=variables, seeds=1, device=device)
    return IMVForecaster.from_settings(alike)


def _found(forecaster: IMVForecaster, injected: Injected) -> tuple[float, int, int]:
    """Return the share of the hidden column, and its lags by T and by attribution.

    All are of the first step ahead: the lag of the effect counts back from it.
    """
    explanation = forecaster.explain(injected.table)
    importance, column = explanation.importance_by_step.T[1], injected.column
    if len(importance) > 2:  # else a target that all but repeats itself leaves no share
        importance = importance.drop(forecaster.settings.target, errors="ignore")
    share = float(importance.loc[column] / importance.sum())
    if not np.isfinite(share):
        raise TableError(
            f"The test part of {injected.table.name} has no value of the target to explain. Bring "
            "more rows."
        )
    attended = explanation.temporal_importance_by_step[1].loc[column]
    by_attention = explanation.lags[int(np.argmax(attended))]
    return share, by_attention, _lag_by_attribution(explanation, column)


def _lag_by_attribution(explanation: Explanation, column: str) -> int:
    held_out = HeldOut(explanation.explainer, explanation.explainer.windows.for_part(Part.TRAIN))
    _, by_window = occlusion.replace_values(held_out, lambda _: None)
    moved = by_window[:, 0, held_out.variables.index(column)].mean(axis=0)  # (T,), the oldest first
    return len(moved) - int(moved.argmax())
