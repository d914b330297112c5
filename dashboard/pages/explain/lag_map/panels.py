"""The figures of attribution by lag: how far the forecast moves when one value is replaced."""

import numpy as np
import pandas as pd

from dashboard.figures import importance as charts
from dashboard.figures.heatmap import Cells
from dashboard.figures.theme import Palette, label
from dashboard.ui.panel import Panel
from dashboard.ui.titles import Cell, largest, subject_noun, value_at
from dashboard.ui.window_values import map_with_values, value_table
from dashboard.wording import number, short
from imv_core import OneForecast
from imv_core.arrays import Floats

NEGLIGIBLE = 0.01  # of the largest row: a row that moves less is noise and stays empty


def within(
    moves: pd.DataFrame, target: str, row_step: str, colours: Palette, ahead: str = ""
) -> Panel:
    """Draw the attribution of each variable's lags as shares of the variable.

    Args:
        moves: variables to draw x lags, in the target's unit.
        target: name of the target.
        row_step: a step of the table in words ("1 hour"); empty where it has none.
        colours: of the page.
        ahead: the steps ahead that are meant, as a title ends; empty where there is one.
    """
    totals = moves.sum(axis=1)
    divisors = totals.where(totals > NEGLIGIBLE * totals.max())
    shares = moves.div(divisors, axis=0).fillna(0.0)
    row, uniform = str(totals.idxmax()), 1 / moves.shape[1]
    lag, peak = shares.T[row].idxmax(), shares.T[row].max()
    return Panel(
        f"Within {short(row)}, changing lag {lag} moves the forecast most: {peak:.0%} of the "
        f"row (uniform: {uniform:.0%}){ahead}"
        if totals[row] > 0
        else _nothing(target),
        charts.heatmap(
            shares, uniform, colours, "share of the row", row_step, _in_unit(moves, target)
        ),
        lambda: _numbers(moves, shares),
        "lag_attribution",
        is_explanation=True,
    )


def together(
    moves: pd.DataFrame,
    names: list[str],
    target: str,
    row_step: str,
    colours: Palette,
    ahead: str = "",
) -> Panel:
    """Draw the attribution of all variables and lags as shares of all; see `within`.

    Args:
        moves: all variables x lags.
        names: the variables to draw, in their order.
        target: name of the target.
        row_step: a step of the table in words; empty where it has none.
        colours: of the page.
        ahead: the steps ahead that are meant, as a title ends.
    """
    total = float(moves.to_numpy().sum())
    shares = (moves / (total or 1)).loc[names]
    first = largest(shares)
    what = "" if len(names) == len(moves) else ", of those shown,"
    return Panel(
        f"Changing {short(first[0])} at lag {first[1]}{what} moves the forecast of "
        f"{short(target)} most: by {number(value_at(moves, first))} on average{ahead}"
        if total > 0
        else _nothing(target),
        charts.heatmap(
            shares,
            1 / moves.size,
            colours,
            "share of all",
            row_step,
            _in_unit(moves.loc[names], target),
        ),
        lambda: _numbers(moves.loc[names], shares),
        "lag_attribution",
        is_explanation=True,
    )


def of_one(
    one: OneForecast,
    moves: Floats,
    names: list[str],
    row_step: str,
    colours: Palette,
    chosen: Cell | None = None,
) -> Panel:
    """Draw how far each value of a window moves its forecast, above the values.

    Args:
        one: the forecast.
        moves: (N, T) for the step ahead that is looked at, the oldest first, in the target's unit.
        names: of the variables to draw.
        row_step: a step of the table in words; empty where it has none.
        colours: of the page.
        chosen: a cell to mark.
    """
    index = pd.Index(one.variables, name="variable")
    by_lag = pd.DataFrame(moves[:, ::-1], index, pd.Index(one.lags, name="lag"))
    first = largest(by_lag)
    most = value_at(by_lag, first)
    shown = Cells(
        by_lag.loc[names],
        float(np.mean(moves)),
        False,
        f"moves, {label(one.target, 20)}",
        "",
        f"how far another value moves the {one.explains}",
    )
    return Panel(
        f"Another value of {short(first[0])} at lag {first[1]} would move {subject_noun(one)} "
        f"most: by {number(most)} on average; below, the input values"
        if most > 0
        else _nothing(one.target),
        map_with_values(one, shown, row_step, colours, chosen),
        lambda: value_table(one).assign(attribution=by_lag.to_numpy().ravel()),
        "window_attribution",
        is_explanation=True,
        explains=one.explains,
    )


def _nothing(target: str) -> str:
    return f"No change of a single value moves the forecast of {short(target)}"


def _in_unit(moves: pd.DataFrame, target: str) -> pd.DataFrame:
    return moves.map(lambda move: f"moves {short(target, 40)} by {number(move)} on average")


def _numbers(moves: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"attribution": moves.stack(), "share": shares.stack()}).reset_index()
