"""Draw maps of one window: numbers of variables x lags, above the input values."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.importance import MOST_NUMBERED_CELLS, lag_axis, lag_name
from dashboard.figures.theme import (
    Layout,
    Palette,
    colour_bar,
    colour_scale,
    fixed_margin,
    label,
    row_names,
    styled,
)

SCALE = 104  # pixels that a scale of colours takes
FAR = 3  # standard deviations from the median, where the colours of values end


@dataclass(frozen=True)
class Cells:
    """Numbers of variables x lags, and how to show them.

    Args:
        shown: index variables, columns lags 1..T.
        mark: number to mark on the scale: the uniform share, or 0 for signed numbers.
        is_signed: whether colours run to both sides of 0; else from 0 to twice the mark or more.
        unit: what the colours mean, for the scale.
        format: of a number, in percent; empty: two digits, with a sign if they are signed.
        title: of the map, where there is another map below.
        least: signed colours end there or farther out, so that small numbers stay pale.
    """

    shown: pd.DataFrame
    mark: float
    is_signed: bool
    unit: str
    format: str
    title: str = ""
    least: float = 0.0

    @property
    def names(self) -> list[str]:
        """Names of the variables."""
        return [str(name) for name in self.shown.index]

    @property
    def lags(self) -> list[int]:
        """Lags 1 to T."""
        return [int(lag) for lag in self.shown.columns]

    @property
    def negligible(self) -> float:
        """Size below which a number, unless it is a share, is not written into its cell."""
        return 0.005 * max(self.least, float(np.abs(self.shown.to_numpy(float)).max()))


def window(
    cells: Cells,
    values: pd.DataFrame,
    scaled: pd.DataFrame,
    step: str,
    colours: Palette,
    chosen: tuple[str, int] | None = None,
) -> go.Figure:
    """Draw a map of a window above its input values, with the same lags.

    Every cell can be clicked.

    Args:
        cells: of the map above.
        values: text of each input value, of the same shape.
        scaled: the input values, in standard deviations from their median.
        step: a step in words ("1 hour"); empty if unknown.
        colours: of the page.
        chosen: the variable and the lag of a cell to mark.
    """
    names, lags = cells.names, cells.lags
    has_numbers = values.size <= MOST_NUMBERED_CELLS
    values_map = go.Heatmap(
        z=scaled.to_numpy(),
        x=lags,
        y=list(range(len(names))),
        yaxis="y2",
        zmin=-FAR,
        zmax=FAR,
        colorscale=colour_scale(colours.diverging),
        xgap=1,
        ygap=1,
        text=values.to_numpy(),
        texttemplate="%{text}" if has_numbers else None,
        hoverinfo="skip",
        colorbar=colour_bar(
            "deviations", {-FAR: f"−{FAR}", 0: "0 median", FAR: f"+{FAR}"}, y=0.25, len=0.49
        ),
    )
    above = _click_targets(cells, values, scaled, step)
    below = go.Scatter(above).update(yaxis="y2")
    gap = min(0.08, 0.6 / len(names))
    rows = {**row_names(names), "showgrid": False, "zeroline": False}
    marks = []
    if chosen is not None and chosen[0] in names:
        marks = [_outline(names.index(chosen[0]), chosen[1], y, colours) for y in ("y", "y2")]
    figure = go.Figure([_map(cells, step, colours, y=0.5, length=0.5), values_map, above, below])
    return styled(
        figure,
        colours,
        130 + 52 * len(names),
        margin=fixed_margin(names, top=28, right=SCALE),
        xaxis={**_lags(lags), "anchor": "y2"},
        yaxis={**rows, "domain": [0.5 + gap, 1.0]},
        yaxis2={**rows, "domain": [0.0, 0.5 - gap]},
        annotations=[
            _heading(cells.title, 1.0, colours),
            _heading("values, in their own units", 0.5 - gap, colours),
        ],
        shapes=marks,
        **CLICKS,
    )


def change(cells: Cells, step: str, colours: Palette) -> go.Figure:
    """Draw one map, such as that of differences, without input values below it."""
    names = cells.names
    figure = go.Figure(_map(cells, step, colours, y=0.0, length=1.0))
    return styled(
        figure,
        colours,
        70 + 30 * len(names),
        margin=fixed_margin(names, right=SCALE),
        xaxis=_lags(cells.lags),
        yaxis={**row_names(names), "showgrid": False, "zeroline": False},
    )


CLICKS: Layout = {
    "hovermode": "closest",
    "clickmode": "event+select",
    "hoverdistance": -1,
    "dragmode": False,
    "showlegend": False,
}


def _lags(lags: list[int]) -> dict[str, object]:
    """Return the axis of lags, lag 1 at the right, as time runs."""
    return {**lag_axis(len(lags)), "range": [len(lags) + 0.5, 0.5]}


def _heading(text: str, y: float, colours: Palette) -> dict[str, object]:
    """Return the title of a map, centred above it."""
    place = {"x": 0.5, "y": y, "xref": "paper", "yref": "paper", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "font": {"size": 13, "color": colours.ink}, **place}


def _outline(place: int, lag: int, y: str, colours: Palette) -> dict[str, object]:
    """Return the outline of a chosen cell, on the axis `y`."""
    sides = {"x0": lag - 0.5, "x1": lag + 0.5, "y0": place - 0.5, "y1": place + 0.5}
    return {"type": "rect", "yref": y, "line": {"color": colours.accent, "width": 3}, **sides}


def _map(cells: Cells, step: str, colours: Palette, y: float, length: float) -> go.Heatmap:
    values = cells.shown.to_numpy(float)
    top = max(2 * cells.mark, cells.least, float(np.abs(values).max()))
    ramp, low = (colours.diverging, -top) if cells.is_signed else (colours.ramp, 0.0)
    has_numbers = values.size <= MOST_NUMBERED_CELLS
    marked = _number(cells.mark, cells) + ("" if cells.is_signed else " uniform")
    ticks = {top: _number(top, cells), low: _number(low, cells), cells.mark: marked}
    if 0 < cells.mark < 0.06 * top:
        del ticks[low]  # 0, which the mark would cover
    names = [label(name, 60) for name in cells.names]
    hover = [
        [
            f"{name}<br>{lag_name(lag, step)}<br>{cells.unit} {_number(value, cells)}"
            for lag, value in row
        ]
        for name, row in zip(names, (zip(cells.lags, v, strict=True) for v in values), strict=True)
    ]
    return go.Heatmap(
        z=values,
        x=cells.lags,
        y=list(range(len(values))),
        zmin=low,
        zmax=top,
        colorscale=colour_scale(ramp),
        xgap=1,
        ygap=1,
        customdata=hover,
        text=[[_cell_text(value, cells) for value in row] for row in values]
        if has_numbers
        else None,
        texttemplate="%{text}" if has_numbers else None,
        hovertemplate="%{customdata}<extra></extra>",
        colorbar=colour_bar(cells.unit, ticks, y=y + length / 2, len=length * 0.98),
    )


def _click_targets(
    cells: Cells, values: pd.DataFrame, scaled: pd.DataFrame, step: str
) -> go.Scatter:
    """Return transparent squares over the cells, as a heatmap sends no clicks."""
    names, lags = cells.names, cells.lags
    numbers, words, distances = cells.shown.to_numpy(float), values.to_numpy(), scaled.to_numpy()
    texts = [
        f"{label(name, 60)}, {lag_name(lag, step)}<br>"
        f"{cells.unit} {_number(numbers[n, k], cells)}<br>"
        f"value {words[n, k]} ({distances[n, k]:+.2f} deviations from the median)"
        for n, name in enumerate(names)
        for k, lag in enumerate(lags)
    ]
    clear = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=lags * len(names),
        y=np.repeat(np.arange(len(names)), len(lags)),
        mode="markers",
        marker={"symbol": "square", "size": 20, "opacity": 0},
        selected=clear,
        unselected=clear,
        text=texts,
        hovertemplate="%{text}<extra></extra>",
    )


def _number(value: float, cells: Cells) -> str:
    if value == 0:
        return "0"
    sign = "+" if cells.is_signed else ""
    form = cells.format or sign + (",.0f" if 10 <= abs(value) < 1e12 else ".2g")
    return format(value, form).replace("-", "−")


def _cell_text(value: float, cells: Cells) -> str:
    """Return the text of a number; empty where it is negligible, unless it is a share."""
    is_share = cells.format and not cells.is_signed
    return "" if abs(value) < cells.negligible and not is_share else _number(value, cells)
