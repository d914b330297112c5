"""Figures for a file that opens offline: small, for light and dark pages."""

import base64
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from dashboard.figures.theme import DARK, LIGHT, Palette, template

PAPER = {LIGHT: "#ffffff", DARK: "#0e1117"}  # as in report.css
CLEAR = "rgba(0, 0, 0, 0)"
Change = tuple[list[str | int], Any]


def packed(text: str) -> str:
    """Return text as base64 of gzip, which browsers unpack; the same bytes every time."""
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


@cache
def drawing_library() -> str:
    """Return Plotly's JavaScript, packed: 2 MB instead of 5."""
    return packed(library())


@cache
def library() -> str:
    """Return Plotly's JavaScript as it is executed."""
    text: str = get_plotlyjs()
    return text


def drawings(light: Sequence[go.Figure], dark: Sequence[go.Figure]) -> str:
    """Return figures for a light page, each with its changes for a dark page, as JSON."""
    pairs = [
        (_plain(day, LIGHT), _plain(night, DARK)) for day, night in zip(light, dark, strict=True)
    ]
    return json.dumps(
        [{"figure": day, "dark": list(_changes(day, night))} for day, night in pairs],
        separators=(",", ":"),
    )


def _plain(figure: go.Figure, colours: Palette) -> Any:
    return json.loads(figure.update_layout(template=_template(colours)).to_json(validate=False))


def _template(colours: Palette) -> go.layout.Template:
    """Return the template of the pages, in the type of the report and on its paper."""
    ink, grid = colours.ink, "rgba(128, 128, 128, 0.22)"
    own = replace(colours, paper=PAPER[colours], text=ink, legend=ink, grid=grid)
    return go.layout.Template(template(own, font="system-ui, sans-serif")).update(
        layout={
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "modebar": {"bgcolor": CLEAR, "color": colours.faint},
            "margin": {"pad": 0},
            # set, a browser may search for margins without end
            "xaxis": {"title": {"standoff": None}},
            "yaxis": {"title": {"standoff": None}},
        }
    )


def _changes(day: Any, night: Any, path: tuple[str | int, ...] = ()) -> Iterator[Change]:
    """Yield the paths at which two figures differ, with the value of the dark one."""
    if isinstance(day, dict) and isinstance(night, dict) and day.keys() == night.keys():
        for key, value in day.items():
            yield from _changes(value, night[key], (*path, key))
    elif isinstance(day, list) and isinstance(night, list) and len(day) == len(night):
        for place, value in enumerate(day):
            yield from _changes(value, night[place], (*path, place))
    elif day != night:
        yield list(path), night
