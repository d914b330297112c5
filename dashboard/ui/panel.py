"""A figure with all that belongs to it, wherever it is shown."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go

PAGES = Path(__file__).parents[1] / "pages"
HELP = {path.stem: path for path in PAGES.rglob("help/*.md")}


@dataclass(frozen=True)
class Panel:
    """A figure, what is seen in it, and what it means.

    Args:
        title: states what is seen; also the text alternative. Text as it is, not Markdown.
        figure: to draw.
        numbers: gives the same as a tidy table; called when somebody wants it.
        about: the file in a folder `help/` that says what it means and where its limits are.
        is_explanation: it tells what a model leans on, and its verdict stands under it.
        explains: what it is of, the "forecast", or its "change", which no check looks at.
    """

    title: str
    figure: go.Figure
    numbers: Callable[[], pd.DataFrame]
    about: str
    is_explanation: bool = False
    explains: str = "forecast"

    @property
    def meaning(self) -> str:
        """What it means and where its limits are, as Markdown with equations."""
        return HELP[self.about].read_text(encoding="utf-8")
