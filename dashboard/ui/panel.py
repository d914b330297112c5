"""A figure with its title, numbers and help, for a page or a report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go

from imv_core.model.decomposition import Explained

PAGES = Path(__file__).parents[1] / "pages"
HELP = {path.stem: path for path in PAGES.rglob("help/*.md")}


@dataclass(frozen=True)
class Panel:
    """A figure with its title, numbers and help.

    Args:
        title: states what the figure shows; also its text alternative. Plain text, not Markdown.
        figure: to draw.
        numbers: returns the numbers of the figure as a tidy table; called on demand.
        about: name of the file in a folder `help/` with the meaning and limits of the figure.
        is_explanation: the figure explains a model, so the model's verdict stands under it.
        explains: its subject, the "forecast" or the "change", which is not checked.
    """

    title: str
    figure: go.Figure
    numbers: Callable[[], pd.DataFrame]
    about: str
    is_explanation: bool = False
    explains: Explained = Explained.FORECAST

    @property
    def meaning(self) -> str:
        """Meaning and limits of the figure, as Markdown with equations."""
        return HELP[self.about].read_text(encoding="utf-8")
