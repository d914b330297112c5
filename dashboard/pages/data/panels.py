"""The figure of the page Data: variables over time."""

from collections.abc import Mapping, Sequence

from dashboard.figures import series
from dashboard.figures.theme import Palette
from dashboard.ui.panel import Panel
from imv_core import Table


def variables(
    table: Table, names: Sequence[str], starts: Mapping[str, object], colours: Palette
) -> Panel:
    """Draw some variables over time, and the starts of the parts.

    Args:
        table: with the variables.
        names: the columns to draw.
        starts: name of a part -> the time at which it begins.
        colours: of the page.
    """
    shown = list(names)
    return Panel(
        f"{len(shown)} variables over time, and the start of each part",
        series.variables(table.frame, shown, starts, colours),
        # a variable may be called time
        lambda: table.frame[shown].reset_index(allow_duplicates=True),
        "series",
    )
