"""The figures of the page Explore: one forecast, its inputs and its parts."""

import numpy as np
import pandas as pd

from dashboard.figures import densities
from dashboard.figures import waterfall as charts
from dashboard.figures import window as window_figures
from dashboard.figures.heatmap import Cells
from dashboard.figures.theme import Palette, label
from dashboard.ui.panel import Panel
from dashboard.ui.titles import (
    Cell,
    base_phrase,
    group_of,
    largest,
    name_groups,
    subject_noun,
    sum_groups,
    value_at,
)
from dashboard.ui.window_values import cell_table, map_with_values, short_value, was_missing
from dashboard.wording import number, short, signed, when
from imv_core import OneForecast
from imv_core.model.decomposition import Explained

MOST = 12  # variables per figure, unless all are requested


def around(
    one: OneForecast, step: int, near: pd.DataFrame, part: pd.DataFrame, colours: Palette
) -> Panel:
    """Draw the forecast among its neighbours, and its part of the data.

    Args:
        one: the forecast.
        step: the step ahead to explain.
        near: the forecasts of that step around this one; columns time, actual, forecast, lower,
            upper, one row per row of the table.
        part: the true values of the whole part; columns time, actual.
        colours: of the page.
    """
    time, actual = one.window.times[step - 1], one.window.actual[step - 1]
    forecast = float(one.forecast[step - 1])
    truth = f"; the true value was {number(actual)}" if np.isfinite(actual) else ""
    window = one.values.index[0], one.values.index[-1]
    return Panel(
        f"{short(one.target)} at {when(time)} was forecast to be {number(forecast)}{truth}",
        window_figures.around(near, part, window, (time, forecast), one.target, colours),
        lambda: near,
        "around",
    )


def shown_variables(one: OneForecast, step: int, most: int | None = MOST) -> list[str]:
    """Return the variables of the largest contributions, in the order of the table.

    Args:
        one: the forecast.
        step: the step ahead.
        most: number of variables; None: all.
    """
    sizes = one.by_variable(step)["contribution"].abs()
    top = set(sizes.nlargest(most or len(sizes)).index)
    return [name for name in one.variables if name in top]


def attention_map(
    one: OneForecast,
    step: int,
    names: list[str],
    row_step: str,
    colours: Palette,
    chosen: Cell | None = None,
) -> Panel:
    """Draw attention over the lags of each variable, above the input values.

    Args:
        one: the forecast.
        step: the step ahead to explain.
        names: of the variables to draw.
        row_step: the step of the table in words ("1 hour"); empty where it has none.
        colours: of the page.
        chosen: the variable and lag to mark.
    """
    attention, uniform = one.attention_at(step), 1 / len(one.lags)
    leader = one.by_variable(step)["contribution"].abs().idxmax()
    of_leader = attention.T[str(leader)]
    lag, peak = of_leader.idxmax(), of_leader.max()
    shown = Cells(
        attention.loc[names], uniform, False, "share of the row", _percent(uniform), "attention"
    )
    return Panel(
        f"For this forecast, {peak:.0%} of the attention within {short(str(leader))} lies on lag "
        f"{lag} (uniform: {uniform:.0%}); below, the input values",
        map_with_values(one, shown, row_step, colours, chosen),
        lambda: cell_table(one, step),
        "window_attention",
        is_explanation=True,
    )


def contribution_map(
    one: OneForecast,
    step: int,
    names: list[str],
    row_step: str,
    colours: Palette,
    chosen: Cell | None = None,
) -> Panel:
    """Draw what each variable and lag adds; see `attention_map`.

    Raises:
        ValueError: the contributions do not split into lags.
    """
    parts = one.contribution_at(step)
    if parts is None:
        raise ValueError("This forecast does not split into parts of variables and lags.")
    sums = sum_groups(parts, one.groups)
    first = largest(sums.abs())
    leader = group_of(first[0], one.groups)
    unit = f"adds, {label(one.target, 20)}"
    title, least = f"contribution to the {one.explains}", _least_scale_end(one, step)
    shown = Cells(parts.loc[names], 0.0, True, unit, "", title, least)
    return Panel(
        f"Of all variables and lags, {leader.named()} at lag {first[1]} "
        f"{leader.verb('moves', 'move')} {subject_noun(one)} most: "
        f"{signed(value_at(sums, first))}; below, the input values",
        map_with_values(one, shown, row_step, colours, chosen),
        lambda: cell_table(one, step),
        "window_contribution",
        is_explanation=True,
        explains=one.explains,
    )


def waterfall(one: OneForecast, step: int, colours: Palette, most: int | None = MOST) -> Panel:
    """Draw the contributions from the base to the forecast, one bar per variable.

    Variables that nearly copy each other share one bar, as their contributions may cancel.
    """
    by_variable = _by_size(one.by_variable(step)["contribution"])
    sums = _by_size(sum_groups(by_variable, one.groups))
    leader, bars = group_of(str(sums.index[0]), one.groups), name_groups(sums, one.groups)
    kept = bars.iloc[: most or len(bars)]
    rest = bars.iloc[len(kept) :]
    drawn = kept
    if len(rest):
        drawn = pd.concat([kept, pd.Series({f"{len(rest)} others": rest.sum()})])
    base, forecast = float(one.base[step - 1]), float(one.forecast[step - 1])
    actual, is_whole = float(one.window.actual[step - 1]), one.explains is Explained.FORECAST
    table = pd.DataFrame(
        {
            "part": ["start", *by_variable.index, "forecast", "actual"],
            "value": [base, *by_variable, forecast, actual],
        }
    )
    return Panel(
        f"From {number(base)}, {base_phrase(one)}, to the forecast {number(forecast)}: "
        f"{leader.named()} {leader.verb('moves', 'move')} {'it' if is_whole else 'the change'} "
        f"most, by {signed(bars.iloc[0])}",
        charts.waterfall(
            drawn,
            ("last known value" if one.starts_at_last else "all as usual", base),
            actual,
            one.target,
            colours,
        ),
        lambda: table,
        "waterfall",
        is_explanation=True,
        explains=one.explains,
    )


def weights(one: OneForecast, step: int, names: list[str], colours: Palette) -> Panel:
    """Draw the weight of each variable, and its responsibility where the true value is known."""
    by_variable = one.by_variable(step).loc[names].sort_values("weight", ascending=False)
    posterior = by_variable["responsibility"] if _has_posterior(one, step) else None
    leader = by_variable.index[0]
    after = (
        "" if posterior is None else f" before, {posterior[leader]:.0%} after the value is known"
    )
    return Panel(
        f"The largest weight of this forecast is that of {short(str(leader))}: "
        f"{by_variable['weight'].iloc[0]:.0%}{after}",
        charts.weights(by_variable["weight"], posterior, 1 / len(one.variables), colours),
        lambda: (
            by_variable.reset_index() if one.learns_densities else _without_densities(by_variable)
        ),
        "window_weights",
        is_explanation=True,
    )


def components(one: OneForecast, step: int, names: list[str], colours: Palette) -> Panel:
    """Draw what each variable alone would forecast: densities where learnt, else points."""
    by_variable = one.by_variable(step).loc[names].sort_values("weight", ascending=False)
    leader, h = by_variable.index[0], step - 1
    actual, forecast = float(one.window.actual[h]), float(one.forecast[h])
    title = (
        f"By itself {short(str(leader))}, of the largest weight, would forecast "
        f"{number(by_variable['component_mean'].iloc[0])}; all together forecast {number(forecast)}"
    )
    if not one.learns_densities:
        interval = float(one.lower[h]), float(one.upper[h])
        return Panel(
            title,
            densities.components(by_variable, forecast, interval, actual, one.target, colours),
            lambda: _without_densities(by_variable),
            "components",
            is_explanation=True,
        )
    everything = one.by_variable(step).sort_values("weight", ascending=False)
    spread = float(one.spread[h])
    return Panel(
        title,
        densities.densities(everything, (forecast, spread), actual, one.target, colours),
        lambda: everything.reset_index(),
        "densities",
        is_explanation=True,
    )


def cell(one: OneForecast, step: int, at: Cell, series: pd.Series, colours: Palette) -> Panel:
    """Draw one variable around the window, with one lag marked.

    Args:
        one: the forecast.
        step: the step ahead to explain.
        at: the variable and the lag.
        series: values of the variable around the window; index times.
        colours: of the page.
    """
    name, lag = at
    row = one.values.iloc[-lag]
    time = one.values.index[-lag]
    attention = value_at(one.attention_at(step), at)
    parts = one.contribution_at(step)
    adds = "" if parts is None else f" It adds {signed(value_at(parts, at))} to the {one.explains}."
    was = ", which was missing in the data," if was_missing(one, name, lag) else ""
    return Panel(
        f"{short(name)} at lag {lag}, {when(time)}, is {short_value(row[name])}{was} and gets "
        f"{attention:.0%} of the attention within {short(name)}.{adds}",
        window_figures.variable(
            series, (one.values.index[0], one.values.index[-1]), time, name, colours
        ),
        lambda: series.rename(name).rename_axis("time").reset_index(allow_duplicates=True),
        "cell",
    )


def _least_scale_end(one: OneForecast, step: int) -> float:
    """Return where signed colours end at the least: at a tenth of the width of the interval."""
    return 0.1 * float(one.upper[step - 1] - one.lower[step - 1])


def _by_size(parts: "pd.Series[float]") -> "pd.Series[float]":
    return parts.reindex(parts.abs().sort_values(ascending=False).index)


def _percent(uniform: float) -> str:
    return ".0%" if uniform >= 0.05 else ".1%"


def _has_posterior(one: OneForecast, step: int) -> bool:
    return one.learns_densities and bool(np.isfinite(one.responsibility[step - 1]).all())


def _without_densities(by_variable: pd.DataFrame) -> pd.DataFrame:
    """Drop the columns of spreads, which were not learnt, and of what is computed from them."""
    return by_variable.drop(columns=["responsibility", "component_spread"]).reset_index()
