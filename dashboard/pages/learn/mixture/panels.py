"""Figures of chapter 4: components of a forecast at one value, and their responsibilities."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.densities import curves
from dashboard.figures.theme import LARGE, Palette, label, styled, vertical_line
from dashboard.ui.panel import Panel
from imv_core import OneForecast
from imv_core.inspect.mixing import mix

HEIGHT = 440  # pixels


def _densities_figure(
    parts: pd.DataFrame, at: "pd.Series[float]", y: float, actual: float, colours: Palette
) -> go.Figure:
    """Draw the components and their sum, with their heights at y and the true value."""
    figure = curves(parts, colours)
    figure.update_traces(line_width=3)
    figure.data[-1].line.dash = "dot"  # all together, drawn over those below it
    figure.add_scatter(
        x=[y] * len(at),
        y=at,
        mode="markers",
        marker={"size": 14, "color": colours.several[: len(at)], "line_width": 1},
        customdata=[label(str(name)) for name in at.index],
        hovertemplate="%{customdata} at %{x:.4g}: %{y:.3g}<extra></extra>",
        showlegend=False,
    )
    outwards = ("left", "right") if actual > y else ("right", "left")  # names do not meet
    lines, names = [], []
    for x, text, side, colour, dash in (
        (actual, f"came true: {actual:.4g}", outwards[0], colours.ink, "dash"),
        (y, f"y = {y:g}", outwards[1], colours.accent, "solid"),
    ):
        lines.append(vertical_line(x, colour, dash))
        place = {"x": x, "y": 1, "yref": "paper", "xanchor": side, "yanchor": "bottom"}
        names.append({"text": text, "font": {"color": colour}, "showarrow": False, **place})
    ends = [float(parts.index[0]), float(parts.index[-1])]
    return styled(
        figure,
        colours,
        HEIGHT,
        LARGE,
        shapes=lines,
        annotations=names,
        xaxis={"title": {"text": "y, in the unit of the target"}, "range": ends},
        yaxis={"title": {"text": "density"}, "rangemode": "tozero"},
        legend={"y": -0.22, "yanchor": "top"},
        margin={"t": 36},
    )


def _shares_figure(
    prior: "pd.Series[float]", posterior: "pd.Series[float]", colours: Palette
) -> go.Figure:
    """Draw prior and posterior of each variable, one below the other."""
    names = [label(str(name)) for name in prior.index]
    own = colours.several[: len(names)]
    figure = go.Figure()
    for values, name, inside in (
        (prior, "prior π", "rgba(0, 0, 0, 0)"),
        (posterior, "posterior q", own),
    ):
        figure.add_bar(
            x=values,
            y=names,
            orientation="h",
            name=name,
            marker={"color": inside, "line": {"color": own, "width": 3}},
            text=[f"{value:.0%}" for value in values],
            textposition="outside",
            textfont_size=LARGE,
            cliponaxis=False,
            hovertemplate="%{y}: " + name + " %{x:.3f}<extra></extra>",
        )
    uniform = 1 / len(names)
    return styled(
        figure,
        colours,
        HEIGHT,
        LARGE,
        bargap=0.25,
        shapes=[vertical_line(uniform, colours.faint)],
        xaxis={
            "title": {"text": "share (sums to 1)"},
            "range": [0, 1.12],
            "tickvals": [0, uniform, 0.5, 1],
            "ticktext": ["0", f"{uniform:g}<br>uniform", "0.5", "1"],
        },
        yaxis={"autorange": "reversed"},
    )


LOW, HIGH = 40.0, 160.0  # include every component of every window
POINTS = 481  # of a density
VISIBLE = 0.02  # least weight of a bell that an axis must include


def components(one: OneForecast, y: float, colours: Palette) -> Panel:
    """Draw the densities over the target's values.

    Args:
        one: a forecast of the relay.
        y: a value of the target.
        colours: of the page.
    """
    names, actual = list(one.variables), float(one.window.actual[0])
    values = np.linspace(*_in_view(one, y, actual), POINTS)
    parts = pd.DataFrame(mix(one, values).parts, pd.Index(values, name="y"), names)
    at = pd.Series(mix(one, np.array([y])).parts[0], names)
    return Panel(
        f"At y = {y:g} the bells of all variables add up to a density of {at.sum():.2g}; "
        f"the highest there is that of {at.idxmax()}",
        _densities_figure(parts, at, y, actual, colours),
        lambda: parts.assign(together=parts.sum(axis=1)).reset_index(),
        "mixture",
    )


def responsibility(one: OneForecast, y: float, colours: Palette) -> Panel:
    """Draw prior and posterior of each variable.

    Args:
        one: a forecast of the relay.
        y: a value of the target.
        colours: of the page.
    """
    names = list(one.variables)
    prior = pd.Series(one.weight[0], names)
    posterior = pd.Series(mix(one, np.array([y])).posterior[0], names)
    most = str(posterior.idxmax())
    return Panel(
        f"If y = {y:g} came true, {most} would take {posterior[most]:.0%} of the responsibility; "
        f"its prior is {prior[most]:.0%}",
        _shares_figure(prior, posterior, colours),
        lambda: pd.DataFrame({"variable": names, "prior": prior, "posterior": posterior}),
        "mixture",
    )


def _in_view(one: OneForecast, y: float, actual: float) -> tuple[float, float]:
    """Return ends that include y, the true value, and each bell that is not nearly flat."""
    visible = one.weight[0] > VISIBLE
    middle, width = one.component_mean[0][visible], one.component_spread[0][visible]
    ends = [y - 2, y + 2, actual - 2, actual + 2, *(middle - 4 * width), *(middle + 4 * width)]
    return float(min(ends)), float(max(ends))
