"""A forecast before and after its window was changed."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import Palette, finish_within, label, name_rows


def contributions(parts: pd.DataFrame, explains: str, target: str, colours: Palette) -> go.Figure:
    """What each variable adds, before and after.

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
    return finish_within(figure, 90 + 36 * len(names), names, (30, 12, 52))
