"""Lags of several drivers side by side: attention and attribution in pairs of bars."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.charts.look import Palette, enlarge, label


def against_truth(
    attention: pd.DataFrame,
    attribution: pd.DataFrame,
    planted: Mapping[str, int],
    colours: Palette,
) -> go.Figure:
    """Shares of the lags, a panel a driver, its planted lag and the uniform share marked.

    Args:
        attention: drivers x lags; rows sum to 1.
        attribution: the same.
        planted: driver -> its lag.
        colours: of the page.
    """
    lags = list(attention.columns)
    uniform = 1 / len(lags)
    figure = make_subplots(
        cols=len(planted),
        shared_yaxes=True,
        horizontal_spacing=0.03,
        subplot_titles=[f"{label(name)}: lag {lag} is true" for name, lag in planted.items()],
    )
    ways = (
        ("attention", attention, colours.forecast, ""),
        ("attribution", attribution, colours.accent, "/"),
    )
    for col, (name, lag) in enumerate(planted.items(), start=1):
        for way, shares, colour, pattern in ways:
            figure.add_bar(
                x=lags,
                y=shares.loc[name],
                name=way,
                legendgroup=way,
                showlegend=col == 1,
                marker={"color": colour, "pattern": {"shape": pattern, "solidity": 0.35}},
                hovertemplate=f"{label(name)}, lag %{{x}}<br>{way} %{{y:.1%}}<extra></extra>",
                row=1,
                col=col,
            )
        figure.add_vrect(
            x0=lag - 0.5,
            x1=lag + 0.5,
            fillcolor=colours.band,
            line={"color": colours.ink, "width": 2},
            layer="below",
            row=1,
            col=col,
        )
    figure.add_hline(y=uniform, line={"color": colours.faint, "dash": "dash"})
    figure.add_annotation(
        text=f"uniform {uniform:.3f}",
        x=lags[-1] + 0.45,
        y=uniform,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font_color=colours.ink,
    )
    figure.update_xaxes(range=[lags[-1] + 0.5, lags[0] - 0.5], tickvals=lags, title="lag")
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(title="share of the variable's lags", col=1)
    enlarge(figure, height=420, bargap=0.15, bargroupgap=0.05)
    return figure.update_layout(margin_t=80, legend_y=1.14)
