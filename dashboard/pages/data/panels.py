"""The figure of a table: its variables over time."""

from collections.abc import Mapping, Sequence

from dashboard.figures import series
from dashboard.figures.theme import Palette
from dashboard.ui.panel import Panel
from imv_core import Table


def variables(
    table: Table, names: Sequence[str], starts: Mapping[str, object], colours: Palette
) -> Panel:
    """Some variables, and where the parts begin.

    Args:
        table: that holds them.
        names: the columns to draw.
        starts: name of a part -> the time at which it begins.
        colours: of the page.
    """
    shown = list(names)
    return Panel(
        f"{len(shown)} variables over time, and where the parts begin",
        series.variables(table.frame, shown, starts, colours),
        # a variable may be called time
        lambda: table.frame[shown].reset_index(allow_duplicates=True),
        "series",
    )
