"""Figures of chapter 1: inputs, gates and hidden units of a cell."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.theme import LARGE, Palette, colour_scale, label, row_names, styled, ticks_at
from dashboard.pages.learn.panels import states
from dashboard.ui.panel import Panel
from imv_core.arrays import Floats
from imv_core.inspect.recurrences import Unrolled

ROW = 44  # pixels


def _number_table(
    values: Floats, rows: Sequence[str], columns: Sequence[str], what: str, colours: Palette
) -> go.Figure:
    """Draw a table of numbers, (rows, columns), coloured from -1 to 1; NaN stays empty."""
    hover = [[f"{label(row)}<br>{label(column)}" for column in columns] for row in rows]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            zmin=-1,
            zmax=1,
            colorscale=colour_scale(colours.diverging),
            xgap=2,
            ygap=2,
            texttemplate="%{z:.2f}",
            customdata=hover,
            hoverongaps=False,
            hovertemplate="%{customdata}<br>" + what + " %{z:+.3f}<extra></extra>",
            showscale=False,
        )
    )
    bare = {"showgrid": False, "zeroline": False}
    return styled(
        figure,
        colours,
        70 + ROW * len(rows),
        LARGE,
        xaxis={**ticks_at(columns), "side": "top", **bare},
        yaxis={**row_names(rows), **bare},
    )


def _reach_figure(shares: Floats, names: Sequence[str], colours: Palette) -> go.Figure:
    """Draw one bar per hidden unit, made of the variables' shares in its movement, (N, units)."""
    units = list(range(1, shares.shape[1] + 1))
    figure = go.Figure(
        [
            go.Bar(
                x=units,
                y=share,
                name=label(name),
                marker_color=colours.several[n],
                hovertemplate=f"unit %{{x}}<br>{label(name)} %{{y:.1%}}<extra></extra>",
            )
            for n, (name, share) in enumerate(zip(names, shares, strict=True))
        ]
    )
    return styled(
        figure,
        colours,
        300,
        LARGE,
        barmode="stack",
        bargap=0.15,
        legend={"traceorder": "normal"},
        xaxis={
            "title": {"text": "hidden unit"},
            "tickvals": [1, *units[3::4]],
            "showgrid": False,
        },
        yaxis={
            "title": {"text": "share of its movement"},
            "range": [0, 1],
            "tickformat": ".0%",
            "tickvals": [0, 0.5, 1],
        },
    )


PARTS = ("x", "j", "i", "f", "c before", "c", "o", "h")  # in the order of computing


def entering(window: Floats, names: Sequence[str], step: int, colours: Palette) -> Panel:
    """Draw the rows read so far.

    Args:
        window: (T, N), scaled.
        names: of the variables.
        step: the last step read, from 1.
        colours: of the page.
    """
    T = len(window)
    read = window.T.astype(float)
    read[:, step:] = np.nan
    lags = [f"lag {lag}" for lag in range(T, 0, -1)]
    figure = _number_table(read, names, lags, "scaled", colours)
    figure.add_shape(
        type="rect",
        x0=step - 1.5,
        x1=step - 0.5,
        y0=-0.5,
        y1=len(names) - 0.5,
        line={"color": colours.accent, "width": 4},
    )
    return Panel(
        f"Step {step} of {T}: the row at lag {T + 1 - step} enters, one number per variable",
        figure,
        lambda: _entering(window[:step], names, T),
        "rows_entering",
    )


def gates(values: Floats, name: str, step: int, colours: Palette) -> Panel:
    """Draw the parts of the update of one variable.

    Args:
        values: (D, parts), in the order of PARTS.
        name: of the variable.
        step: from 1.
        colours: of the page.
    """
    D = len(values)
    units = [f"unit {d}" for d in range(1, D + 1)]
    taken, kept, sent = (values[:, PARTS.index(gate)].mean() for gate in ("i", "f", "o"))
    return Panel(
        f"{name} at step {step}: {values[0, 0]:+.2f} comes in; its gates take in {taken:.0%}, keep "
        f"{kept:.0%} and send out {sent:.0%} on average",
        _number_table(values, units, PARTS, "value", colours),
        lambda: pd.DataFrame(
            values, columns=PARTS, index=pd.Index(units, name="unit")
        ).reset_index(),
        "rows_gates",
    )


def parts(steps: Unrolled, window: Floats, variable: int, step: int) -> Floats:
    """Return the parts of one variable's update at one step, (D, parts), in the order of PARTS.

    Args:
        steps: of the window.
        window: (T, N), scaled.
        variable: from 0.
        step: from 1.
    """
    t = step - 1
    j, i, f, o, c, h = (values[t, variable] for values in steps)
    before = steps.c[t - 1, variable] if t > 0 else np.zeros_like(c)
    x = np.full_like(c, window[t, variable])
    return np.stack([x, j, i, f, before, c, o, h], axis=1)


def filling(
    model: str, values: Floats, groups: Sequence[str], step: int, colours: Palette
) -> Panel:
    """Draw the hidden numbers after some steps.

    Args:
        model: its name.
        values: (T, groups, D).
        groups: what each D units belong to.
        step: the last step read, from 1.
        colours: of the page.
    """
    T, count, D = values.shape
    finding = f"{D} for each variable" if count > 1 else "one vector without owners"
    return Panel(
        f"{model} after {step} of {T} steps: {count * D} hidden numbers, {finding}",
        states(values, groups, 1.0, "h", colours, until=step),
        lambda: _filling(values[:step], groups, T),
        "rows",
    )


def reach(model: str, shares: Floats, names: Sequence[str], colours: Palette) -> Panel:
    """Draw the shares of the variables in the movement of each unit.

    Args:
        model: its name.
        shares: (N, units).
        names: of the variables.
        colours: of the page.
    """
    movers = (shares > 0).sum(axis=0)
    if movers.max() == 1:
        finding = "each hidden number is moved by one variable alone"
    else:
        finding = f"a hidden number is moved by {_range(movers)} variables; " + (
            f"at most {shares.max():.0%} of its movement is due to one"
        )
    return Panel(
        f"{model}: {finding}",
        _reach_figure(shares, names, colours),
        lambda: _reach(shares, names),
        "rows_reach",
    )


def _range(counts: Floats) -> str:
    low, high = int(counts.min()), int(counts.max())
    return str(low) if low == high else f"{low} to {high}"


def _entering(read: Floats, names: Sequence[str], T: int) -> pd.DataFrame:
    lags = pd.Index(range(T, T - len(read), -1), name="lag")
    table = pd.DataFrame(read, index=lags, columns=list(names)).reset_index()
    return table.melt("lag", var_name="variable", value_name="scaled")


def _filling(values: Floats, groups: Sequence[str], T: int) -> pd.DataFrame:
    steps, count, D = values.shape
    return pd.DataFrame(
        {
            "lag": np.repeat(np.arange(T, T - steps, -1), count * D),
            "row": np.tile(np.repeat(list(groups), D), steps),
            "unit": np.tile(np.arange(1, D + 1), steps * count),
            "h": values.ravel(),
        }
    )


def _reach(shares: Floats, names: Sequence[str]) -> pd.DataFrame:
    N, units = shares.shape
    return pd.DataFrame(
        {
            "unit": np.tile(np.arange(1, units + 1), N),
            "variable": np.repeat(list(names), units),
            "share": shares.ravel(),
        }
    )
