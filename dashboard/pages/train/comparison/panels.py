"""Panel of the comparison of two models."""

from collections.abc import Sequence

import pandas as pd

from dashboard.figures import side_by_side as charts
from dashboard.figures.side_by_side import ModelImportance
from dashboard.figures.theme import Palette
from dashboard.pages.explain.panels import of_variables
from dashboard.ui.panel import Panel
from dashboard.ui.titles import leader, subject_ending
from imv_core import Explanation


def importances(
    explanations: Sequence[Explanation], names: Sequence[str], colours: Palette
) -> Panel:
    """Return the importances of two models on one axis.

    Args:
        explanations: of both models.
        names: of both models, different.
        colours: of the page's theme.
    """
    sides = [
        ModelImportance(name, *of_variables(e, None), e.uniform[0])
        for name, e in zip(names, explanations, strict=True)
    ]
    return Panel(
        _title(explanations),
        charts.pairs(sides, colours),
        lambda: _numbers(sides),
        "comparison",
        is_explanation=True,
    )


def _title(explanations: Sequence[Explanation]) -> str:
    leaders = [leader(e.variable_importance, e.groups) for e in explanations]
    names = [first.named() for first in leaders]
    parts = [
        f"{first.share:.0%}{subject_ending(e)}"
        for first, e in zip(leaders, explanations, strict=True)
    ]
    if names[0] == names[1]:
        return f"Both rely most on {names[0]}: {' and '.join(parts)}"
    return (
        f"The first relies most on {names[0]} ({parts[0]}), the second on {names[1]} ({parts[1]})"
    )


def _numbers(sides: Sequence[ModelImportance]) -> pd.DataFrame:
    return pd.concat(
        pd.DataFrame(
            {
                "run": side.name,
                "variable": side.importance.index,
                "importance": side.importance.to_numpy(),
                "low": side.spread["low"].loc[side.importance.index].to_numpy(),
                "high": side.spread["high"].loc[side.importance.index].to_numpy(),
                "uniform": side.uniform,
            }
        )
        for side in sides
    )
