"""Draw a training by epoch: losses, and importance."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.importance import over_time
from dashboard.figures.theme import Palette, styled
from imv_core.training.history import EpochRecord


def losses(history: Sequence[EpochRecord], colours: Palette, unit: str) -> go.Figure:
    """Draw the loss of both parts after each epoch, and mark the epoch that is kept."""
    epochs = [record.epoch for record in history]
    figure = go.Figure()
    for name, values, colour in (
        ("training part", [r.train_loss for r in history], colours.faint),
        ("validation part", [r.validation_loss for r in history], colours.forecast),
    ):
        figure.add_scatter(
            x=epochs,
            y=values,
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2},
            hovertemplate=f"{name} %{{y:.4f}}<extra></extra>",
        )
    best = [record for record in history if record.is_best][-1:]  # none: the start is kept
    figure.add_scatter(
        x=[record.epoch for record in best],
        y=[record.validation_loss for record in best],
        name="kept",
        mode="markers",
        marker={"symbol": "star", "size": 15, "color": colours.accent},
        hovertemplate="epoch %{x}: the weights that are kept<extra></extra>",
    )
    figure.update_xaxes(title="epoch", range=[0.5, history[0].max_epochs + 0.5], tickformat="d")
    figure.update_yaxes(title=unit)
    return styled(figure, colours, 300, hovermode="x unified")


def forming(history: Sequence[EpochRecord], names: Sequence[str], colours: Palette) -> go.Figure:
    """Draw the importance of the variables after each epoch, stacked to 1."""
    shares = pd.DataFrame(
        [record.variable_importance for record in history],
        index=[record.epoch for record in history],
        columns=list(names),
    )
    figure = over_time(shares, colours)
    figure.update_xaxes(title="epoch", range=[0.5, history[0].max_epochs + 0.5], tickformat="d")
    return figure.update_layout(height=300)


def frame(history: Sequence[EpochRecord], names: Sequence[str]) -> pd.DataFrame:
    """Return the numbers of both figures, one row per epoch."""
    rows = [
        {
            "epoch": record.epoch,
            "train_loss": record.train_loss,
            "validation_loss": record.validation_loss,
            "validation_rmse_scaled": record.validation_rmse,
            **dict(
                zip((f"importance {n}" for n in names), record.variable_importance, strict=True)
            ),
        }
        for record in history
    ]
    return pd.DataFrame(rows)
