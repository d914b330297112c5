"""Draw the importance of variables, of their lags, and over time."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.theme import (
    Layout,
    Palette,
    colour_bar,
    colour_scale,
    label,
    mark_uniform,
    name_rows,
    styled,
    whiskers,
)

MOST_NUMBERED_CELLS, MOST_NUMBERED_COLUMNS = 240, 16  # more have no room for their numbers


def bars(
    importance: "pd.Series[float]",
    spread: pd.DataFrame,
    uniform: float,
    colours: Palette,
    markers: "pd.Series[float] | None" = None,
    over: str = "over time",
) -> go.Figure:
    """Draw the importance of each variable with its range, the first on top.

    Args:
        importance: of the variables to draw, in their order.
        spread: its `low` and `high`.
        uniform: the share of each variable if all were equal.
        colours: of the page.
        markers: another importance of the same variables (the prior beside the posterior).
        over: what `low` and `high` are taken over, in words.
    """
    names = list(importance.index)
    low, high = (spread.loc[names, side].to_numpy() for side in ("low", "high"))
    values, places = importance.to_numpy(), np.arange(len(names))
    figure = go.Figure(
        go.Bar(
            x=values,
            y=places,
            orientation="h",
            name="importance",
            marker_color=colours.forecast,
            error_x={"color": colours.ink, **whiskers(low, values, high)},
            customdata=np.column_stack([low, high]),
            text=[label(n, 60) for n in names],
            textposition="none",
            hovertemplate=(
                "%{text}<br>importance %{x:.3f}<br>" + over + " %{customdata[0]:.3f} to "
                "%{customdata[1]:.3f}<extra></extra>"
            ),
        )
    )
    if markers is not None:
        figure.add_scatter(
            x=markers.loc[names].to_numpy(),
            y=places,
            mode="markers",
            name="prior (before the truth is known)",
            marker={"symbol": "diamond-open", "size": 9, "color": colours.accent, "line_width": 2},
            hovertemplate="prior %{x:.3f}<extra></extra>",
        )
    mark_uniform(figure, uniform, int(values.argmin()), colours)  # beside the shortest bar
    name_rows(figure, names)
    figure.update_xaxes(title="share of importance (sums to 1)", range=[0, None])
    figure.update_layout(showlegend=markers is not None, bargap=0.35)
    return styled(figure, colours, 110 + 26 * len(names))


def heatmap(
    shares: pd.DataFrame,
    uniform: float,
    colours: Palette,
    unit: str,
    step: str,
    notes: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw a map of variables x lags, lag 1 at the right, as time runs; see `grid`.

    Args:
        shares: index variables, columns lags 1..T.
        uniform: the share of each cell if all were equal.
        colours: of the page.
        unit: what the colours mean, for the scale.
        step: a step in words ("1 hour"), for the distance of a lag in time; empty if unknown.
        notes: more text of each cell under the pointer; None: none.
    """
    lags = list(shares.columns)
    names = [lag_name(int(lag), step) for lag in lags]
    figure = grid(shares, uniform, colours, unit, names, notes)
    return figure.update_xaxes(**lag_axis(len(lags)), autorange="reversed")


def lag_name(lag: int, step: str) -> str:
    """Name a lag, with its distance in time where `step` gives the table's step in words."""
    return f"lag {lag}" + (f" ({lag} × {step} before)" if step else "")


def lag_axis(count: int) -> Layout:
    """Return the axis of lags 1 to `count`, without its direction."""
    return {
        "title": {"text": "lag in steps (1 = last observed row)"},
        "dtick": max(1, round(count / 12)),
        "tick0": 1,
    }


def grid(
    shares: pd.DataFrame,
    uniform: float,
    colours: Palette,
    unit: str,
    hover: Sequence[str],
    notes: pd.DataFrame | None = None,
) -> go.Figure:
    """Draw shares as a heatmap, one row per variable.

    The colours run from 0 to twice the uniform share at least, so that differences from uniform
    are never blown up, and the uniform share is marked on their scale.

    Args:
        shares: index variables.
        uniform: the share of each cell if all were equal.
        colours: of the page.
        unit: what the colours mean, for the scale.
        hover: text of each column under the pointer.
        notes: more text of each cell under the pointer; None: none.
    """
    names = list(shares.index)
    values = shares.to_numpy()
    top = max(2 * uniform, float(np.nanmax(values)))
    percent = ".0%" if uniform >= 0.05 else ".1%" if uniform >= 0.005 else ".2%"
    few = values.size <= MOST_NUMBERED_CELLS and values.shape[1] <= MOST_NUMBERED_COLUMNS
    apart = np.full(values.shape, "", object)
    if notes is not None:
        apart = ("<br>" + notes.map(label, longest=120)).to_numpy()
    cells = [
        [(label(name, 60), column, more) for column, more in zip(hover, row, strict=True)]
        for name, row in zip(names, apart, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(shares.columns),
            y=list(range(len(names))),
            zmin=0,
            zmax=top,
            colorscale=colour_scale(colours.ramp),
            xgap=1 if few else 0,
            ygap=1,
            customdata=cells,
            texttemplate=f"%{{z:{percent}}}" if few else None,
            hovertemplate=(
                "%{customdata[0]}<br>%{customdata[1]}<br>"
                + unit
                + " %{z:.2%}%{customdata[2]}<extra></extra>"
            ),
            colorbar=colour_bar(
                unit, {0: "0", uniform: f"{uniform:{percent}} uniform", top: f"{top:{percent}}"}
            ),
        )
    )
    name_rows(figure, names)
    figure.update_xaxes(showgrid=False, zeroline=False)
    figure.update_yaxes(showgrid=False, zeroline=False)
    return styled(figure, colours, 120 + 30 * len(names))


def over_time(
    shares: pd.DataFrame, colours: Palette, first: Sequence[str] = (), what: str = "importance"
) -> go.Figure:
    """Draw shares of variables over time as stacked areas, which sum to 1.

    Args:
        shares: index times, columns variables; rows sum to 1.
        colours: of the page.
        first: variables that get a colour of their own, as far as colours go; none: the largest.
            The rest is one band.
        what: what the shares are of, in a word.
    """
    room = len(colours.several)
    named = list(first) or list(shares.mean().sort_values(ascending=False).index)
    if not len(named) == len(shares.columns) <= room:
        named = named[: room - 1]  # the last colour is that of all others
    shown = [name for name in shares.columns if name in named]  # a colour is kept while shares move
    rest = [name for name in shares.columns if name not in named]
    figure = go.Figure()
    bands = [(label(name), shares[name]) for name in shown]
    if rest:
        bands.append(
            ("1 other" if len(rest) == 1 else f"{len(rest)} others", shares[rest].sum(axis=1))
        )
    for (name, share), colour in zip(bands, colours.several, strict=False):
        figure.add_scatter(
            x=share.index,
            y=share,
            name=name,
            stackgroup="all",
            line={"width": 0.5, "color": colour},
            hovertemplate="%{fullData.name} %{y:.3f}<extra></extra>",
        )
    figure.update_yaxes(title=f"share of {what}", range=[0, 1])
    return styled(figure, colours, 320, hovermode="x unified")
