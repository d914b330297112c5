"""Draw the parts of one forecast: contributions that add up to it, and weights."""

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.theme import (
    Palette,
    fixed_margin,
    label,
    mark_forecast,
    name_rows,
    row_names,
    styled,
    vertical_line,
)


def waterfall(
    parts: "pd.Series[float]",
    start: tuple[str, float],
    actual: float,
    target: str,
    colours: Palette,
) -> go.Figure:
    """Draw the contributions from the base to the forecast.

    Args:
        parts: contributions in the order in which they are added, in the target's unit.
        start: name and value of the base, in the target's unit.
        actual: true value; NaN: not known.
        target: its name and unit.
        colours: of the page.
    """
    name, base = start
    ends = base + np.cumsum(parts.to_numpy(float))
    starts = np.concatenate([[base], ends[:-1]])
    places = np.arange(1, len(parts) + 1)
    rises = ends[-1] > base  # both numbers stand on the inner side, where there is room
    negligible = parts.abs().max() / 1000
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
        text=[_signed(part) if abs(part) > negligible else "≈ 0" for part in parts],
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
        textposition=["middle right", "middle left"] if rises else ["middle left", "middle right"],
        cliponaxis=False,
        hovertemplate="%{x:.4g}<extra></extra>",
    )
    rows = [name, *(str(name) for name in parts.index), "forecast"]
    ends_shown = np.array([base, *ends, *([actual] if math.isfinite(actual) else [])])
    margin = 0.14 * (np.ptp(ends_shown) or abs(base) or 1)
    return styled(
        figure,
        colours,
        80 + 26 * len(rows),
        margin=fixed_margin(rows, top=24, right=44),
        showlegend=False,
        xaxis={
            "title": {"text": label(target)},
            "range": [ends_shown.min() - margin, ends_shown.max() + margin],
        },
        yaxis=row_names(rows),
        **mark_forecast(colours, math.nan, actual),
    )


def weights(
    prior: "pd.Series[float]",
    posterior: "pd.Series[float] | None",
    uniform: float,
    colours: Palette,
) -> go.Figure:
    """Draw the weight of each variable, and its responsibility where the true value is known."""
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
    named = {
        "text": f"uniform {uniform:.3f}",
        "x": uniform,
        "y": len(names) - 1,  # beside the shortest bar
        "xanchor": "left",
        "font": {"color": colours.faint},
        "showarrow": False,
    }
    return styled(
        figure,
        colours,
        90 + 26 * len(names),
        margin=fixed_margin(names, top=30),
        showlegend=posterior is not None,
        bargap=0.35,
        xaxis={"title": {"text": "share (sums to 1)"}, "range": [0, None]},
        yaxis=row_names(names),
        shapes=[vertical_line(uniform, colours.faint)],
        annotations=[named],
    )


def _signed(value: float) -> str:
    digits = "+,.0f" if abs(value) >= 1000 else "+.3g"
    return format(value, digits).replace("-", "−")


def contributions(parts: pd.DataFrame, explains: str, target: str, colours: Palette) -> go.Figure:
    """Draw what each variable adds, before and after.

    Args:
        parts: index variables, columns before and after, in the target's unit.
        explains: what they add to, the "forecast" or the "change".
        target: its name and unit.
        colours: of the page.
    """
    names, places = [str(name) for name in parts.index], np.arange(len(parts))
    figure = go.Figure()
    for column, colour, pattern in (
        ("before", colours.faint, "/"),
        ("after", colours.forecast, ""),
    ):
        figure.add_bar(
            x=parts[column],
            y=places,
            orientation="h",
            name=column,
            marker={"color": colour, "pattern": {"shape": pattern}},
            hovertext=[label(name, 60) for name in names],
            hovertemplate=f"%{{hovertext}}<br>{column}: %{{x:+.4g}}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": colours.faint, "width": 1})
    name_rows(figure, names)
    figure.update_xaxes(title=f"adds to the {explains}, {label(target)}")
    figure.update_layout(barmode="group", bargap=0.3, legend_traceorder="normal")
    return styled(figure, colours, 90 + 36 * len(names), margin=fixed_margin(names, top=30))
