"""What one forecast is made of: contributions, weights, and what each variable says by itself."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import Palette, finish_within, label, name_rows

COLOURED = 7  # densities with a colour of their own
POINTS = 201  # of a density


def waterfall(
    parts: "pd.Series[float]", base: float, actual: float, target: str, colours: Palette
) -> go.Figure:
    """From the base, contribution by contribution, to the forecast.

    Args:
        parts: contributions in the order in which they are added, in the target's unit.
        base: where the forecast starts.
        actual: what came true; NaN: not known.
        target: its name and unit.
        colours: of the page.
    """
    ends = base + np.cumsum(parts.to_numpy(float))
    starts = np.concatenate([[base], ends[:-1]])
    places = np.arange(1, len(parts) + 1)
    trifle = parts.abs().max() / 1000
    figure = go.Figure()
    figure.add_bar(
        base=starts,
        x=parts.to_numpy(float),
        y=places,
        orientation="h",
        marker={
            "color": [colours.forecast if part >= 0 else colours.accent for part in parts],
            "pattern": {"shape": ["" if part >= 0 else "/" for part in parts]},
        },
        text=[_signed(part) if abs(part) > trifle else "≈ 0" for part in parts],
        textposition="outside",
        cliponaxis=False,
        customdata=np.column_stack([starts, ends]),
        hovertext=[label(str(name), 60) for name in parts.index],
        hovertemplate=(
            "%{hovertext}<br>adds %{text}<br>from %{customdata[0]:.4g} to %{customdata[1]:.4g}"
            "<extra></extra>"
        ),
    )
    figure.add_scatter(  # from each row to the next, at the sum so far
        x=np.repeat([base, *ends], 3),
        y=np.ravel([[place, place + 1, np.nan] for place in range(len(parts) + 1)]),
        mode="lines",
        line={"color": colours.faint, "width": 1},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=[base, ends[-1]],
        y=[0, len(parts) + 1],
        mode="markers+text",
        marker={"symbol": "diamond", "size": 12, "color": colours.ink},
        text=[f"{base:.4g}", f"{ends[-1]:.4g}"],
        textposition="middle right",
        cliponaxis=False,
        hovertemplate="%{x:.4g}<extra></extra>",
    )
    rows = ["start", *(str(name) for name in parts.index), "forecast"]
    name_rows(figure, rows)
    _mark(figure, actual, "actual", colours)
    seen = np.array([base, *ends, *([actual] if math.isfinite(actual) else [])])
    margin = 0.14 * (np.ptp(seen) or abs(base) or 1)
    figure.update_xaxes(title=label(target), range=[seen.min() - margin, seen.max() + margin])
    return finish_within(figure, 80 + 26 * len(rows), rows, (24, 12, 52), showlegend=False)


def weights(
    prior: "pd.Series[float]",
    posterior: "pd.Series[float] | None",
    uniform: float,
    colours: Palette,
) -> go.Figure:
    """The weight of each variable, largest first; with the posterior, where there is one."""
    names, places = [str(name) for name in prior.index], np.arange(len(prior))
    shown = [label(name, 60) for name in names]
    figure = go.Figure(
        go.Bar(
            x=prior.to_numpy(),
            y=places,
            orientation="h",
            name="weight π (prior)",
            marker_color=colours.forecast,
            hovertext=shown,
            hovertemplate="%{hovertext}<br>weight %{x:.3f}<extra></extra>",
        )
    )
    if posterior is not None:
        figure.add_scatter(
            x=posterior.to_numpy(),
            y=places,
            mode="markers",
            name="posterior q, now that the value is known",
            marker={"symbol": "diamond-open", "size": 9, "color": colours.accent, "line_width": 2},
            hovertext=shown,
            hovertemplate="%{hovertext}<br>posterior %{x:.3f}<extra></extra>",
        )
    figure.add_vline(x=uniform, line={"color": colours.faint, "dash": "dash"})
    figure.add_annotation(
        x=uniform,
        y=len(names) - 1,
        text=f"uniform {uniform:.3f}",
        font_color=colours.faint,
        xanchor="left",
        showarrow=False,
    )
    name_rows(figure, names)
    figure.update_xaxes(title="share (sums to 1)", range=[0, None])
    figure.update_layout(showlegend=posterior is not None, bargap=0.35)
    return finish_within(figure, 90 + 26 * len(names), names, (30, 12, 52))


def densities(
    components: pd.DataFrame,
    moments: tuple[float, float],
    actual: float,
    target: str,
    colours: Palette,
) -> go.Figure:
    """The density of the forecast, and the part of it that each variable brings.

    Args:
        components: index variables, columns weight, component_mean, component_spread; those with
            a colour of their own first.
        moments: mean and standard deviation of all together.
        actual: what came true; NaN: not known.
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
    parts = pi * np.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))
    figure = go.Figure()
    for part, name, colour in zip(
        parts, components.index, colours.several[:COLOURED], strict=False
    ):
        figure.add_scatter(
            x=x,
            y=part,
            name=label(str(name)),
            mode="lines",
            line={"color": colour, "width": 1.5},
            hovertemplate="%{x:.4g}: %{y:.3g}<extra>%{fullData.name}</extra>",
        )
    figure.add_scatter(
        x=x,
        y=parts.sum(axis=0),
        name="all together",
        mode="lines",
        line={"color": colours.ink, "width": 2.5},
        hovertemplate="%{x:.4g}: %{y:.3g}<extra>all together</extra>",
    )
    _mark(figure, mean, "forecast", colours, dash="dash", line=1)
    _mark(figure, actual, "actual", colours)
    figure.update_xaxes(title=label(target), range=[x[0], x[-1]])
    figure.update_yaxes(title="density, weighted", rangemode="tozero")
    below = {"orientation": "h", "y": -0.24, "yanchor": "top"}
    return finish_within(figure, 430, sides=(40, 12, 160), legend=below)


def components(
    means: pd.DataFrame,
    forecast: float,
    interval: tuple[float, float],
    actual: float,
    target: str,
    colours: Palette,
) -> go.Figure:
    """What each variable would forecast by itself, with its weight, and the forecast's interval.

    For objectives that learn no density of a component: only its mean is drawn.

    Args:
        means: index variables, columns weight and component_mean, largest weight first.
        forecast: of all together.
        interval: its lower and upper end.
        actual: what came true; NaN: not known.
        target: its name and unit.
        colours: of the page.
    """
    names = [str(name) for name in means.index]
    figure = go.Figure()
    figure.add_vrect(
        x0=interval[0], x1=interval[1], fillcolor=colours.band, line_width=0, layer="below"
    )
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
    name_rows(figure, names)
    _mark(figure, forecast, "forecast", colours, dash="dash", line=1)
    _mark(figure, actual, "actual", colours)
    figure.update_xaxes(title=label(target))
    return finish_within(figure, 100 + 26 * len(names), names, (40, 12, 52), showlegend=False)


def _mark(
    figure: go.Figure, x: float, text: str, colours: Palette, dash: str = "solid", line: int = 0
) -> None:
    """A line across, named above the figure, where there is something to mark."""
    if not math.isfinite(x):
        return
    figure.add_vline(x=x, line={"color": colours.accent, "dash": dash, "width": 2})
    figure.add_annotation(
        x=x,
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=14 * line,
        text=f"{text} {x:.4g}",
        font_color=colours.accent,
        showarrow=False,
    )


def _signed(value: float) -> str:
    digits = "+,.0f" if abs(value) >= 1000 else "+.3g"
    return format(value, digits).replace("-", "−")
