"""A training epoch by epoch, and forecasts against what came true."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import Palette, enlarge, label

HEIGHT = 420  # pixels


def losses(course: pd.DataFrame, epoch: int, colours: Palette) -> go.Figure:
    """The likelihood, the bound above it, and the gap between them.

    Args:
        course: index epochs, columns nll and bound.
        epoch: the one that is looked at.
        colours: of the page.
    """
    figure = go.Figure()
    for name, text, colour, dash in (
        ("nll", "−log p(y | X)", colours.forecast, "solid"),
        ("bound", "bound: the loss", colours.accent, "dash"),
    ):
        figure.add_scatter(
            x=course.index,
            y=course[name],
            name=text,
            mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            fill="tonexty" if name == "bound" else None,
            fillcolor=colours.band,
            hovertemplate="epoch %{x}: %{y:.3f}<extra>" + text + "</extra>",
        )
    own = [colours.forecast, colours.accent]
    return _over_epochs(figure, course.loc[epoch, ["nll", "bound"]], own, "mean, scaled", colours)


def importance(
    shares: pd.DataFrame, truth: "pd.Series[float]", epoch: int, colours: Palette
) -> go.Figure:
    """The importance of each variable, and the truth as a dashed line of its colour.

    Args:
        shares: index epochs, columns variables.
        truth: of each variable.
        epoch: the one that is looked at.
        colours: of the page.
    """
    figure = go.Figure()
    own = colours.several[: len(truth)]
    for (name, true), colour in zip(truth.items(), own, strict=True):
        figure.add_scatter(
            x=shares.index,
            y=shares[name],
            name=label(str(name)),
            mode="lines",
            line={"color": colour, "width": 3},
            hovertemplate="epoch %{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
        figure.add_hline(true, line={"color": colour, "width": 2, "dash": "dash"})
    figure.update_yaxes(range=[-0.02, 0.6], tickvals=[0, 0.2, 0.3, 0.5])
    return _over_epochs(figure, shares.loc[epoch], own, "I (dashed: the truth)", colours)


def _over_epochs(
    figure: go.Figure, at: "pd.Series[float]", own: object, title: str, colours: Palette
) -> go.Figure:
    """Mark the epoch that is looked at."""
    figure.add_vline(at.name, line={"color": colours.ink, "width": 2})
    figure.add_scatter(
        x=[at.name] * len(at),
        y=at,
        mode="markers",
        marker={"size": 14, "color": own},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_xaxes(title="epoch", range=[0.5, 40.5], tickvals=[1, 10, 20, 30, 40])
    figure.update_yaxes(title=title)
    return enlarge(figure, HEIGHT)


def against_truth(past: pd.DataFrame, colours: Palette) -> go.Figure:
    """Forecasts against what came true; on the line both are the same.

    Args:
        past: columns actual and forecast.
        colours: of the page.
    """
    figure = go.Figure(
        go.Scatter(
            x=past["actual"],
            y=past["forecast"],
            mode="markers",
            marker={"size": 7, "color": colours.forecast, "opacity": 0.5},
            hovertemplate="came true %{x:.4g}<br>forecast %{y:.4g}<extra></extra>",
        )
    )
    low, high = past["actual"].min(), past["actual"].max()  # the same for all models
    ends = [low - 5, high + 5]
    line = {"color": colours.ink, "width": 2, "dash": "dash"}
    figure.add_shape(type="line", x0=ends[0], x1=ends[1], y0=ends[0], y1=ends[1], line=line)
    figure.update_xaxes(title="came true", range=ends)
    figure.update_yaxes(title="forecast", range=ends)
    return enlarge(figure, HEIGHT)
