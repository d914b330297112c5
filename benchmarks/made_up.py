"""Tables of any size, for measuring what a computation costs and not what it finds."""

import numpy as np
import pandas as pd

from imv_core.tables.table import Table

TARGET = "x1"


def made_up_table(rows: int, variables: int) -> Table:
    """Hourly white noise in columns x1, x2, ...; no second copy of it is made on the way."""
    rng = np.random.default_rng(0)
    values = np.empty((variables, rows))  # a row a column of the frame, as pandas keeps them
    for column in values:
        rng.standard_normal(out=column)
    frame = pd.DataFrame(
        values.T,
        index=pd.date_range("1980-01-01", periods=rows, freq="h", name="time"),
        columns=[f"x{n}" for n in range(1, variables + 1)],
        copy=False,
    )
    return Table("made-up table", frame, "h", ())
