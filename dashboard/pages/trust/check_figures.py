"""The figures of checks, by section, for the page Trust and for the report.

A figure is a function with the decorator `check_figure` and a text in `help/`; a check without a
figure stands in the table of checks alone.
"""

from collections.abc import Callable
from typing import NamedTuple

from dashboard.figures.theme import Palette
from dashboard.ui.panel import Panel
from imv_core.faithfulness.report import TrustReport

Draw = Callable[[TrustReport, Palette], Panel]
RESTS_ON = "What the forecast rests on"
DELETION = "Values taken away and put back"
STEADINESS = "Would it come out the same again?"
INTERVALS = "Do intervals hold what they promise?"


class CheckFigure(NamedTuple):
    """A figure of the numbers of a check."""

    name: str  # of the figure and its CSV file
    frame: str  # in `TrustReport.frames`
    section: str  # its heading
    draw: Draw


CHECK_FIGURES: dict[str, CheckFigure] = {}


def check_figure(name: str, frame: str, section: str) -> Callable[[Draw], Draw]:
    """Register a function that draws a frame of a report; see `CheckFigure`."""

    def register(draw: Draw) -> Draw:
        CHECK_FIGURES[name] = CheckFigure(name, frame, section, draw)
        return draw

    return register


def sections(report: TrustReport) -> dict[str, list[CheckFigure]]:
    """Return the figures whose numbers a report has, by section."""
    found: dict[str, list[CheckFigure]] = {}
    for figure in CHECK_FIGURES.values():
        if figure.frame in report.frames:
            found.setdefault(figure.section, []).append(figure)
    return found
