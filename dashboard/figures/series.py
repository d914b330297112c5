"""Draw series over time: variables of a table, and forecasts with intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots
from tsdownsample import MinMaxDownsampler

from dashboard.figures.theme import Layout, Palette, label, styled


def band_shape(
    times: "pd.Series[Any]", lower: "pd.Series[float]", upper: "pd.Series[float]"
) -> Layout:
    """Return the arguments with which a scatter trace fills a band.

    Plotly's fill between two lines runs on across a gap in them, so each run of values is a
    shape of its own.

    Args:
        times: of the steps.
        lower: of the interval; NaN where there is none.
        upper: the same.

    Returns:
        Its x, y, mode, line and fill.
    """
    known = np.flatnonzero(lower.notna() & upper.notna())
    runs = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1)
    x: list[Any] = []
    y: list[float] = []
    for rows in runs:
        along = times.iloc[rows]
        x += [*along, *along[::-1], None]
        y += [*upper.iloc[rows], *lower.iloc[rows][::-1], np.nan]
    # a single step has no area: its edge is drawn
    return {"x": x[:-1], "y": y[:-1], "mode": "lines", "line_width": 1, "fill": "toself"}


MOST_STEPS = 8_000  # of a forecast that are drawn one by one; of more, lows and highs
BANDS = {"": "90% interval", "_50": "50% interval"}  # end of its columns -> what it is
IN_VIEW = 200  # steps of a forecast that are in view at first
MOST_POINTS = 1_200  # of one drawn line; more are not visible and make the page slow
MOST_OF_ALL = 8_000  # of all lines of a figure together


def downsample(values: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Return the positions of points that keep a line's shape: lows, highs and ends.

    A gap wide enough to be visible stays a gap; there are at most as many gaps as points.
    """
    if len(values) <= most:
        return np.arange(len(values))
    known = np.flatnonzero(~np.isnan(values))
    kept = known
    if len(known) > most:  # the downsampler of NaNs would let one NaN hide all values around it
        minmax = MinMaxDownsampler()  # type: ignore[no-untyped-call]  # its __init__ has no types
        kept = known[minmax.downsample(values[known].astype(float), n_out=most)]
    gaps = known[:-1][np.diff(known) > len(values) / most] + 1
    return np.unique(np.concatenate([[0], kept, gaps, [len(values) - 1]]))


def even_times(times: "pd.Index[Any]") -> dict[str, Any]:
    """Return the times of a line; evenly spaced times as the first time and the distance.

    A time sent with every point takes most of a figure's bytes, and of the time to read them.
    """
    steps = np.unique(np.diff(times.to_numpy()))
    if len(steps) != 1:
        return {"x": times}
    if isinstance(times, pd.DatetimeIndex):
        return {"x0": times[0], "dx": pd.Timedelta(steps[0]) / pd.Timedelta(milliseconds=1)}
    return {"x0": int(times[0]), "dx": int(steps[0])}


def variables(
    frame: pd.DataFrame, names: Sequence[str], bounds: Mapping[str, object], colours: Palette
) -> go.Figure:
    """Draw each variable in a panel of its own over the same time, and mark the split.

    Args:
        frame: index times; columns of numbers, or of labels (drawn as steps between them).
        names: the columns to draw.
        bounds: name of a part -> the time at which it begins.
        colours: of the page.
    """
    figure = make_subplots(rows=len(names), shared_xaxes=True, vertical_spacing=0.14 / len(names))
    most = min(MOST_POINTS, MOST_OF_ALL // len(names))
    for row, name in enumerate(names, start=1):
        column = frame[name]
        if pd.api.types.is_numeric_dtype(column):
            places = downsample(column.to_numpy(float), most)
            drawn, style = column.iloc[places], {"mode": "lines", "line_width": 1}
        else:
            drawn = column.iloc[:: -(-len(column) // most)].map(
                lambda v: label(str(v), 14), na_action="ignore"
            )
            style = {"mode": "markers", "marker_size": 2.5}
        figure.add_scatter(
            **even_times(drawn.index),
            y=drawn,
            row=row,
            col=1,
            name=label(name, 60),
            showlegend=False,
            line_color=colours.forecast,
            marker_color=colours.forecast,
            hovertemplate="%{x}<br>%{y}<extra>%{fullData.name}</extra>",
            **style,
        )
        figure.update_yaxes(
            title={"text": label(name, 14), "font_size": 11}, row=row, col=1, nticks=4
        )
    # One shape across all panels: `add_vline` would draw, slowly, one in each.
    across = {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    look = {"color": colours.accent, "dash": "dot", "width": 1.5}
    beside = {"xref": "x", "yref": "paper", "y": 1, "xanchor": "left", "yanchor": "bottom"}
    figure.update_layout(
        shapes=[{**across, "x0": x, "x1": x, "line": look} for x in bounds.values()],
        annotations=[
            {**beside, "x": x, "text": part, "showarrow": False}
            | {"font": {"color": colours.accent, "size": 12}}
            for part, x in bounds.items()
        ],
    )
    return styled(figure, colours, 60 + 92 * len(names), margin={"t": 26})


def forecast(
    past: pd.DataFrame,
    future: pd.DataFrame,
    target: str,
    colours: Palette,
    shown: int | None = None,
) -> go.Figure:
    """Draw actual values, forecasts, intervals, and the steps beyond the last row.

    Args:
        past: columns time, actual, forecast, lower, upper, and, for an interval within the other,
            lower_50 and upper_50; one horizon step, in time order.
        future: the same for all steps beyond the last row; may be empty.
        target: its name and unit, for the axis.
        colours: of the page.
        shown: how many of the last steps are drawn; None: all of them, to be moved through.
    """
    if shown:
        past = past.iloc[-shown:]
    elif len(past) > MOST_STEPS:
        past = past.iloc[downsample(past["actual"].to_numpy(float), 2 * MOST_POINTS)]
    figure = go.Figure()
    for rows, name, dash in ((past, "forecast", "solid"), (future, "beyond the last row", "dot")):
        if rows.empty:
            continue
        for suffix, interval in BANDS.items():
            if "lower" + suffix not in rows:
                continue
            ends = {side: rows[side + suffix] for side in ("upper", "lower")}
            is_whole = all(values.notna().all() for values in ends.values())
            band = {"name": interval, "legendgroup": interval, "fillcolor": colours.band}
            for side, values in ends.items():  # a whole band needs no more than its two lines
                fill = "tonexty" if is_whole and side == "lower" else None
                figure.add_scatter(
                    **even_times(pd.Index(rows["time"])),
                    **band,
                    y=values,
                    mode="lines",
                    line_width=0,
                    fill=fill,
                    showlegend=fill is not None and rows is past,
                    hovertemplate=f"{interval}, {side} %{{y:.4g}}<extra></extra>",
                )
            if not is_whole:
                figure.add_scatter(
                    **band_shape(rows["time"], ends["lower"], ends["upper"]),
                    **band,
                    line_color=colours.band,
                    showlegend=rows is past,
                    hoverinfo="skip",
                )
        figure.add_scatter(
            **even_times(pd.Index(rows["time"])),
            y=rows["forecast"],
            mode="lines+markers" if rows is future else "lines",
            line={"color": colours.forecast, "dash": dash, "width": 2},
            name=name,
            hovertemplate="forecast %{y:.4g}<extra></extra>",
        )
    figure.add_scatter(
        **even_times(pd.Index(past["time"])),
        y=past["actual"],
        mode="lines",
        line={"color": colours.ink, "width": 1.2},
        name="actual",
        hovertemplate="actual %{y:.4g}<extra></extra>",
    )
    visible = past.iloc[-IN_VIEW:]
    last = (future if len(future) else past)["time"].iloc[-1]
    figure.update_xaxes(range=[visible["time"].iloc[0], last])
    if not shown:
        whole = [past["time"].iloc[0], last]
        figure.update_xaxes(rangeslider={"visible": True, "thickness": 0.08, "range": whole})
    sides = pd.concat([visible, future])[["actual", "lower", "upper"]].to_numpy(float)
    low, high = np.nanmin(sides), np.nanmax(sides)
    margin = 0.05 * (high - low or 1)
    figure.update_yaxes(title=label(target), range=[low - margin, high + margin])
    return styled(figure, colours, 420, hovermode="x unified")
