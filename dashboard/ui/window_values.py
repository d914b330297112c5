"""The values of one window: as a table, as short texts, and under a map."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.heatmap import Cells, window
from dashboard.figures.theme import Palette, label
from dashboard.ui.titles import Cell
from dashboard.wording import short
from imv_core import OneForecast


def cell_table(one: OneForecast, step: int) -> pd.DataFrame:
    """Return values, attention and contributions of a window, one row per variable and lag."""
    cells = value_table(one).assign(attention=one.attention_at(step).to_numpy().ravel())
    parts = one.contribution_at(step)
    return cells if parts is None else cells.assign(contribution=parts.to_numpy().ravel())


def value_table(one: OneForecast) -> pd.DataFrame:
    """Return the input values of a window, one row per variable and lag."""
    N, T = len(one.variables), len(one.lags)
    names = np.array(one.variables, object)
    values = np.array([one.values[name].to_numpy(object)[::-1] for name in one.variables], object)
    return pd.DataFrame(
        {
            "variable": np.repeat(names, T),
            "lag": np.tile(one.lags, N),
            "time": np.tile(one.values.index[::-1], N),
            "value": values.ravel(),
            "was_missing": np.concatenate(
                [one.window.was_missing[name].to_numpy()[::-1] for name in one.variables]
            ),
            "scaled": one.scaled[::-1].T.ravel(),
        }
    )


def short_value(value: str | float | None) -> str:
    """Return a value of the table in at most 12 characters."""
    if pd.isna(value):
        return "—"
    return short(value, 12) if isinstance(value, str) else f"{value:.4g}"


def map_with_values(
    one: OneForecast, shown: Cells, row_step: str, colours: Palette, chosen: Cell | None
) -> go.Figure:
    """Draw a map of a window above its input values; every cell can be clicked."""
    lags = pd.Index(one.lags, name="lag")
    names = list(shown.shown.index)
    texts = {
        name: [
            label(short_value(value)) + ("*" if was_missing else "")
            for value, was_missing in zip(
                one.values[name].iloc[::-1], one.window.was_missing[name].iloc[::-1], strict=True
            )
        ]
        for name in names
    }
    scaled = pd.DataFrame(one.scaled[::-1], index=lags, columns=list(one.variables)).T
    values = pd.DataFrame(texts, index=lags, columns=names).T
    return window(shown, values, scaled.loc[names], row_step, colours, chosen)


def was_missing(one: OneForecast, name: str, lag: int) -> bool:
    """Return whether the value of a variable at a lag was missing in the data."""
    return bool(one.window.was_missing[name].iloc[-lag])
