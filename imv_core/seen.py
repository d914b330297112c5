"""What one forecast is made from: the rows of its window, as they are or might have been."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from imv_core.errors import NoWindowError, TableError
from imv_core.scaling import Floats, Scaling
from imv_core.table import Table


@dataclass(frozen=True, eq=False)
class Seen:
    """What a forecast is made from, and what is known of the steps after it.

    Where missing inputs take the last value before them, they do so here; one that has none before
    it, or is to count as the median of its column, stays missing.
    """

    table: Table  # T rows of the variables and the target, in their own units; lag 1 is the last
    filled: pd.DataFrame  # of the same shape: was it missing?
    times: "pd.Index[Any]"  # (H,) stamps of the forecast steps
    actual: Floats  # (H,) in the target's unit; NaN where nothing is known
    last_known: float = np.nan  # the target before the window, where it is known

    @classmethod
    def before(cls, table: Table, row: int, scaling: Scaling, lookback: int) -> "Seen":
        """The window before a row of a table, or before the one that would follow its last.

        Args:
            table: to look at.
            row: of the first forecast step.
            scaling: knows the variables, the target, and how missing inputs are filled.
            lookback: T.

        Raises:
            NoWindowError: the table does not have T rows before that one.
        """
        T, H = lookback, len(scaling.spread)
        frame, index = table.frame, table.frame.index
        if not T <= row <= len(index):
            raise NoWindowError(
                f"{table.name} has {len(index)} rows, and a window takes the {T} before its "
                f"forecast: the first step can be at rows {T} to {len(index)}, not {row}."
            )
        names = list(dict.fromkeys((*scaling.variables, scaling.target)))
        frame = scaling.without_far(frame[names], table.name)
        seen = frame.iloc[row - T : row].copy()
        filled = seen.isna()
        past = frame[scaling.target].iloc[: row - T].dropna().to_numpy(float)
        last_known = float(past[-1]) if len(past) else np.nan
        carried = [
            name
            for name in names
            if name not in scaling.variables or scaling.fill_of(name) == "last"
        ]
        for name in [n for n in carried if filled[n].any()]:
            known = frame[name].iloc[: row - T].last_valid_index()
            if filled[name].iloc[0] and known is not None:
                seen.iloc[0, names.index(name)] = frame[name].loc[known]
            seen[name] = seen[name].ffill()
        actual = np.full(H, np.nan)
        later = frame[scaling.target].iloc[row : row + H].to_numpy(float)
        actual[: len(later)] = later
        times = index[row : row + H]
        if len(times) < H:
            times = times.append(table.times_after(H - len(times)))
        return cls(Table(table.name, seen, table.freq, ()), filled, times, actual, last_known)

    def but(self, values: pd.DataFrame) -> "Seen":
        """The same with other values.

        Raises:
            TableError: they are not T rows of the same columns, or some is not a number.
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
        return replace(self, table=table, filled=self.filled & changed.isna())

    def context(self, target: str) -> Table:
        """The window below a row that holds nothing but the last target known before it."""
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
