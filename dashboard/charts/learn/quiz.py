"""Data of a quiz: series through time, and the target against the past of each variable."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.charts.look import Palette, enlarge, label, name_rows

COLUMNS = 4
LANE = 6.0  # deviations from one series to the next


def lanes(frame: pd.DataFrame, target: str, colours: Palette) -> go.Figure:
    """Series under one another, each scaled by itself.

    Args:
        frame: index times, a column a series.
        target: the column that is marked.
        colours: of the page.
    """
    scaled = (frame - frame.mean()) / frame.std() / LANE
    figure = go.Figure(
        [
            go.Scatter(
                x=frame.index,
                y=lane - scaled[name],  # rows count downwards
                mode="lines",
                line={"color": colours.accent if name == target else colours.forecast, "width": 2},
                customdata=frame[name],
                hovertemplate=f"{label(name)} %{{customdata:.4g}}<br>%{{x}}<extra></extra>",
            )
            for lane, name in enumerate(frame.columns)
        ]
    )
    name_rows(figure, list(frame.columns))
    figure.update_yaxes(showgrid=False, zeroline=False)
    return enlarge(figure, height=60 + 60 * len(frame.columns), showlegend=False)


def against(past: pd.DataFrame, actual: "pd.Series[float]", colours: Palette) -> go.Figure:
    """The target against each variable, a panel a variable, all scaled.

    Args:
        past: a column a variable, some rows before `actual`.
        actual: the target.
        colours: of the page.
    """
    names = list(past.columns)
    rows = -(-len(names) // COLUMNS)
    figure = make_subplots(
        rows=rows,
        cols=COLUMNS,
        shared_xaxes=True,
        shared_yaxes=True,
        horizontal_spacing=0.02,
        vertical_spacing=0.14,
        subplot_titles=[label(name) for name in names],
    )
    figure.add_traces(
        [
            go.Scatter(
                x=past[name],
                y=actual,
                mode="markers",
                marker={"color": colours.forecast, "size": 5, "opacity": 0.6},
                hovertemplate=f"{label(name)} %{{x:.2f}}<br>y %{{y:.2f}}<extra></extra>",
            )
            for name in names
        ],
        rows=[1 + place // COLUMNS for place in range(len(names))],
        cols=[1 + place % COLUMNS for place in range(len(names))],
    )
    figure.update_xaxes(range=[-4.5, 4.5], tickvals=[-2, 0, 2])
    figure.update_yaxes(range=[-4.5, 4.5], tickvals=[-2, 0, 2])
    figure.update_yaxes(title="y", col=1)
    return enlarge(figure, height=60 + 230 * rows, showlegend=False, margin={"t": 40})
