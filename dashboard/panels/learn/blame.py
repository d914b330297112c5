"""How blame becomes importance, and where it does not help."""

import pandas as pd

from dashboard.charts.learn import blame as charts
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel


def losses(course: pd.DataFrame, epoch: int, look: Palette) -> Panel:
    """The bound above the negative log-likelihood.

    Args:
        course: index epochs, columns nll, bound, and I by variable.
        epoch: the one that is looked at.
        look: of the page.
    """
    nll, bound = course["nll"][epoch], course["bound"][epoch]
    return Panel(
        f"After epoch {epoch} the loss is {bound:.2f}: the negative log-likelihood, {nll:.2f}, "
        f"and a gap of {bound - nll:.2f}",
        charts.losses(course, epoch, look),
        lambda: course.reset_index(),
        "learn/blame",
    )


def importance(course: pd.DataFrame, truth: "pd.Series[float]", epoch: int, look: Palette) -> Panel:
    """Importance on its way to the truth.

    Args:
        course: index epochs, columns nll, bound, and I by variable.
        truth: of each variable.
        epoch: the one that is looked at.
        look: of the page.
    """
    shares = course[list(truth.index)]
    off = (shares.loc[epoch] - truth).abs()
    return Panel(
        f"After epoch {epoch} the importance of {off.idxmax()} is furthest from its truth: off by "
        f"{off.max():.2f}",
        charts.importance(shares, truth, epoch, look),
        lambda: shares.reset_index(),
        "learn/blame",
    )


def added(objective: str, past: pd.DataFrame, rmse: float, floor: float, look: Palette) -> Panel:
    """Forecasts of a series whose effects add.

    Args:
        objective: that the model was trained by.
        past: its forecasts, with what came true.
        rmse: of them.
        floor: the error of somebody who knows how the series is made.
        look: of the page.
    """
    return Panel(
        f"Trained by {objective} the forecasts miss by {rmse:.1f} (RMSE); "
        f"the noise alone is {floor:.1f}",
        charts.against_truth(past, look),
        lambda: past[["time", "actual", "forecast"]],
        "learn/chorus",
    )
