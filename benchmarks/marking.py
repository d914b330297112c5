"""Score explanations by planted truth: drivers should rank first, and at their lags.

A cell is a variable at a lag. Columns that help a forecast without being planted
(`PlantedWorld.neutral`) are left out: naming them is neither right nor wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from imv_core.synthetic.worlds import PlantedWorld


class Scores(NamedTuple):
    """Scores of an explanation: the higher, the more important. Maps are variables x lags."""

    variables: pd.Series | None = None  # by name
    cells: pd.DataFrame | None = None  # a map whose cells can all be compared
    rows: pd.DataFrame | None = None  # a map whose cells can be compared within a row only


def marks(scores: Scores, world: PlantedWorld) -> dict[str, float]:
    """Score an explanation.

    Returns:
        For variables, if it scores them, `auroc`: probability that a driver ranks before a variable
        without effect, and `auprc`: average precision of the ranking; `cell_auroc` and `cell_auprc`
        are the same for cells. For a map, `exact`: number of planted lags that are the peak of
        their driver's row. Empty where nothing is planted.
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
    """Return, per planted driver and lag, whether it ranks above the row's lags without effect."""
    return [
        bool((cells.loc[driver].drop(list(planted)) < cells.loc[driver, lag]).all())
        for driver, planted in lags.items()
        for lag in planted
    ]


def auroc(scores: pd.Series, true: Iterable[object]) -> float:
    """Return the probability that a true item scores above a false one; 0.5 is guessing."""
    return float(roc_auc_score(scores.index.isin(list(true)), scores))


def auprc(scores: pd.Series, true: Iterable[object]) -> float:
    """Return average precision: 1 if all true items rank first; guessing gives their share."""
    return float(average_precision_score(scores.index.isin(list(true)), scores))
