"""Explanations marked against planted truth: what acts comes first, and at its lag.

A cell is a variable at a lag. Columns that serve without being planted (`PlantedWorld.neutral`) are
left out: to name them is neither right nor wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from imv_core.synthetic.worlds import PlantedWorld


class Scores(NamedTuple):
    """What an explanation says: the higher, the more important. Maps are variables x lags."""

    variables: pd.Series | None = None  # by name
    cells: pd.DataFrame | None = None  # a map all of whose cells can be compared
    rows: pd.DataFrame | None = None  # a map each of whose rows stands for itself


def marks(scores: Scores, world: PlantedWorld) -> dict[str, float]:
    """How well an explanation finds the truth.

    Returns:
        Of variables, if it scores them: `auroc`, the chance that a driver comes before a variable
        that does not act, and `auprc`, the average precision of the ranking; `cell_auroc` and
        `cell_auprc` the same of cells. Of each map `exact`, how many planted lags are the peak of
        their driver's row. Nothing where nothing is planted.
    """
    found: dict[str, float] = {}
    if not world.lags:
        return found
    neutral = list(world.neutral)
    if scores.variables is not None:
        marked = scores.variables.drop(neutral, errors="ignore")
        found |= {"auroc": auroc(marked, world.lags), "auprc": auprc(marked, world.lags)}
    if scores.cells is not None:
        kept = scores.cells.drop(index=neutral, errors="ignore")
        marked = pd.DataFrame({"score": kept.stack()})["score"]
        planted = [(driver, lag) for driver, lags in world.lags.items() for lag in lags]
        found |= {"cell_auroc": auroc(marked, planted), "cell_auprc": auprc(marked, planted)}
    rows = scores.cells if scores.rows is None else scores.rows
    if rows is not None:
        found["exact"] = sum(exact_lags(rows, world.lags))
    return found


def exact_lags(cells: pd.DataFrame, lags: Mapping[str, Sequence[int]]) -> list[bool]:
    """For each planted pair of driver and lag: it stands above the row's lags without effect."""
    return [
        bool((cells.loc[driver].drop(list(planted)) < cells.loc[driver, lag]).all())
        for driver, planted in lags.items()
        for lag in planted
    ]


def auroc(scores: pd.Series, true: Iterable[object]) -> float:
    """The chance that what is true has a higher score than what is not; 0.5 is guessing."""
    return float(roc_auc_score(scores.index.isin(list(true)), scores))


def auprc(scores: pd.Series, true: Iterable[object]) -> float:
    """Average precision: 1 if all that is true comes first; guessing gives the share of it."""
    return float(average_precision_score(scores.index.isin(list(true)), scores))
