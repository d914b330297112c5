"""Figures of the quiz: its data, and the importance that a model gives."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.importance import bars
from dashboard.figures.theme import LARGE, Palette, label, name_rows, styled
from dashboard.ui.panel import Panel
from imv_core.explaining.explanation import Explanation

COLUMNS = 4
LANE = 6.0  # deviations from one series to the next


def _lanes_figure(frame: pd.DataFrame, target: str, colours: Palette) -> go.Figure:
    """Draw series under one another, each scaled by itself; the target is marked."""
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
    return styled(figure, colours, 60 + 60 * len(frame.columns), LARGE, showlegend=False)


def _lag_figure(past: pd.DataFrame, actual: "pd.Series[float]", colours: Palette) -> go.Figure:
    """Draw the target against the past of each variable, one panel per variable."""
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
    return styled(figure, colours, 60 + 230 * rows, LARGE, showlegend=False, margin={"t": 40})


SHOWN = 100  # rows, through time
DOTS = 150  # rows, as dots


def series(frame: pd.DataFrame, target: str, colours: Palette) -> Panel:
    """Draw the last rows over time."""
    last = frame.tail(SHOWN)
    return Panel(
        f"The last {SHOWN} of {len(frame)} rows of {target} and its {len(frame.columns) - 1} "
        "candidates",
        _lanes_figure(last, target, colours),
        lambda: last.reset_index(),
        "quiz_data",
    )


def against_lag(frame: pd.DataFrame, target: str, lag: int, colours: Palette) -> Panel:
    """Draw the last rows of the target against each variable at a lag."""
    past = frame.drop(columns=target).shift(lag).tail(DOTS)
    actual = frame[target].tail(DOTS)
    scaled = (past - past.mean()) / past.std()
    return Panel(
        f"{target} (upwards) against each variable at lag {lag} (across), in deviations from the "
        f"mean, {DOTS} rows",
        _lag_figure(scaled, (actual - actual.mean()) / actual.std(), colours),
        lambda: past.add_suffix(f"_lag_{lag}").assign(**{target: actual}).reset_index(),
        "quiz_data",
    )


def importance(explanation: Explanation, colours: Palette) -> Panel:
    """Draw the importance of the variables, the largest first."""
    shares = explanation.variable_importance.sort_values(ascending=False)
    uniform = explanation.uniform[0]
    figure = bars(shares, explanation.importance_range, uniform, colours)
    return Panel(
        f"The model gives {shares.index[0]} {shares.iloc[0]:.0%} of the importance; alike, each "
        f"would have {uniform:.0%}",
        styled(figure, colours, 90 + 40 * len(shares), LARGE),
        lambda: explanation.summary.reset_index(),
        "quiz_importance",
    )
