"""Draw importances side by side: of two models, by several measures, without parts of a model."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.theme import Palette, label, mark_uniform, name_rows, styled, whiskers


class ModelImportance(NamedTuple):
    """Importance of one model's variables."""

    name: str
    importance: "pd.Series[float]"
    spread: pd.DataFrame  # its `low` and `high`
    over: str  # what low and high are taken over, in words
    uniform: float  # the share of each variable if all were equal


def pairs(sides: Sequence[ModelImportance], colours: Palette) -> go.Figure:
    """Draw the importance of every variable of two models, with ranges.

    Args:
        sides: two.
        colours: of the page.
    """
    shares = pd.DataFrame({place: side.importance for place, side in enumerate(sides)})
    names = list(shares.mean(axis=1).sort_values(ascending=False).index)
    figure = go.Figure()
    for side, colour in zip(sides, (colours.forecast, colours.accent), strict=True):
        own = [name for name in names if name in side.importance.index]
        values = side.importance.loc[own].to_numpy()
        low, high = (side.spread.loc[own, end].to_numpy() for end in ("low", "high"))
        figure.add_bar(
            x=values,
            y=[names.index(name) for name in own],
            orientation="h",
            name=label(side.name, 40),
            marker_color=colour,
            error_x={"color": colours.ink, **whiskers(low, values, high, width=3)},
            customdata=list(zip(low, high, strict=True)),
            text=[label(name, 60) for name in own],
            textposition="none",
            hovertemplate=(
                "%{text}<br>importance %{x:.3f}<br>" + side.over + " %{customdata[0]:.3f} to "
                "%{customdata[1]:.3f}<extra>%{fullData.name}</extra>"
            ),
        )
    uniforms = sorted({side.uniform for side in sides})
    for uniform in uniforms:
        anchor = "left" if uniform == uniforms[-1] else "right"
        mark_uniform(figure, uniform, len(names) - 1, colours, anchor)
    name_rows(figure, names)
    figure.update_xaxes(title="share of importance (sums to 1)", range=[0, None])
    figure.update_layout(barmode="group", bargap=0.3)
    return styled(figure, colours, 130 + 38 * len(names))


SYMBOLS = ("circle", "diamond", "square", "triangle-up")


class Measure(NamedTuple):
    """Shares of variables by one measure of importance."""

    name: str
    shares: pd.DataFrame  # index variables; share, low, high (NaN: no interval is known)
    hover: "pd.Series[str]"  # the same in its own unit, for the pointer


def same_scale(figures: Sequence[go.Figure]) -> None:
    """Give heatmaps of shares the same colour scale."""
    top = max(figure.data[0].zmax for figure in figures)
    for figure in figures:
        bar = figure.data[0].colorbar
        words = (*bar.ticktext[:-1], f"{top:.0%}" if top >= 0.05 else f"{top:.1%}")
        ticks = {"tickvals": (*bar.tickvals[:-1], top), "ticktext": words}
        figure.update_traces(zmax=top, colorbar=ticks)


def measures(ways: Sequence[Measure], uniform: float, colours: Palette) -> go.Figure:
    """Draw each variable's share by several measures, with intervals.

    Args:
        ways: of the same variables in the same order.
        uniform: the share of each variable if all were equal.
        colours: of the page.
    """
    names = list(ways[0].shares.index)
    places = np.arange(len(names))
    apart = np.linspace(-0.27, 0.27, len(ways))
    figure = go.Figure()
    for way, shift, symbol, colour in zip(ways, apart, SYMBOLS, colours.several, strict=False):
        low, share, high = (way.shares[side].to_numpy() for side in ("low", "share", "high"))
        figure.add_scatter(
            x=share,
            y=places + shift,
            mode="markers",
            name=way.name,
            marker={"symbol": symbol, "size": 9, "color": colour},
            error_x=whiskers(low, share, high, width=3),
            customdata=list(zip([label(name, 60) for name in names], way.hover, strict=True)),
            hovertemplate=(
                "%{customdata[0]}<br>%{fullData.name} %{x:.1%} of all<br>%{customdata[1]}"
                "<extra></extra>"
            ),
        )
    for place in places[1:] - 0.5:
        figure.add_hline(y=place, line={"color": colours.faint, "width": 0.5})
    figure.add_vline(x=0, line={"color": colours.faint})
    figure.add_vline(x=uniform, line={"color": colours.faint, "dash": "dash"})
    figure.add_annotation(
        x=uniform,
        y=len(names) - 0.5,
        yanchor="bottom",
        text=f"uniform {uniform:.1%}",
        font_color=colours.faint,
        xanchor="left",
        showarrow=False,
    )
    name_rows(figure, names)
    figure.update_yaxes(showgrid=False, zeroline=False)
    figure.update_xaxes(title="share of all variables (each sums to 100%)", tickformat=".0%")
    return styled(figure, colours, 150 + 40 * len(names))


def rises(changes: pd.DataFrame, colours: Palette) -> go.Figure:
    """Draw how far the error rises without a part of the model, with intervals.

    Args:
        changes: index what was changed, in words; rise, low, high (0.02: 2% more), rmse.
        colours: of the page.
    """
    names = list(changes.index)
    rise, low, high = (changes[side].to_numpy() for side in ("rise", "low", "high"))
    figure = go.Figure(
        go.Bar(
            x=rise,
            y=list(range(len(names))),
            orientation="h",
            marker_color=colours.forecast,
            error_x={"color": colours.ink, **whiskers(low, rise, high)},
            customdata=list(zip(names, low, high, changes["rmse"], strict=True)),
            hovertemplate=(
                "%{customdata[0]}<br>error %{x:+.1%}, interval %{customdata[1]:+.1%} to "
                "%{customdata[2]:+.1%}<br>RMSE %{customdata[3]:.4g}<extra></extra>"
            ),
        )
    )
    figure.add_vline(x=0, line={"color": colours.ink, "width": 1})
    name_rows(figure, names)
    figure.update_xaxes(title="rise of the error (RMSE)")
    figure.update_xaxes(tickformat="+.0%" if np.ptp([*low, *high, 0]) > 0.04 else "+.1%")
    return styled(figure, colours, 110 + 40 * len(names), bargap=0.45)
