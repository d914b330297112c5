"""Panels of a training: losses, and importance after each epoch."""

from collections.abc import Sequence

import pandas as pd

from dashboard.figures import training as charts
from dashboard.figures.theme import Palette
from dashboard.ui.panel import Panel
from dashboard.ui.titles import Groups, leader
from imv_core.model.decomposition import Explained
from imv_core.model.objectives import OBJECTIVES, Objective
from imv_core.training.history import EpochRecord

LOSSES = {
    Objective.BALANCED: "half squared, half absolute error",
    Objective.MSE: "squared error",
}


def losses(
    history: Sequence[EpochRecord],
    names: Sequence[str],
    objective: Objective,
    is_active: bool,
    colours: Palette,
) -> Panel:
    """Return the loss of the training and validation part after each epoch.

    Args:
        history: at least one epoch.
        names: the variables.
        objective: of the training.
        is_active: more epochs may follow.
        colours: of the page's theme.
    """
    best = max((record.epoch for record in history if record.is_best), default=0)
    so_far = " so far" if is_active else ""
    return Panel(
        f"Epoch {best} is the best{so_far} by validation loss"
        if best
        else f"No epoch{so_far} is better than the start, by validation loss",
        charts.losses(history, colours, LOSSES.get(objective, "negative log-likelihood")),
        lambda: charts.frame(history, names),
        "losses",
    )


def forming(
    history: Sequence[EpochRecord],
    names: Sequence[str],
    objective: Objective,
    colours: Palette,
    groups: Groups = (),
) -> Panel:
    """Return the importance of the variables after each epoch.

    Args:
        history: at least one epoch.
        names: the variables.
        objective: of the training.
        colours: of the page's theme.
        groups: of variables that nearly copy each other, if known.
    """
    uses_densities = OBJECTIVES[objective].learns_densities  # the same in every version
    is_old = not uses_densities and any(r.explains is not Explained.FORECAST for r in history)
    first = leader(pd.Series(history[-1].variable_importance, list(names)), groups)
    return Panel(
        f"After epoch {history[-1].epoch}, {first.named()} {first.verb('carries', 'carry')} "
        f"{first.share:.0%}" + (", as older versions counted it" if is_old else ""),
        charts.forming(history, names, colours),
        lambda: charts.frame(history, names),
        "forming",
        is_explanation=True,
        explains=Explained.CHANGE if is_old else Explained.FORECAST,
    )
