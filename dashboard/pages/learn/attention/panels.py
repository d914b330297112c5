"""Figures of chapter 3: scores and weights before and after a change, and the cap of tanh."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.importance import heatmap
from dashboard.figures.theme import (
    LARGE,
    Palette,
    horizontal_line,
    label,
    row_names,
    styled,
    ticks_at,
    vertical_line,
)
from dashboard.pages.learn.panels import framed
from dashboard.ui.panel import Panel
from imv_core.arrays import Floats
from imv_core.inspect.attending import Attending, tanh_cap

LAG = "lag (1 = last observed row)"
BEFORE, AFTER = "trained network", "with your changes"
MOST_CHOICES = 32
HEIGHT = 380


def _pairs(
    names: Sequence[str],
    both: tuple[Floats, Floats],
    unit: str,
    colours: Palette,
    uniform: float | None = None,
    at: str = "",
) -> go.Figure:
    """Draw two bars for every name, before and after; with a uniform value they are shares."""
    form = ".2f" if uniform is None else ".1%"
    texts = [label(name) for name in names]
    figure = go.Figure(
        [
            go.Bar(
                x=list(range(len(names))),
                y=values,
                name=name,
                marker_color=colour,
                text=texts,
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
    return styled(
        figure,
        colours,
        HEIGHT,
        LARGE,
        bargap=0.25,
        bargroupgap=0.05,
        xaxis={**ticks_at(names), "title": {"text": at}},
        yaxis=axis,
        shapes=[] if uniform is None else [horizontal_line(uniform, colours.ink)],
    )


def _forecasts_figure(
    names: Sequence[str],
    before: tuple[Floats, float],
    after: tuple[Floats, float],
    target: str,
    colours: Palette,
) -> go.Figure:
    """Draw the forecast of each variable, (N,), and of all, before and after."""
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
        lines.append(vertical_line(forecast, colour, dash))
    return styled(
        figure,
        colours,
        HEIGHT,
        LARGE,
        shapes=lines,
        xaxis={"title": {"text": label(target)}},
        yaxis=row_names(names),
    )


def _cap_figure(now: dict[str, tuple[int, float]], colours: Palette) -> go.Figure:
    """Draw the cap by number of choices; `now`: choices -> their number, and largest weight."""
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
    return styled(
        figure,
        colours,
        HEIGHT + 60,
        LARGE,
        shapes=[horizontal_line(1, colours.ink)],
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


@dataclass(frozen=True, eq=False)
class ScoreChange:
    """A forecast of the network before and after a change of scores."""

    before: Attending
    after: Attending
    names: Sequence[str]  # of the variables
    variable: int  # chosen, from 0
    lag: int  # chosen, from 1
    base: float  # of the forecast, in the target's unit
    unit: float  # of a scaled forecast, in the target's unit

    @property
    def name(self) -> str:
        """Name of the chosen variable."""
        return self.names[self.variable]

    @property
    def lags(self) -> list[int]:
        """Lags T to 1, in the order of the arrays."""
        return list(range(self.before.alpha.shape[1], 0, -1))

    @property
    def forecasts(self) -> tuple[float, float]:
        """Forecasts before and after, in the target's unit."""
        before, after = (self.base + a.forecast * self.unit for a in (self.before, self.after))
        return before, after

    @property
    def means(self) -> tuple[Floats, Floats]:
        """Forecasts of each variable alone, before and after, in the target's unit."""
        before, after = (self.base + a.mean * self.unit for a in (self.before, self.after))
        return before, after


def scores(change: ScoreChange, colours: Palette) -> Panel:
    """Draw the scores of the chosen variable over its lags."""
    before, after = (a.scores[change.variable] for a in (change.before, change.after))
    old, new = before[-change.lag], after[-change.lag]
    return Panel(
        f"{change.name} scores lag {change.lag} with {new:.2f}"
        + (f", {old:.2f} in the trained network" if f"{old:.2f}" != f"{new:.2f}" else ""),
        _pairs([str(lag) for lag in change.lags], (before, after), "score", colours, at=LAG),
        lambda: pd.DataFrame({"lag": change.lags, "before": before, "after": after}),
        "attention_scores",
    )


def alpha(change: ScoreChange, colours: Palette) -> Panel:
    """Draw the weights of all lags of all variables after the change."""
    old, new = (a.alpha[change.variable, -change.lag] for a in (change.before, change.after))
    names, T = change.names, len(change.lags)
    shares = pd.DataFrame(change.after.alpha, index=list(names), columns=change.lags)
    shares = shares[range(1, T + 1)]
    figure = heatmap(shares, 1 / T, colours, "weight", "").update_xaxes(title=LAG)
    top = figure.data[0].zmax
    figure.update_traces(colorbar_ticktext=["0", f"1/{T} uniform", f"{top:.0%}"])
    figure = styled(figure, colours, HEIGHT, LARGE)
    return Panel(
        f"{new:.1%} of the weight of {change.name} lies on lag {change.lag}" + _before(old, new),
        framed(figure, (change.variable, change.variable + 1), change.lag, colours),
        lambda: _alpha(change),
        "attention",
    )


def variables(change: ScoreChange, colours: Palette) -> Panel:
    """Draw the weights of the variables."""
    before, after = change.before.pi, change.after.pi
    old, new = before[change.variable], after[change.variable]
    return Panel(
        f"Weights over variables: {change.name} has {new:.1%}{_before(old, new)}",
        _pairs(change.names, (before, after), "weight π", colours, 1 / len(before)),
        lambda: pd.DataFrame({"variable": change.names, "before": before, "after": after}),
        "attention_variables",
    )


def forecast(change: ScoreChange, target: str, colours: Palette) -> Panel:
    """Draw the forecast of each variable alone, and the forecast of all."""
    before, after = change.forecasts
    means, others = change.means
    return Panel(
        f"The forecast of {target} is {before:.1f}"
        + (f", and {after:.1f} with your changes" if f"{before:.1f}" != f"{after:.1f}" else ""),
        _forecasts_figure(change.names, (means, before), (others, after), target, colours),
        lambda: pd.DataFrame({"variable": change.names, "before": means, "after": others}),
        "attention_forecast",
    )


def cap(change: ScoreChange, colours: Palette) -> Panel:
    """Draw the largest weight that tanh allows, and the largest weights now."""
    over_time, over_variables = change.after.alpha[change.variable], change.after.pi
    now = {
        f"lags of {change.name}": (len(over_time), float(over_time.max())),
        "variables": (len(over_variables), float(over_variables.max())),
    }
    limits = " and ".join(
        f"{tanh_cap(count):.0%} for one of {count} {what.split()[0]} (now {largest:.0%})"
        for what, (count, largest) in now.items()
    )
    return Panel(
        f"With tanh a weight is at most {limits}",
        _cap_figure(now, colours),
        _cap,
        "attention_cap",
    )


def _before(old: float, new: float) -> str:
    return f", {old:.1%} in the trained network" if f"{old:.1%}" != f"{new:.1%}" else ""


def _alpha(change: ScoreChange) -> pd.DataFrame:
    N, T = change.after.alpha.shape
    return pd.DataFrame(
        {
            "variable": np.repeat(list(change.names), T),
            "lag": np.tile(change.lags, N),
            "before": change.before.alpha.ravel(),
            "after": change.after.alpha.ravel(),
        }
    )


def _cap() -> pd.DataFrame:
    choices = np.arange(1, MOST_CHOICES + 1)
    return pd.DataFrame({"choices": choices, "largest": tanh_cap(choices), "uniform": 1 / choices})
