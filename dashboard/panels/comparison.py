"""The figure of two models side by side."""

from collections.abc import Sequence

import pandas as pd

from dashboard.charts import comparison as charts
from dashboard.charts.comparison import Side
from dashboard.charts.look import Palette
from dashboard.panels.explanation import of_variables
from dashboard.panels.panel import Panel
from dashboard.words import short
from imv_core import Explanation


def importances(
    explanations: Sequence[Explanation], names: Sequence[str], colours: Palette
) -> Panel:
    """The importances of two models on one axis.

    Args:
        explanations: of two parts.
        names: what the models are called, two that differ.
        colours: of the page.
    """
    sides = [
        Side(name, *of_variables(e, None), e.uniform[0])
        for name, e in zip(names, explanations, strict=True)
    ]
    return Panel(
        _title(sides),
        charts.pairs(sides, colours),
        lambda: _numbers(sides),
        "comparison",
        is_explanation=True,
    )


def _title(sides: Sequence[Side]) -> str:
    first, second = (
        (short(str(side.importance.idxmax())), f"{side.importance.max():.0%}") for side in sides
    )
    if first[0] == second[0]:
        return f"Both lean most on {first[0]}: {first[1]} and {second[1]} of the importance"
    return (
        f"The first leans most on {first[0]} ({first[1]}), the second on {second[0]} ({second[1]})"
    )


def _numbers(sides: Sequence[Side]) -> pd.DataFrame:
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
