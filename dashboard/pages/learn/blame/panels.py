"""Figures of chapter 5: a training by epoch, and forecasts against true values."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.theme import (
    LARGE,
    Layout,
    Palette,
    horizontal_line,
    label,
    styled,
    vertical_line,
)
from dashboard.ui.panel import Panel

HEIGHT = 420  # pixels


def _losses_figure(epochs: pd.DataFrame, epoch: int, colours: Palette) -> go.Figure:
    """Draw the negative log-likelihood, the bound above it, and the gap."""
    figure = go.Figure()
    for name, text, colour, dash in (
        ("nll", "−log p(y | X)", colours.forecast, "solid"),
        ("bound", "bound: the loss", colours.accent, "dash"),
    ):
        figure.add_scatter(
            x=epochs.index,
            y=epochs[name],
            name=text,
            mode="lines",
            line={"color": colour, "width": 3, "dash": dash},
            fill="tonexty" if name == "bound" else None,
            fillcolor=colours.band,
            hovertemplate="epoch %{x}: %{y:.3f}<extra>" + text + "</extra>",
        )
    own = [colours.forecast, colours.accent]
    lines = [vertical_line(epoch, colours.ink, "solid")]
    axis: Layout = {"title": {"text": "mean, scaled"}}
    return _over_epochs(figure, epochs[["nll", "bound"]].T[epoch], own, lines, axis, colours)


def _importance_figure(
    shares: pd.DataFrame, truth: "pd.Series[float]", epoch: int, colours: Palette
) -> go.Figure:
    """Draw the importance of each variable, and its truth as a dashed line."""
    figure = go.Figure()
    own, lines = colours.several[: len(truth)], [vertical_line(epoch, colours.ink, "solid")]
    for (name, true), colour in zip(truth.items(), own, strict=True):
        figure.add_scatter(
            x=shares.index,
            y=shares[name],
            name=label(str(name)),
            mode="lines",
            line={"color": colour, "width": 3},
            hovertemplate="epoch %{x}: %{y:.3f}<extra>%{fullData.name}</extra>",
        )
        lines.append(horizontal_line(true, colour))
    axis: Layout = {
        "title": {"text": "I (dashed: the truth)"},
        "range": [-0.02, 1.1 * max(float(shares.to_numpy().max()), float(truth.max()))],
        "tickvals": [0, *sorted(truth[truth > 0])],
    }
    return _over_epochs(figure, shares.T[epoch], own, lines, axis, colours)


def _over_epochs(
    figure: go.Figure,
    at: "pd.Series[float]",
    own: Sequence[str],
    lines: list[Layout],
    axis: Layout,
    colours: Palette,
) -> go.Figure:
    """Mark the values of the chosen epoch, and style the figure."""
    figure.add_scatter(
        x=[at.name] * len(at),
        y=at,
        mode="markers",
        marker={"size": 14, "color": own},
        hoverinfo="skip",
        showlegend=False,
    )
    return styled(
        figure, colours, HEIGHT, LARGE, shapes=lines, xaxis={"title": {"text": "epoch"}}, yaxis=axis
    )


def _truth_figure(past: pd.DataFrame, colours: Palette) -> go.Figure:
    """Draw forecasts against true values; on the line both are the same."""
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
    ends = {"x0": low - 5, "x1": high + 5, "y0": low - 5, "y1": high + 5}
    line = {"color": colours.ink, "width": 2, "dash": "dash"}
    sides = {"range": [low - 5, high + 5]}
    return styled(
        figure,
        colours,
        HEIGHT,
        LARGE,
        shapes=[{"type": "line", **ends, "line": line}],
        xaxis={"title": {"text": "came true"}, **sides},
        yaxis={"title": {"text": "forecast"}, **sides},
    )


def losses(epochs: pd.DataFrame, epoch: int, colours: Palette) -> Panel:
    """Draw the negative log-likelihood and its bound over the epochs.

    Args:
        epochs: index epochs, columns nll, bound, and I by variable.
        epoch: the chosen one.
        colours: of the page.
    """
    nll, bound = epochs["nll"][epoch], epochs["bound"][epoch]
    return Panel(
        f"After epoch {epoch} the loss is {bound:.2f}: the negative log-likelihood, {nll:.2f}, "
        f"and a gap of {bound - nll:.2f}",
        _losses_figure(epochs, epoch, colours),
        lambda: epochs.reset_index(),
        "blame",
    )


def importance(
    epochs: pd.DataFrame, truth: "pd.Series[float]", epoch: int, colours: Palette
) -> Panel:
    """Draw the importance of each variable over the epochs.

    Args:
        epochs: index epochs, columns nll, bound, and I by variable.
        truth: of each variable.
        epoch: the chosen one.
        colours: of the page.
    """
    shares = epochs[list(truth.index)]
    off = (shares.loc[epoch] - truth).abs()
    return Panel(
        f"After epoch {epoch} the importance of {off.idxmax()} is furthest from its truth: off by "
        f"{off.max():.2f}",
        _importance_figure(shares, truth, epoch, colours),
        lambda: shares.reset_index(),
        "blame",
    )


def added(objective: str, past: pd.DataFrame, rmse: float, floor: float, colours: Palette) -> Panel:
    """Draw forecasts of a series whose effects add.

    Args:
        objective: of the training.
        past: forecasts with true values.
        rmse: of the forecasts.
        floor: error of the noise alone.
        colours: of the page.
    """
    return Panel(
        f"Trained by {objective} the forecasts miss by {rmse:.1f} (RMSE); "
        f"the noise alone is {floor:.1f}",
        _truth_figure(past, colours),
        lambda: past[["time", "actual", "forecast"]],
        "chorus",
    )
