"""Scores and weights before and after they were touched, and how high tanh lets weights go."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.look import Palette, enlarge, label, row_names, ticks_at, upright
from imv_core.anatomy.attending import tanh_cap
from imv_core.scaling import Floats

LAG = "lag (1 = last observed row)"
BEFORE, AFTER = "trained network", "with your changes"
MOST_CHOICES = 32
HEIGHT = 380


def pairs(
    names: Sequence[str],
    both: tuple[Floats, Floats],
    unit: str,
    colours: Palette,
    uniform: float | None = None,
    at: str = "",
) -> go.Figure:
    """Two bars side by side for every name.

    Args:
        names: of what is compared.
        both: as the network has it, and as it would be.
        unit: of both; shares where there is a uniform one.
        colours: of the page.
        uniform: the share of each if all were alike.
        at: what the names are of.
    """
    form = ".2f" if uniform is None else ".1%"
    told = [label(name) for name in names]
    figure = go.Figure(
        [
            go.Bar(
                x=list(range(len(names))),
                y=values,
                name=name,
                marker_color=colour,
                text=told,
                textposition="none",
                hovertemplate=f"%{{text}}<br>{name} %{{y:{form}}}<extra></extra>",
            )
            for name, values, colour in (
                (BEFORE, both[0], colours.faint),
                (AFTER, both[1], colours.accent),
            )
        ]
    )
    axis: dict[str, object] = {"title": {"text": unit}}
    if uniform is not None:
        axis |= {"tickformat": ".0%", "range": [0, 1]}
    return enlarge(
        figure,
        HEIGHT,
        bargap=0.25,
        bargroupgap=0.05,
        xaxis={**ticks_at(names), "title": {"text": at}},
        yaxis=axis,
        shapes=[] if uniform is None else [_across(uniform, colours)],
    )


def _across(y: float, colours: Palette) -> dict[str, object]:
    line = {"color": colours.ink, "dash": "dash", "width": 2}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "line": line}


def forecasts(
    names: Sequence[str],
    before: tuple[Floats, float],
    after: tuple[Floats, float],
    target: str,
    colours: Palette,
) -> go.Figure:
    """What each variable says, and the forecast that becomes of it.

    Args:
        names: of the N variables.
        before: (N,) their forecasts and the whole one, as the network has them.
        after: as they would be.
        target: its name, for the axis.
        colours: of the page.
    """
    figure, lines = go.Figure(), []
    looks = (
        (BEFORE, before, colours.faint, "circle-open", 22, "solid"),
        (AFTER, after, colours.accent, "diamond", 14, "dash"),
    )
    for name, (means, forecast), colour, symbol, size, dash in looks:
        figure.add_scatter(
            x=means,
            y=list(range(len(names))),
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": size, "color": colour, "line_width": 3},
            hovertemplate=f"{name}: %{{x:.1f}}<extra></extra>",
        )
        lines.append(upright(forecast, colour, dash))
    return enlarge(
        figure,
        HEIGHT,
        shapes=lines,
        xaxis={"title": {"text": label(target)}},
        yaxis=row_names(names),
    )


def cap(now: dict[str, tuple[int, float]], colours: Palette) -> go.Figure:
    """The largest weight that tanh allows, over the number of choices.

    Args:
        now: what is chosen from -> how many there are, and the largest of their weights.
        colours: of the page.
    """
    choices = np.arange(1, MOST_CHOICES + 1)
    figure = go.Figure()
    lines = (
        ("with tanh, at most", tanh_cap(choices), colours.forecast, "solid"),
        ("uniform, 1/K", 1 / choices, colours.faint, "dot"),
    )
    for name, values, colour, dash in lines:
        figure.add_scatter(
            x=choices,
            y=values,
            mode="lines+markers" if dash == "solid" else "lines",
            name=name,
            marker={"size": 8},
            line={"color": colour, "width": 4, "dash": dash},
            hovertemplate=f"one of %{{x}}: {name} %{{y:.3f}}<extra></extra>",
        )
    figure.add_scatter(
        x=[count for count, _ in now.values()],
        y=[weight for _, weight in now.values()],
        mode="markers",
        name="largest weight now",
        text=[f"{label(what)}, {count}" for what, (count, _) in now.items()],
        marker={"symbol": "diamond", "size": 18, "color": colours.accent},
        hovertemplate="%{text}: largest weight now %{y:.3f}<extra></extra>",
    )
    place = {"x": MOST_CHOICES, "y": 1, "xanchor": "right", "yanchor": "bottom"}
    words = {"text": "without tanh: up to 1", "font": {"color": colours.ink}, "showarrow": False}
    ticks = [1, *(count for count, _ in now.values()), 10, 16, 24, MOST_CHOICES]
    return enlarge(
        figure,
        HEIGHT + 60,
        shapes=[_across(1, colours)],
        annotations=[{**place, **words}],
        xaxis={
            "title": {"text": "number of choices K"},
            "tickvals": sorted(set(ticks)),
            "range": [0, MOST_CHOICES + 1],
        },
        yaxis={
            "title": {"text": "weight"},
            "range": [0, 1.12],
            "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
            "tickformat": ".1f",
        },
    )
