"""Tables of noise of any size, to measure time and memory."""

import numpy as np
import pandas as pd

from imv_core.tables.table import Table

TARGET = "x1"


def made_up_table(rows: int, variables: int) -> Table:
    """Return hourly white noise in columns x1, x2, ..., made without a second copy in memory."""
    rng = np.random.default_rng(0)
    values = np.empty((variables, rows))  # one row per column of the frame, as pandas stores them
    for column in values:
        rng.standard_normal(out=column)
    frame = pd.DataFrame(
        values.T,
        index=pd.date_range("1980-01-01", periods=rows, freq="h", name="time"),
        columns=[f"x{n}" for n in range(1, variables + 1)],
        copy=False,
    )
    return Table("made-up table", frame, "h", ())
