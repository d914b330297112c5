"""The look of all figures: one palette and one Plotly template per theme, and shared parts.

Colours differ for colour-blind readers too (Okabe & Ito 2008).
"""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

LONGEST_NAME = 26
SMALL, LARGE = 12, 18  # pixels of type; large on the page Learn
FONT = '"Source Sans", sans-serif'  # as on the pages
Layout = dict[str, Any]  # parts of a figure's layout; plotly has no types


@dataclass(frozen=True)
class Palette:
    """Colours on a light or a dark page.

    `paper`, `text`, `legend`, `grid` and `border` are those of the page itself, so that a figure
    has no edge.
    """

    paper: str
    text: str
    legend: str
    grid: str
    border: str
    ink: str
    faint: str
    forecast: str
    band: str
    accent: str
    ramp: tuple[str, ...]  # from nothing to most, for heatmaps
    diverging: tuple[str, ...]  # from below 0 to above it
    several: tuple[str, ...]  # for lines side by side


LIGHT = Palette(
    paper="#ffffff",
    text="#808495",
    legend="#262730",
    grid="#e6eaf1",
    border="rgba(47, 45, 43, 0.2)",
    ink="#3a3f47",
    faint="#9aa1ab",
    forecast="#0072B2",
    band="rgba(0, 114, 178, 0.18)",
    accent="#D55E00",
    ramp=("#f3f6fa", "#c6dbef", "#6baed6", "#2171b5", "#08306b"),
    diverging=("#b34a00", "#eda06a", "#f3f6fa", "#7ab5dc", "#005a94"),
    several=(
        "#0072B2",
        "#E69F00",
        "#009E73",
        "#CC79A7",
        "#56B4E9",
        "#D55E00",
        "#8c6bb1",
        "#7f7f7f",
    ),
)
DARK = Palette(
    paper="#171614",
    text="#e6eaf1",
    legend="#fafafa",
    grid="#31333f",
    border="rgba(237, 235, 232, 0.2)",
    ink="#d5d9e0",
    faint="#7d8591",
    forecast="#56B4E9",
    band="rgba(86, 180, 233, 0.22)",
    accent="#F0894A",
    ramp=("#161d29", "#1f4068", "#2f78b7", "#74b9e8", "#e6f4ff"),
    diverging=("#ffb27a", "#a85618", "#1b2330", "#2b6ea3", "#8accf7"),
    several=(
        "#56B4E9",
        "#E69F00",
        "#2fc79a",
        "#E39AC4",
        "#9ad0f5",
        "#F0894A",
        "#b39ddb",
        "#a0a0a0",
    ),
)


def palette(is_dark: bool) -> Palette:
    """Return the colours of a dark or a light page."""
    return DARK if is_dark else LIGHT


def label(name: str, longest: int = LONGEST_NAME) -> str:
    """Return a column's name for a figure: escaped, as Plotly reads HTML, and cut if long."""
    short = name if len(name) <= longest else name[: longest - 1] + "…"
    return html.escape(short, quote=False)


def colour_scale(colours: Sequence[str]) -> list[list[object]]:
    """Return a Plotly colour scale of evenly spaced colours."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def row_names(names: Sequence[str]) -> dict[str, object]:
    """Return an axis with names at rows 0, 1, 2, ... from above; short names may repeat."""
    return {**ticks_at(names), "range": [len(names) - 0.5, -0.5]}


def name_rows(figure: go.Figure, names: Sequence[str], at_y: bool = True) -> None:
    """Write names at the rows of a figure, or at its columns."""
    if at_y:
        figure.update_yaxes(**row_names(names))
    else:
        figure.update_xaxes(**ticks_at(names))


def ticks_at(names: Sequence[str]) -> dict[str, object]:
    """Return ticks with names at 0, 1, 2, ... of an axis."""
    places = list(range(len(names)))
    return {"tickmode": "array", "tickvals": places, "ticktext": [label(n) for n in names]}


def mark_forecast(colours: Palette, forecast: float, actual: float) -> Layout:
    """Return named lines at the forecast and the actual value, as parts of a layout.

    Shapes added one by one would take longer than the rest of the figure. NaN is not marked.
    """
    shapes, names = [], []
    known = (("actual", actual, "solid"), ("forecast", forecast, "dash"))
    for row, (text, x, dash) in enumerate(k for k in known if math.isfinite(k[1])):
        shapes.append(vertical_line(x, colours.accent, dash))
        place = {"x": x, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 14 * row}
        font = {"color": colours.accent}
        names.append({"text": f"{text} {x:.4g}", "font": font, "showarrow": False, **place})
    return {"shapes": shapes, "annotations": names}


def vertical_line(x: float, colour: str, dash: str = "dash") -> Layout:
    """Return a line over the whole height of a figure, as a part of its layout."""
    line = {"color": colour, "dash": dash, "width": 2}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def horizontal_line(y: float, colour: str, dash: str = "dash") -> Layout:
    """Return a line over the whole width of a figure, as a part of its layout."""
    line = {"color": colour, "dash": dash, "width": 2}
    return {"type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y, "line": line}


def mark_uniform(
    figure: go.Figure, uniform: float, row: float, colours: Palette, xanchor: str = "left"
) -> None:
    """Mark the uniform share by a line, and name it at a row where there is room."""
    figure.add_vline(x=uniform, line={"color": colours.faint, "dash": "dash"})
    figure.add_annotation(
        x=uniform,
        y=row,
        text=f"uniform {uniform:.3f}",
        font_color=colours.faint,
        xanchor=xanchor,
        showarrow=False,
    )


def whiskers(low: Any, middle: Any, high: Any, width: int = 4) -> Layout:
    """Return error bars from low to high, which are arrays or series; NaN draws none."""
    return {
        "symmetric": False,
        "array": np.nan_to_num(high - middle),
        "arrayminus": np.nan_to_num(middle - low),
        "thickness": 1.5,
        "width": width,
    }


def colour_bar(title: str, ticks: Mapping[float, str], **position: float) -> Layout:
    """Return a scale of colours with named ticks.

    Args:
        title: what the colours mean.
        ticks: number -> its name.
        position: `y` and `len` of the scale, as shares of the figure; none: the whole height.
    """
    return {
        "title": {"text": title, "side": "right"},
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "thickness": 14,
        "outlinewidth": 0,
        **position,
    }


@cache
def template(colours: Palette, size: int = SMALL, font: str = FONT) -> go.layout.Template:
    """Return the template of a theme: type, legend, margins, grid and words under the pointer.

    Args:
        colours: of the theme.
        size: of type, in pixels.
        font: family of type.
    """
    type_ = {"color": colours.text, "family": font, "size": size}
    title = {"color": colours.text, "size": max(14, size)}
    axis = {
        "automargin": True,
        "gridcolor": colours.grid,
        "zerolinecolor": colours.grid,
        "tickcolor": colours.grid,
        "tickfont": {"color": colours.text, "size": size},
    }
    layout = {
        "colorway": list(colours.several),
        "font": type_,
        "hoverlabel": {
            "align": "left",
            "bgcolor": colours.paper,
            "bordercolor": colours.border,
            "font": type_,
            "namelength": -1,
        },
        "legend": {
            "font": {"color": colours.legend, "size": size},
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
        },
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 8},
        "paper_bgcolor": colours.paper,
        "plot_bgcolor": colours.paper,
        "xaxis": {
            **axis,
            "showgrid": False,
            "zeroline": False,
            "title": {"font": title, "standoff": 20},
        },
        "yaxis": {**axis, "title": {"font": title, "standoff": 24}},
    }
    data: dict[str, object] = {"scatter": [{"marker": {"line": {"width": 0}}}]}
    if size > SMALL:  # else as Plotly has it
        bar = {"tickfont": {"size": size}, "title": {"font": {"size": size}}}
        data["heatmap"] = [{"colorbar": bar}]
    return go.layout.Template(layout=layout, data=data)


def styled(
    figure: go.Figure, colours: Palette, height: int, size: int = SMALL, **layout: object
) -> go.Figure:
    """Give a figure the template of its theme and a layout of its own; return it.

    Args:
        figure: to change.
        colours: of the page.
        height: pixels.
        size: of type, in pixels.
        layout: what is this figure's alone.
    """
    return figure.update_layout(template=template(colours, size), height=height, **layout)


def fixed_margin(
    names: Sequence[str] = (), top: int = 8, right: int = 12, bottom: int = 52
) -> Layout:
    """Return margins in pixels; to find them out, a browser draws a figure twice.

    Args:
        names: at the left side; none: numbers and the title of their axis.
        top: room for words above the figure.
        right: room for a scale of colours.
        bottom: room for the title of the axis.
    """
    longest = max((min(len(name), LONGEST_NAME) for name in names), default=0)
    left = 16 + 7 * longest if names else 64
    return {"l": left, "r": right, "t": top, "b": bottom, "autoexpand": False}
