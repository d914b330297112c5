"""Importances of two models on one axis."""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import Palette, finish, label, name_rows


class Side(NamedTuple):
    """The importance of one model's variables."""

    name: str
    importance: "pd.Series[float]"
    spread: pd.DataFrame  # its `low` and `high`
    over: str  # what low and high are taken over, in words
    uniform: float  # the share of each variable if all were alike


def pairs(sides: Sequence[Side], colours: Palette) -> go.Figure:
    """Bars of every variable that either has, side by side, with their ranges.

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
            error_x={
                "type": "data",
                "symmetric": False,
                "array": high - values,
                "arrayminus": values - low,
                "color": colours.ink,
                "thickness": 1.5,
                "width": 3,
            },
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
        figure.add_vline(x=uniform, line={"color": colours.faint, "dash": "dash"})
        figure.add_annotation(
            x=uniform,
            y=len(names) - 1,
            text=f"uniform {uniform:.3f}",
            font_color=colours.faint,
            xanchor="left" if uniform == uniforms[-1] else "right",
            showarrow=False,
        )
    name_rows(figure, names)
    figure.update_xaxes(title="share of importance (sums to 1)", range=[0, None])
    figure.update_layout(barmode="group", bargap=0.3)
    return finish(figure, height=130 + 38 * len(names))
