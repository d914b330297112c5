"""The band of an interval over time, broken where there is none."""

from typing import Any

import numpy as np
import pandas as pd


def filled(times: "pd.Series[Any]", lower: "pd.Series[float]", upper: "pd.Series[float]") -> Any:
    """Return the arguments with which a scatter trace fills a band.

    Plotly's fill between two lines runs on across a gap in them, so each stretch without one is a
    shape of its own.

    Args:
        times: of the steps.
        lower: of the interval; NaN where there is none.
        upper: the same.

    Returns:
        Its x, y, mode, line and fill.
    """
    known = np.flatnonzero(lower.notna() & upper.notna())
    stretches = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
    x: list[Any] = []
    y: list[float] = []
    for rows in stretches:
        along = times.iloc[rows]
        x += [*along, *along[::-1], None]
        y += [*upper.iloc[rows], *lower.iloc[rows][::-1], np.nan]
    # a step alone has no area: its edge is seen
    return {"x": x[:-1], "y": y[:-1], "mode": "lines", "line_width": 1, "fill": "toself"}
