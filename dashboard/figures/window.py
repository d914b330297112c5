"""Draw the target around a window, and one variable around it with a lag marked."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures import series
from dashboard.figures.heatmap import CLICKS
from dashboard.figures.series import downsample
from dashboard.figures.theme import Palette, fixed_margin, label, styled

MOST_OF_A_PART = 400  # points of the overview
MOST_TARGETS = 120  # points of the overview that can be clicked; they are drawn, but not seen


def around(
    near: pd.DataFrame,
    part: pd.DataFrame,
    window: tuple[object, object],
    chosen: tuple[object, float],
    target: str,
    colours: Palette,
) -> go.Figure:
    """Draw the forecasts around the chosen one, above the whole part; points can be clicked.

    Args:
        near: columns time, actual, forecast, lower, upper; one row per row of the table.
        part: the same for the whole part; columns time, actual.
        window: times of the first and the last row that the chosen forecast is made from.
        chosen: time and value of the chosen forecast.
        target: its name and unit.
        colours: of the page.
    """
    figure = go.Figure()
    figure.add_scatter(
        **series.band_shape(near["time"], near["lower"], near["upper"]),
        line_color=colours.band,
        fillcolor=colours.band,
        name="90% interval",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=near["time"],
        y=near["forecast"],
        mode="lines",
        name="forecast",
        line={"color": colours.forecast, "width": 2},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=near["time"],
        y=near["actual"],
        mode="lines",
        name="actual",
        line={"color": colours.ink, "width": 1.2},
        hoverinfo="skip",
    )
    figure.add_trace(_click_targets(near[near["forecast"].notna()], colours))
    figure.add_scatter(
        x=[chosen[0]],
        y=[chosen[1]],
        mode="markers",
        name="chosen",
        cliponaxis=False,
        marker={"symbol": "diamond", "size": 12, "color": colours.accent},
        hoverinfo="skip",
    )
    drawn = part.iloc[downsample(part["actual"].to_numpy(float), MOST_OF_A_PART)]
    figure.add_scatter(
        x=drawn["time"],
        y=drawn["actual"],
        mode="lines",
        line={"color": colours.faint, "width": 1},
        showlegend=False,
        hoverinfo="skip",
        xaxis="x2",
        yaxis="y2",
    )
    some = part.dropna().iloc[:: -(-len(part) // MOST_TARGETS)]
    figure.add_scatter(
        x=some["time"],
        y=some["actual"],
        mode="markers",
        marker={"size": 6, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        showlegend=False,
        hovertemplate="%{x}<br>actual %{y:.4g}<br>click to go there<extra></extra>",
        xaxis="x2",
        yaxis="y2",
    )
    grey = {"fillcolor": colours.faint, "opacity": 0.16, "line": {"width": 0}}
    rows = {"x0": window[0], "x1": window[1], "y0": 0, "y1": 1, "yref": "y domain", **grey}
    place = {"x0": chosen[0], "x1": chosen[0], "y0": 0, "y1": 1, "xref": "x2", "yref": "y2 domain"}
    line = {"color": colours.accent, "width": 2}
    named = {"x": window[1], "xanchor": "right", "y": 1, "yref": "y domain", "yanchor": "top"}
    font = {"color": colours.faint}
    nothing = {"showticklabels": False, "showgrid": False, "zeroline": False}
    return styled(
        figure,
        colours,
        400,
        margin=fixed_margin(top=30, bottom=40),
        xaxis={"range": _ends(near), "anchor": "y"},
        xaxis2={"range": _ends(part), "anchor": "y2"},
        yaxis={"title": {"text": label(target)}, "domain": [0.34, 1.0]},
        yaxis2={**nothing, "domain": [0.0, 0.21], "anchor": "x2"},
        shapes=[{"type": "rect", **rows}, {"type": "line", "line": line, **place}],
        annotations=[{"text": "input window", "font": font, "showarrow": False, **named}],
        **{**CLICKS, "hovermode": "x", "showlegend": True},
    )


def _ends(rows: pd.DataFrame) -> list[object]:
    return [rows["time"].iloc[0], rows["time"].iloc[-1]]


def _click_targets(rows: pd.DataFrame, colours: Palette) -> go.Scatter:
    """Return transparent points to click, with all values of their time under the pointer."""
    clear = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=rows["time"],
        y=rows["forecast"],
        mode="markers",
        marker={"size": 8, "opacity": 0, "color": colours.forecast},
        selected=clear,
        unselected=clear,
        showlegend=False,
        customdata=rows[["actual", "lower", "upper"]].to_numpy(),
        hovertemplate=(
            "%{x}<br>forecast %{y:.4g} (%{customdata[1]:.4g} to %{customdata[2]:.4g})<br>"
            "actual %{customdata[0]:.4g}<br>click to explore it<extra></extra>"
        ),
    )


def variable(
    values: pd.Series,
    window: tuple[object, object],
    time: object,
    name: str,
    colours: Palette,
) -> go.Figure:
    """Draw one variable around the window, with the row of one lag marked.

    Args:
        values: index times; numbers, or labels (drawn as points).
        window: times of the first and the last row of the window.
        time: of the lag.
        name: of the variable and its unit.
        colours: of the page.
    """
    is_number = pd.api.types.is_numeric_dtype(values)
    shown = values if is_number else values.map(lambda v: label(str(v), 14), na_action="ignore")
    figure = go.Figure(
        go.Scatter(
            x=shown.index,
            y=shown,
            mode="lines+markers" if is_number else "markers",
            marker={"size": 4, "color": colours.forecast},
            line={"color": colours.forecast, "width": 1.5},
            hovertemplate="%{x}<br>%{y}<extra></extra>",
            connectgaps=False,
        )
    )
    figure.add_vrect(
        x0=window[0], x1=window[1], fillcolor=colours.faint, opacity=0.16, line_width=0
    )
    at = np.flatnonzero(shown.index == time)
    figure.add_scatter(
        x=shown.index[at],
        y=shown.iloc[at],
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": colours.accent},
        hoverinfo="skip",
    )
    figure.add_vline(x=time, line={"color": colours.accent, "width": 1, "dash": "dot"})
    figure.update_yaxes(title=label(name))
    return styled(figure, colours, 220, margin=fixed_margin(bottom=48), showlegend=False)
