"""Where a map of variables x lags is largest, and what its cells hold."""

import numpy as np
import pandas as pd

Cell = tuple[str, int]  # a variable and a lag


def largest(cells: pd.DataFrame) -> Cell:
    """The variable and lag of the largest number, the first of several; NaN is passed over."""
    row, column = divmod(int(np.nanargmax(cells.to_numpy(float))), cells.shape[1])
    return str(cells.index[row]), int(cells.columns[column])


def value_at(cells: pd.DataFrame, cell: Cell) -> float:
    """The number of a variable and lag."""
    variable, lag = cell
    return float(cells[lag][variable])
