"""Figure of chapter 2: how hidden states change when one value changes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.figures.theme import Palette
from dashboard.pages.learn.panels import framed, states
from dashboard.ui.panel import Panel
from imv_core.arrays import Floats
from imv_core.inspect.poke import leakage


def moved(
    cell: str,
    change: Floats,
    names: Sequence[str],
    poked: tuple[int, int],
    top: float,
    colours: Palette,
) -> Panel:
    """Draw the change of every hidden unit.

    Args:
        cell: its name.
        change: (T, N, D).
        names: of the variables.
        poked: variable from 0, lag from 1.
        top: the end of the colours.
        colours: of the page.
    """
    variable, lag = poked
    share = leakage(change, variable)
    finding = f"{names[variable]} is poked at lag {lag}, and " + (
        "no other row moves" if share == 0 else f"{share:.0%} of the movement is in other rows"
    )
    if not change.any():
        finding = "nothing is poked, and nothing moves"
    D = change.shape[2]
    figure = states(change, names, top, "change of h", colours)
    rows = variable * D, (variable + 1) * D
    zeros = np.where(change == 0, "0", "").reshape(len(change), -1).T
    figure.update_traces(text=zeros, texttemplate="%{text}")
    return Panel(
        f"{cell}: {finding}",
        framed(figure, rows, lag, colours),
        lambda: _table(change, names),
        "poke",
    )


def _table(change: Floats, names: Sequence[str]) -> pd.DataFrame:
    T, N, D = change.shape
    return pd.DataFrame(
        {
            "lag": np.repeat(np.arange(T, 0, -1), N * D),
            "variable": np.tile(np.repeat(list(names), D), T),
            "unit": np.tile(np.arange(1, D + 1), T * N),
            "change": change.ravel(),
        }
    )
