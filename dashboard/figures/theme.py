"""Colours and the few habits that all figures share; told apart by colour-blind readers too."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

LONGEST_NAME = 26
LARGE = 18  # pixels, type on the page Learn
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8}
HOVER = {"align": "left", "namelength": -1}
Layout = dict[str, Any]  # parts of a figure's layout; plotly has no types


@dataclass(frozen=True)
class Palette:
    """Colours on a light or a dark page (after Okabe & Ito 2008)."""

    ink: str
    faint: str
    forecast: str
    band: str
    accent: str
    ramp: tuple[str, ...]  # from nothing to most, for heatmaps
    diverging: tuple[str, ...]  # from below 0 to above it
    several: tuple[str, ...]  # for lines side by side


LIGHT = Palette(
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
    """The colours for a dark or a light page."""
    return DARK if is_dark else LIGHT


def label(name: str, longest: int = LONGEST_NAME) -> str:
    """A column's name as figures may show it: as it is written, not as HTML, and not too long."""
    short = name if len(name) <= longest else name[: longest - 1] + "…"
    return html.escape(short, quote=False)


def scale(colours: Sequence[str]) -> list[list[object]]:
    """Colours at even distances, as plotly wants them."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def row_names(names: Sequence[str]) -> dict[str, object]:
    """Names at 0, 1, 2, ..., from above: positions tell rows apart where short names are alike."""
    return {**ticks_at(names), "range": [len(names) - 0.5, -0.5]}


def name_rows(figure: go.Figure, names: Sequence[str], at_y: bool = True) -> None:
    """Put names at the rows of a figure, or at its columns."""
    if at_y:
        figure.update_yaxes(**row_names(names))
    else:
        figure.update_xaxes(**ticks_at(names))


def ticks_at(names: Sequence[str]) -> dict[str, object]:
    """Names at 0, 1, 2, ..., of an axis."""
    places = list(range(len(names)))
    return {"tickmode": "array", "tickvals": places, "ticktext": [label(n) for n in names]}


def marks(colours: Palette, forecast: float, actual: float) -> Layout:
    """Lines across a figure at the forecast and at what came true, named above it.

    As parts of a layout: added one by one they would take longer than all else of a figure. NaN is
    not marked.
    """
    shapes, names = [], []
    known = (("actual", actual, "solid"), ("forecast", forecast, "dash"))
    for row, (text, x, dash) in enumerate(k for k in known if math.isfinite(k[1])):
        shapes.append(upright(x, colours.accent, dash))
        place = {"x": x, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 14 * row}
        font = {"color": colours.accent}
        names.append({"text": f"{text} {x:.4g}", "font": font, "showarrow": False, **place})
    return {"shapes": shapes, "annotations": names}


def upright(x: float, colour: str, dash: str = "dash") -> Layout:
    """A line all across a figure, as a part of its layout."""
    line = {"color": colour, "dash": dash, "width": 2}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def finish(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    """Margins and legend, the same everywhere."""
    figure.update_layout(
        height=height,
        margin=MARGIN,
        legend=LEGEND,
        hoverlabel=HOVER,
        **layout,
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure


def enlarge(figure: go.Figure, height: int, **layout: object) -> go.Figure:
    """As `finish`, with type that is read from the back of a room.

    The layout is set at once: updated part by part it takes seven times as long.

    Args:
        figure: to finish.
        height: pixels.
        layout: more of it; what has parts as a dictionary.
    """
    large = {"size": LARGE}
    whole = _merged(
        figure.layout.to_plotly_json(),
        {
            "height": height,
            "margin": MARGIN,
            "font": large,
            "legend": {**LEGEND, "font": large},
            "hoverlabel": {**HOVER, "font": large},
            "xaxis": {},
            "yaxis": {},
        },
    )
    whole = _merged(whole, layout)
    type_ = {"tickfont": large, "title": {"font": large}}
    for name in [name for name in whole if name[:5] in ("xaxis", "yaxis")]:
        whole[name] = _merged({"automargin": True, **type_}, whole[name])
    words = [_merged({"font": large}, each) for each in whole.pop("annotations", ())]
    figure.layout = {**whole, "annotations": words}
    return figure.update_traces({"colorbar": type_}, selector={"type": "heatmap"})


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both, and where they meet the second."""
    merged = {**first, **second}
    for name in [n for n in first if n in second and isinstance(first[n], Mapping)]:
        merged[name] = _merged(first[name], second[name])
    return merged


def finish_within(
    figure: go.Figure,
    height: int,
    names: Sequence[str] = (),
    sides: tuple[int, int, int] = (8, 12, 52),
    **layout: object,
) -> go.Figure:
    """As `finish`, with margins that are known: to find them out, a browser draws all twice.

    Args:
        figure: to finish.
        height: pixels.
        names: at its left side; none: numbers and the title of their axis.
        sides: pixels at the top, the right (for a scale of colours) and the bottom.
        layout: more of it.
    """
    longest = max((min(len(name), LONGEST_NAME) for name in names), default=0)
    top, right, bottom = sides
    return figure.update_layout(
        {
            "height": height,
            "margin": {
                "l": 16 + 7 * longest if names else 64,
                "r": right,
                "t": top,
                "b": bottom,
                "autoexpand": False,
            },
            "legend": LEGEND,
            "hoverlabel": HOVER,
            **layout,
        }
    )
