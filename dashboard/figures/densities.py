"""Draw what each variable alone would forecast: as densities if learnt, else as points."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.theme import Palette, fixed_margin, label, mark_forecast, row_names, styled
from imv_core.arrays import log_normal_density

COLOURED = 7  # densities with a colour of their own
POINTS = 201  # of a density


def densities(
    components: pd.DataFrame,
    moments: tuple[float, float],
    actual: float,
    target: str,
    colours: Palette,
) -> go.Figure:
    """Draw the density of the forecast, and the part of each variable.

    Args:
        components: index variables, columns weight, component_mean, component_spread; those with
            a colour of their own first.
        moments: mean and standard deviation of all together.
        actual: true value; NaN: not known.
        target: its name and unit.
        colours: of the page.
    """
    mean, spread = moments
    ends = [mean - 4 * spread, mean + 4 * spread]
    if math.isfinite(actual):
        ends += [actual - spread / 2, actual + spread / 2]
    x = np.linspace(min(ends), max(ends), POINTS)
    pi, mu, sigma = (
        components[name].to_numpy(float)[:, None]
        for name in ("weight", "component_mean", "component_spread")
    )
    parts = pi * np.exp(log_normal_density(x, mu, sigma))
    figure = curves(pd.DataFrame(parts.T, x, components.index), colours)
    below = {"orientation": "h", "y": -0.24, "yanchor": "top"}
    return styled(
        figure,
        colours,
        430,
        margin=fixed_margin(top=40, bottom=160),
        legend=below,
        xaxis={"title": {"text": label(target)}, "range": [x[0], x[-1]]},
        yaxis={"title": {"text": "density, weighted"}, "rangemode": "tozero"},
        **mark_forecast(colours, mean, actual),
    )


def curves(parts: pd.DataFrame, colours: Palette) -> go.Figure:
    """Draw parts of a density, and their sum.

    Args:
        parts: index values of the target, columns variables; those with a colour of their own
            first.
        colours: of the page.
    """
    figure = go.Figure()
    for name, colour in zip(parts, colours.several[:COLOURED], strict=False):
        figure.add_scatter(
            x=parts.index,
            y=parts[name],
            name=label(str(name)),
            mode="lines",
            line={"color": colour, "width": 1.5},
            hovertemplate="%{x:.4g}: %{y:.3g}<extra>%{fullData.name}</extra>",
        )
    figure.add_scatter(
        x=parts.index,
        y=parts.sum(axis=1),
        name="all together",
        mode="lines",
        line={"color": colours.ink, "width": 2.5},
        hovertemplate="%{x:.4g}: %{y:.3g}<extra>all together</extra>",
    )
    return figure


def components(
    means: pd.DataFrame,
    forecast: float,
    interval: tuple[float, float],
    actual: float,
    target: str,
    colours: Palette,
) -> go.Figure:
    """Draw what each variable alone would forecast, with its weight, and the interval.

    For objectives that learn no density of a component: only its mean is drawn.

    Args:
        means: index variables, columns weight and component_mean, largest weight first.
        forecast: of all together.
        interval: its lower and upper end.
        actual: true value; NaN: not known.
        target: its name and unit.
        colours: of the page.
    """
    names = [str(name) for name in means.index]
    figure = go.Figure()
    figure.add_scatter(
        x=means["component_mean"],
        y=np.arange(len(names)),
        mode="markers",
        marker={
            "color": colours.forecast,
            "size": means["weight"],
            "sizemode": "area",
            "sizeref": float(means["weight"].max()) / 18**2 or 1,
            "sizemin": 3,
            "line": {"width": 1, "color": colours.ink},
        },
        customdata=means["weight"],
        hovertext=[label(name, 60) for name in names],
        hovertemplate=(
            "%{hovertext}<br>by itself %{x:.4g}<br>weight %{customdata:.3f}<extra></extra>"
        ),
    )
    lines = mark_forecast(colours, forecast, actual)
    band = {"x0": interval[0], "x1": interval[1], "y0": 0, "y1": 1, "yref": "paper"}
    look = {"fillcolor": colours.band, "line": {"width": 0}, "layer": "below"}
    lines["shapes"] = [{"type": "rect", **band, **look}, *lines["shapes"]]
    return styled(
        figure,
        colours,
        100 + 26 * len(names),
        margin=fixed_margin(names, top=40),
        showlegend=False,
        xaxis={"title": {"text": label(target)}},
        yaxis=row_names(names),
        **lines,
    )
