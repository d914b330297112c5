"""Draw errors of forecasts over time, their distribution, by the calendar; and coverage."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.series import downsample
from dashboard.figures.theme import Palette, label, styled

BINS = 60


def residuals(past: pd.DataFrame, target: str, colours: Palette) -> go.Figure:
    """Draw actual minus forecast over time.

    Args:
        past: columns time, actual, forecast; in time order.
        target: name of the target, for the axis.
        colours: of the page.
    """
    errors = past["actual"] - past["forecast"]
    places = downsample(errors.to_numpy(float))
    figure = go.Figure(
        go.Scatter(
            x=past["time"].iloc[places],
            y=errors.iloc[places],
            mode="lines",  # thousands of markers would take half a second
            line={"width": 1, "color": colours.forecast},
            hovertemplate="%{x}<br>actual − forecast %{y:.4g}<extra></extra>",
        )
    )
    figure.add_hline(y=0, line={"color": colours.faint})
    figure.update_yaxes(title=f"actual − forecast, {label(target)}")
    return styled(figure, colours, 300)


def distribution(counts: pd.DataFrame, target: str, colours: Palette) -> go.Figure:
    """Draw how often errors of each size occurred.

    Args:
        counts: columns low, high (edges of the bins) and windows.
        target: name of the target, for the axis.
        colours: of the page.
    """
    figure = go.Figure(
        go.Bar(
            x=(counts["low"] + counts["high"]) / 2,
            y=counts["windows"],
            width=counts["high"] - counts["low"],
            marker={"color": colours.forecast, "line": {"width": 0}},
            customdata=counts[["low", "high"]],
            hovertemplate=(
                "%{customdata[0]:.4g} to %{customdata[1]:.4g}<br>%{y} windows<extra></extra>"
            ),
        )
    )
    figure.add_vline(x=0, line={"color": colours.ink, "width": 1})
    figure.update_xaxes(title=f"actual − forecast, {label(target)}")
    figure.update_yaxes(title="windows")
    return styled(figure, colours, 300, bargap=0)


def bins(errors: "pd.Series[float]") -> pd.DataFrame:
    """Return counts of errors in bins; the largest and smallest 0.5% lie outside of all bins."""
    known = errors.dropna().to_numpy()
    ends = np.quantile(known, [0.005, 0.995])
    windows, edges = np.histogram(known, bins=min(BINS, max(5, len(known) // 4)), range=tuple(ends))
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "windows": windows})


def coverage(shares: pd.DataFrame, colours: Palette) -> go.Figure:
    """Draw the coverage of intervals in consecutive periods.

    Args:
        shares: columns from (a time), level, coverage, windows; in time order.
        colours: of the page.
    """
    figure = go.Figure()
    tones = (colours.forecast, colours.accent)
    for (level, rows), tone in zip(
        shares.groupby(shares["level"].astype(float), sort=False), tones, strict=False
    ):
        chance = 2 * np.sqrt(level * (1 - level) / rows["windows"])
        for bound, fill in ((level + chance, None), (level - chance, "tonexty")):
            figure.add_scatter(
                x=rows["from"],
                y=bound.clip(0, 1),
                mode="lines",
                line_width=0,
                fill=fill,
                fillcolor=colours.band,
                showlegend=False,
                hoverinfo="skip",
            )
        figure.add_hline(y=level, line={"color": colours.faint, "dash": "dash"})
        figure.add_scatter(
            x=rows["from"],
            y=rows["coverage"],
            mode="lines+markers",
            name=f"{level:.0%} interval",
            line={"color": tone, "width": 2},
            marker={"symbol": "circle" if tone == tones[0] else "square"},
            customdata=rows["windows"],
            hovertemplate=(
                "from %{x}<br>coverage %{y:.1%} of %{customdata} windows"
                f"<extra>{level:.0%} interval</extra>"
            ),
        )
    figure.update_yaxes(title="coverage", range=[0, 1.02], tickformat=".0%")
    return styled(figure, colours, 300)


def by_group(errors: pd.DataFrame, group: str, target: str, colours: Palette) -> go.Figure:
    """Draw the mean absolute error of each group of windows, and that of the last value.

    Args:
        errors: index groups; columns mae, error (two standard errors), persistence, windows.
        group: what they are grouped by, in a word.
        target: name of the target, for the axis.
        colours: of the page.
    """
    groups = [str(name) for name in errors.index]
    figure = go.Figure(
        go.Bar(
            x=groups,
            y=errors["mae"],
            name="IMV-LSTM",
            marker_color=colours.forecast,
            error_y={"array": errors["error"], "color": colours.ink, "thickness": 1.2, "width": 3},
            customdata=errors[["error", "windows"]],
            hovertemplate=(
                "%{x}<br>mean absolute error %{y:.4g} ± %{customdata[0]:.2g}<br>"
                "%{customdata[1]:,} windows<extra></extra>"
            ),
        )
    )
    figure.add_scatter(
        x=groups,
        y=errors["persistence"],
        mode="markers",
        name="repeating the last value",
        marker={"symbol": "diamond-open", "size": 9, "color": colours.accent, "line_width": 2},
        hovertemplate="repeating the last value %{y:.4g}<extra></extra>",
    )
    figure.update_xaxes(title=group, type="category")
    figure.update_yaxes(title=f"mean absolute error, {label(target)}", rangemode="tozero")
    return styled(figure, colours, 320, bargap=0.3)
