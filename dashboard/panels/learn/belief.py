"""Attention and attribution, held against planted lags."""

from collections.abc import Mapping

import pandas as pd

from dashboard.charts.learn.belief import against_truth
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel


def lags(
    attention: pd.DataFrame,
    attribution: pd.DataFrame,
    planted: Mapping[str, int],
    reading: str,
    look: Palette,
) -> Panel:
    """Where attention and attribution of every driver lie, and where it acts.

    Args:
        attention: T, variables x lags.
        attribution: in the target's unit, variables x lags.
        planted: driver -> its lag.
        reading: what attention lies over, in words.
        look: of the page.
    """
    drivers = list(planted)
    attended = attention.loc[drivers]
    moved = attribution.loc[drivers]
    moved = moved.div(moved.sum(axis="columns"), axis="index")
    truth = pd.Series(planted)
    right, sure = (int((way.idxmax(axis=1) == truth).sum()) for way in (attended, moved))
    return Panel(
        f"Attention over {reading} is highest at the planted lag of {right} of {len(drivers)} "
        f"drivers, attribution at that of {sure}",
        against_truth(attended, moved, planted, look),
        lambda: (
            pd.DataFrame(
                {
                    "attention": attended.stack(),
                    "attribution": attribution.loc[drivers].stack(),
                    "attribution_share": moved.stack(),
                }
            )
            .reset_index()
            .assign(planted=lambda rows: rows["lag"] == rows["variable"].map(planted))
        ),
        "learn/belief",
    )
