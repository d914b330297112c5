"""What one forecast is made from: the rows of its window, as they are or might have been."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from imv_core.errors import NoWindowError, TableError
from imv_core.scaling import Floats
from imv_core.table import Table


@dataclass(frozen=True, eq=False)
class Seen:
    """What a forecast is made from, and what is known of the steps after it.

    A missing value takes the last one before it, as it does for the model; where nothing was known
    before it stays missing, and counts as the typical value of its column.
    """

    table: Table  # T rows of the variables and the target, in their own units; lag 1 is the last
    filled: pd.DataFrame  # of the same shape: was it missing?
    times: "pd.Index[Any]"  # (H,) stamps of the forecast steps
    actual: Floats  # (H,) in the target's unit; NaN where nothing is known

    @classmethod
    def before(cls, table: Table, row: int, columns: list[str], shape: tuple[int, int]) -> "Seen":
        """The window before a row of a table, or before the one that would follow its last.

        Args:
            table: to look at.
            row: of the first forecast step.
            columns: the variables, the last one being the target.
            shape: T and H.

        Raises:
            NoWindowError: the table does not have T rows before that one.
        """
        T, H = shape
        frame, index = table.frame, table.frame.index
        if not T <= row <= len(index):
            raise NoWindowError(
                f"{table.name} has {len(index)} rows, and a window takes the {T} before its "
                f"forecast: the first step can be at rows {T} to {len(index)}, not {row}."
            )
        names = list(dict.fromkeys(columns))
        seen = frame[names].iloc[row - T : row]
        filled = seen.isna()
        for name in [n for n in names if filled[n].iloc[0]]:
            known = frame[name].iloc[: row - T].last_valid_index()
            if known is not None:
                seen = seen.copy()
                seen.iloc[0, names.index(name)] = frame[name].loc[known]
        actual = np.full(H, np.nan)
        later = frame[columns[-1]].iloc[row : row + H].to_numpy(float)
        actual[: len(later)] = later
        times = index[row : row + H]
        if len(times) < H:
            times = times.append(table.times_after(H - len(times)))
        return cls(Table(table.name, seen.ffill(), table.freq, ()), filled, times, actual)

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
        return Seen(table, self.filled & changed.isna(), self.times, self.actual)


def _numbers(name: str, column: "pd.Series[Any]") -> Floats:
    numbers: Floats = pd.to_numeric(column, errors="coerce").to_numpy(float)
    wrong = np.flatnonzero(np.isnan(numbers) & column.notna().to_numpy() | np.isinf(numbers))
    if len(wrong):
        raise TableError(
            f"Column '{name}' has '{column.iloc[wrong[0]]}' at lag {len(column) - wrong[0]}. "
            "Write a number there, or leave the cell empty."
        )
    return numbers
