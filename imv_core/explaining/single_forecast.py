"""One forecast: the rows of its window, as they are or changed, and its explanation."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from imv_core.arrays import Floats, by_lag
from imv_core.errors import NoWindowError, TableError
from imv_core.explaining.explainer import Explainer
from imv_core.forecasting.intervals import Calibration
from imv_core.model.decomposition import Explained
from imv_core.model.ensemble import combine, moments
from imv_core.model.objectives import OBJECTIVES, responsibility
from imv_core.tables.table import Table
from imv_core.windows.scaling import Fill, Scaling


@dataclass(frozen=True, eq=False)
class InputWindow:
    """The input of one forecast, and the true values after it.

    Missing inputs that are filled with the last value before them have that value. Those without a
    value before them, or that are filled with the median, stay missing.
    """

    table: Table  # T rows of the variables and the target, in their units; the last row is lag 1
    was_missing: pd.DataFrame  # T rows, bool: whether the cell was missing in the table
    times: "pd.Index[Any]"  # (H,) of the forecast steps
    actual: Floats  # (H,) in the target's unit; NaN where unknown
    last_known: float = np.nan  # the last value of the target before the window

    @classmethod
    def before(cls, table: Table, row: int, scaling: Scaling, lookback: int) -> "InputWindow":
        """Return the window before a row of a table.

        Args:
            table: with the columns of the training.
            row: number of the row of the first forecast step, counted from 0; the number of rows
                of the table, to forecast the rows after it.
            scaling: of the training.
            lookback: T.

        Raises:
            NoWindowError: the table does not have T rows before this row.
        """
        T, H = lookback, len(scaling.spread)
        frame, index = table.frame, table.frame.index
        if not T <= row <= len(index):
            raise NoWindowError(
                f"{table.name} has {len(index)} rows, and a window takes the {T} before its "
                f"forecast: the first step can be at rows {T} to {len(index)}, not {row}."
            )
        names = list(dict.fromkeys((*scaling.variables, scaling.target)))
        frame = scaling.without_too_large(frame[names], table.name)
        window = frame.iloc[row - T : row].copy()
        was_missing = window.isna()
        past = frame[scaling.target].iloc[: row - T].dropna().to_numpy(float)
        last_known = float(past[-1]) if len(past) else np.nan
        carried = [
            name
            for name in names
            if name not in scaling.variables or scaling.fill_of(name) is Fill.LAST
        ]
        for name in [n for n in carried if was_missing[n].any()]:
            known = frame[name].iloc[: row - T].last_valid_index()
            if was_missing[name].iloc[0] and known is not None:
                window.iloc[0, names.index(name)] = frame[name].loc[known]
            window[name] = window[name].ffill()
        actual = np.full(H, np.nan)
        later = frame[scaling.target].iloc[row : row + H].to_numpy(float)
        actual[: len(later)] = later
        times = index[row : row + H]
        if len(times) < H:
            times = times.append(table.times_after(H - len(times)))
        return cls(
            Table(table.name, window, table.freq, ()), was_missing, times, actual, last_known
        )

    def with_values(self, values: pd.DataFrame) -> "InputWindow":
        """Return the window with other values.

        Args:
            values: T rows of the same columns.

        Raises:
            TableError: they have another shape, or a value is not a number.
        """
        frame = self.table.frame
        if list(values.columns) != list(frame.columns) or len(values) != len(frame):
            raise TableError(
                f"A changed window must have the {len(frame)} rows and the columns of the window "
                "it was made from."
            )
        changed = frame.copy()
        for name in frame.columns:
            column = values[name]
            if name in self.table.numeric:
                changed[name] = _numbers(name, column)
            else:
                text = column.astype(object).where(column.notna().to_numpy(), None)
                changed[name] = pd.Series(text.to_numpy(), frame.index, dtype=frame[name].dtype)
        table = Table(self.table.name, changed, self.table.freq, ())
        return replace(self, table=table, was_missing=self.was_missing & changed.isna())

    def context(self, target: str) -> Table:
        """Return the window as a table, below a row with only the last known target."""
        frame = self.table.frame
        before = frame.iloc[:1].mask(np.ones((1, frame.shape[1]), dtype=bool))
        before[target] = self.last_known
        whole = pd.concat([before, frame]).astype(frame.dtypes)
        return Table(self.table.name, whole, self.table.freq, ())


def _numbers(name: str, column: "pd.Series[Any]") -> Floats:
    numbers: Floats = pd.to_numeric(column, errors="coerce").to_numpy(float)
    wrong = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy() | np.isinf(numbers))
    if len(wrong):
        raise TableError(
            f"Column '{name}' has '{column.iloc[wrong[0]]}' at lag {len(column) - wrong[0]}. "
            "Write a number there, or leave the cell empty."
        )
    return numbers


@dataclass(frozen=True, eq=False)
class OneForecast:
    """The forecast of the H steps after one window, and its explanation, of all members together.

    Arrays are in the target's unit unless stated otherwise. The last index of T is lag 1.
    """

    window: InputWindow
    variables: tuple[str, ...]  # (N,)
    target: str
    explains: Explained
    learns_densities: bool  # whether the components fit densities, so that q has a meaning
    scaled: Floats  # (T, N) input of the network: distance from the median, in deviations
    starts_at_last: bool  # whether contributions are added to the last known value of the target
    # (H,) the forecast with all inputs at their medians. Where the change is explained, or the own
    # past is no input of a model that predicts a change: the last known value and a constant
    base: Floats
    contribution: Floats  # (H, N) what each variable adds; base + contributions = forecast
    contribution_by_lag: Floats | None  # (H, N, T) the same per lag; None if it does not split
    lower: Floats  # (H,)
    upper: Floats  # (H,)
    spread: Floats  # (H,) standard deviation of the model
    attention: Floats  # (H, N, T) alpha; sums to 1 over T
    weight: Floats  # (H, N) pi; sums to 1 over N
    responsibility: Floats  # (H, N) q, mean over members; NaN without a true value
    component_mean: Floats  # (H, N) mu
    component_spread: Floats  # (H, N) sigma
    groups: tuple[tuple[str, ...], ...] = ()  # names of near copies in the training part

    @classmethod
    def compute(
        cls, window: InputWindow, explainer: Explainer, calibration: Calibration, level: float
    ) -> "OneForecast":
        """Forecast one window and explain the forecast.

        Args:
            window: to forecast.
            explainer: of the part "future" of the window's table.
            calibration: of the model.
            level: share of true values that the interval should contain.

        Raises:
            TableError: a value is too large to compute with.
        """
        scaling, windows = explainer.scaling, explainer.windows
        for name, rows in scaling.too_large(window.table.frame).items():
            raise _too_large(window.table.frame[name], int(rows.argmax()))
        objective = OBJECTIVES[explainer.objective]
        with torch.no_grad():
            ((batch, mixtures),) = explainer.ensemble.by_batch(windows, decompose=True)
        scaled = batch.x[0].cpu().numpy()
        unit = np.asarray(scaling.spread)
        center = windows.base(windows.origins)[0]  # (1,)
        y = torch.from_numpy(((window.actual - center) / unit).astype(np.float32)).to(
            batch.x.device
        )
        q = torch.stack([responsibility(mixture, y[None]) for mixture in mixtures]).mean(0)[0]
        whole = combine(mixtures)
        terms, by_lag = explainer.decomposition.contributions(whole, batch)
        base = explainer.decomposition.reference(windows.origins)[0] + _double(whole.origin) * unit
        contribution = _double(terms[0]) * unit[:, None]
        spread = _double(moments(mixtures, objective.spread)[1][0]) * unit
        forecast = (base + contribution.sum(axis=1))[None]
        lower, upper = calibration.interval(forecast, spread[None], level)
        one = cls(
            window=window,
            variables=scaling.variables,
            target=scaling.target,
            explains=explainer.explains,
            learns_densities=objective.learns_densities,
            scaled=scaled,
            starts_at_last=scaling.is_change and explainer.decomposition.anchor is None,
            base=base,
            contribution=contribution,
            contribution_by_lag=(
                None if by_lag is None else _double(by_lag[0]) * unit[:, None, None]
            ),
            lower=lower[0],
            upper=upper[0],
            spread=spread,
            attention=_double(whole.attention[0]),
            weight=_double(whole.weight[0]),
            responsibility=_double(q),
            component_mean=center + _double(whole.mean[0]) * unit[:, None],
            component_spread=_double(whole.log_scale[0].exp()) * unit[:, None],
        )
        _check_size(one)
        return one

    @property
    def forecast(self) -> Floats:
        """The base and all contributions, (H,)."""
        forecast: Floats = self.base + self.contribution.sum(axis=1)
        return forecast

    @property
    def values(self) -> pd.DataFrame:
        """The T rows of the window, in their own units."""
        return self.window.table.frame

    @property
    def lags(self) -> list[int]:
        """1 (the last row of the window) to T (the oldest)."""
        return list(range(1, self.attention.shape[2] + 1))

    def by_variable(self, step: int) -> pd.DataFrame:
        """Return weights, contributions and components of a step (1 to H), one row per variable."""
        h = step - 1
        return pd.DataFrame(
            {
                "weight": self.weight[h],
                "responsibility": self.responsibility[h],
                "contribution": self.contribution[h],
                "component_mean": self.component_mean[h],
                "component_spread": self.component_spread[h],
            },
            index=pd.Index(self.variables, name="variable"),
        )

    def attention_at(self, step: int) -> pd.DataFrame:
        """Return attention for a step ahead, variables x lags; rows sum to 1."""
        return self._by_lag(self.attention[step - 1])

    def contribution_at(self, step: int) -> pd.DataFrame | None:
        """Return contributions, variables x lags; None where they do not split into lags."""
        if self.contribution_by_lag is None:
            return None
        return self._by_lag(self.contribution_by_lag[step - 1])

    def _by_lag(self, values: Floats) -> pd.DataFrame:
        """Return (N, T), oldest lag first, as variables x lags 1..T."""
        return by_lag(values, self.variables)


def _double(values: torch.Tensor) -> NDArray[np.float64]:
    return values.detach().double().cpu().numpy()


def _check_size(one: OneForecast) -> None:
    if np.isfinite([*one.lower, *one.forecast, *one.upper]).all():
        return
    t, n = np.unravel_index(np.abs(one.scaled).argmax(), one.scaled.shape)
    raise _too_large(one.values[one.variables[n]], int(t))


def _too_large(column: "pd.Series[float]", row: int) -> TableError:
    return TableError(
        f"Column '{column.name}' has {column.iloc[row]} at lag {len(column) - row}, too large "
        "to compute with. Write a smaller number there."
    )
