"""Lags of several drivers under one another: attention and attribution in pairs of bars."""

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
        rows=len(planted),
        shared_xaxes=True,
        vertical_spacing=0.12,
        subplot_titles=[
            f"{label(name)}: attention peaks at lag {attention.loc[name].idxmax()}, attribution "
            f"at {attribution.loc[name].idxmax()}"
            for name in planted
        ],
    )
    ways = (
        ("attention", attention, colours.forecast),
        ("attribution", attribution, colours.accent),
    )
    for row, (name, lag) in enumerate(planted.items(), start=1):
        for way, shares, colour in ways:
            figure.add_bar(
                x=lags,
                y=shares.loc[name],
                name=way,
                legendgroup=way,
                showlegend=row == 1,
                marker_color=colour,
                hovertemplate=f"{label(name)}, lag %{{x}}<br>{way} %{{y:.1%}}<extra></extra>",
                row=row,
                col=1,
            )
        figure.add_vrect(
            x0=lag - 0.5,
            x1=lag + 0.5,
            name="planted lag",
            legendgroup="planted",
            showlegend=row == 1,
            fillcolor=colours.band,
            line={"color": colours.ink, "width": 2},
            layer="below",
            row=row,
            col=1,
        )
    figure.add_hline(y=uniform, line={"color": colours.ink, "dash": "dash", "width": 1.5})
    figure.update_xaxes(range=[lags[-1] + 0.5, lags[0] - 0.5], tickvals=lags, showgrid=False)
    figure.update_xaxes(title="lag (1 = last observed row)", row=len(planted))
    figure.update_yaxes(
        range=[0, 1.02],
        tickvals=[uniform, 0.5, 1],
        ticktext=[f"uniform {uniform:.3g}", "0.5", "1"],
    )
    figure.update_yaxes(title="share of the row", row=(len(planted) + 1) // 2)
    enlarge(figure, height=140 + 180 * len(planted), bargap=0.2, bargroupgap=0.05)
    return figure.update_layout(margin_t=80, legend_y=1.08)
