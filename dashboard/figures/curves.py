"""Draw results of checks: deletion, repetition, calibration, planted worlds, hidden effects."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.figures.theme import Palette, label, name_rows, styled, whiskers

ORDERS = {"attention": "by importance", "attribution": "by attribution", "random": "random orders"}
"""Names of the orders of the check of deletion; the order "attention" is that of the map."""


def curves(rows: pd.DataFrame, title: str, target: str, colours: Palette) -> go.Figure:
    """Draw how forecasts move as more cells are replaced or put back, in several orders.

    Args:
        rows: columns order, share (of the cells), change, low, high; for deletion or insertion.
        title: of the axis of shares.
        target: name of the target, for the axis of changes.
        colours: of the page.
    """
    figure = go.Figure()
    chance = rows[rows["order"] == "random"].sort_values("share")
    for bound, fill in (("low", None), ("high", "tonexty")):
        figure.add_scatter(
            x=chance["share"],
            y=chance[bound],
            mode="lines",
            line_width=0,
            fill=fill,
            fillcolor="rgba(128, 128, 128, 0.22)",
            showlegend=False,
            hoverinfo="skip",
        )
    looks = {
        "random": (colours.faint, "dot", "circle"),
        "attribution": (colours.accent, "solid", "diamond"),
        "attention": (colours.forecast, "solid", "circle"),
    }
    for order, (tone, dash, symbol) in looks.items():
        own = rows[rows["order"] == order].sort_values("share")
        figure.add_scatter(
            x=own["share"],
            y=own["change"],
            mode="lines+markers",
            name=ORDERS[order],
            line={"color": tone, "width": 2, "dash": dash},
            marker={"symbol": symbol, "size": 6},
            hovertemplate="%{x:.0%} of the cells<br>%{y:.4g}<extra>%{fullData.name}</extra>",
        )
    figure.update_xaxes(title=title, tickformat=".0%", range=[-0.02, 1.02])
    figure.update_yaxes(title=f"change of the forecast, {label(target)}", rangemode="tozero")
    return styled(figure, colours, 340)


def strips(
    draws: Mapping[str, "pd.Series[float]"],
    marks: Mapping[float, str],
    title: str,
    colours: Palette,
) -> go.Figure:
    """Draw every repetition as a point and their median as a bar, one row per question.

    Args:
        draws: name of a row -> its points.
        marks: value -> its meaning, written beside a line at this value.
        title: of the axis of values.
        colours: of the page.
    """
    figure = go.Figure()
    rng = np.random.default_rng(0)  # shifts points, as equal ones would hide one another
    for place, (name, values) in enumerate(draws.items()):
        figure.add_scatter(
            x=values,
            y=place + rng.uniform(-0.2, 0.2, len(values)),
            mode="markers",
            marker={
                "color": colours.forecast,
                "size": 8,
                "opacity": 0.7 if len(values) <= 50 else 0.2,
            },
            customdata=[label(name, 60)] * len(values),
            hovertemplate="%{customdata}<br>%{x:.2f}<extra></extra>",
        )
        figure.add_scatter(
            x=[values.median()],
            y=[place],
            mode="markers",
            marker={
                "symbol": "line-ns",
                "size": 26,
                "line": {"width": 3, "color": colours.accent},
            },
            hovertemplate="median %{x:.2f}<extra></extra>",
        )
    for value, text in marks.items():
        figure.add_vline(x=value, line={"color": colours.faint, "dash": "dash"})
        figure.add_annotation(
            x=value,
            y=-0.5,
            yanchor="bottom",
            xanchor="right" if value > 0 else "left",
            text=text,
            font_color=colours.faint,
            showarrow=False,
        )
    name_rows(figure, list(draws))
    low = min((float(values.min()) for values in draws.values()), default=0)
    figure.update_xaxes(title=title, range=[min(-0.05, low - 0.05), 1.05])
    figure.update_yaxes(showgrid=False, zeroline=False)
    height = 150 + 52 * len(draws)
    return styled(figure, colours, height, showlegend=False, margin={"t": 28})  # for the marks


def calibration(levels: pd.DataFrame, colours: Palette) -> go.Figure:
    """Draw the coverage of intervals beside their level.

    Args:
        levels: columns level, coverage, low, high.
        colours: of the page.
    """
    covered = levels["coverage"]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="level",
        line={"color": colours.faint, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=levels["level"],
        y=covered,
        mode="lines+markers",
        name="coverage",
        line={"color": colours.forecast, "width": 2},
        marker={"size": 8},
        error_y=whiskers(levels["low"], covered, levels["high"]),
        customdata=levels[["low", "high"]],
        hovertemplate=(
            "%{x:.0%} intervals<br>coverage %{y:.1%} (%{customdata[0]:.1%} to %{customdata[1]:.1%})"
            "<extra></extra>"
        ),
    )
    figure.update_xaxes(title="level of the intervals", range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(title="coverage", range=[0, 1.02], tickformat=".0%")
    return styled(figure, colours, 320)


def pit(shares: "pd.Series[float]", colours: Palette) -> go.Figure:
    """Draw where true values lie in the forecast distribution, in bins of equal probability.

    It is the histogram of the probability integral transform (PIT).

    Args:
        shares: share of the windows per bin, the lowest bin first.
        colours: of the page.
    """
    bins, values = len(shares), shares.to_numpy()
    middles = (np.arange(bins) + 0.5) / bins
    figure = go.Figure(
        go.Bar(
            x=middles,
            y=values,
            width=1 / bins,
            marker={"color": colours.forecast, "line": {"width": 0}},
            customdata=np.column_stack([middles - 0.5 / bins, middles + 0.5 / bins]),
            hovertemplate=(
                "between %{customdata[0]:.0%} and %{customdata[1]:.0%} of the forecast "
                "distribution<br>%{y:.1%} of the windows<extra></extra>"
            ),
        )
    )
    figure.add_hline(y=1 / bins, line={"color": colours.accent, "dash": "dash", "width": 2})
    figure.add_annotation(
        x=1.01,  # beside the bars, which would hide it
        y=1 / bins,
        xanchor="left",
        yanchor="bottom",
        text=f"uniform {1 / bins:.0%}",
        font_color=colours.accent,
        showarrow=False,
    )
    place = "place of the truth in the forecast distribution"
    figure.update_xaxes(title=place, tickformat=".0%", range=[0, 1.22], dtick=0.25)
    figure.update_yaxes(title="share of the windows", tickformat=".0%", rangemode="tozero")
    return styled(figure, colours, 320, bargap=0.06)


def recovery(worlds: pd.DataFrame, colours: Palette) -> go.Figure:
    """Draw the share of planted drivers and lags that was found, by world.

    Args:
        worlds: shares that were found; index worlds in words, columns what was searched for.
        colours: of the page.
    """
    names = list(worlds.index)
    figure = go.Figure()
    shifts = np.linspace(-0.24, 0.24, len(worlds.columns))
    symbols = ("circle", "diamond", "square")
    for what, shift, symbol, colour in zip(
        worlds.columns, shifts, symbols, colours.several, strict=False
    ):
        figure.add_scatter(
            x=worlds[what],
            y=np.arange(len(names)) + shift,
            mode="markers",
            name=what,
            marker={"symbol": symbol, "size": 10, "color": colour},
            hovertemplate="%{fullData.name} %{x:.0%}<extra></extra>",
        )
    for place in range(1, len(names)):
        figure.add_hline(y=place - 0.5, line={"color": colours.faint, "width": 0.5})
    name_rows(figure, names)
    figure.update_xaxes(title="share of what was planted", tickformat=".0%", range=[-0.04, 1.04])
    figure.update_yaxes(showgrid=False, zeroline=False)
    return styled(figure, colours, 130 + 36 * len(names))


def effect_shares(
    bars: pd.DataFrame, outcomes: Sequence[str], threshold: float, colours: Palette
) -> go.Figure:
    """Draw the importance of a hidden effect, one bar per strength, in the colour of its outcome.

    Args:
        bars: index strengths in words; columns share, text (over the bar), note (under the
            pointer), outcome.
        outcomes: all four possible outcomes, in the order of the legend.
        threshold: the share above which the effect counts as found.
        colours: of the page.
    """
    figure = go.Figure()
    places = pd.Series(np.arange(len(bars)), bars.index)
    tones = (colours.forecast, colours.several[1], colours.faint, colours.ink)
    for outcome, colour in zip(outcomes, tones, strict=True):
        own = bars[bars["outcome"] == outcome]
        if len(own):
            figure.add_bar(
                x=places[own.index],
                y=own["share"],
                width=0.6,
                name=outcome,
                marker_color=colour,
                customdata=own[["note"]],
                hovertemplate="%{y:.1%} of the importance<br>%{customdata[0]}<extra></extra>",
            )
    for place, share, text in zip(places, bars["share"], bars["text"], strict=True):
        figure.add_annotation(x=place, y=share, text=text, yanchor="bottom", showarrow=False)
    figure.add_hline(y=threshold, line={"color": colours.accent, "dash": "dash"})
    figure.add_annotation(
        x=1,  # beside the bars, which would hide it
        xref="paper",
        xanchor="right",
        y=threshold,
        yanchor="bottom",
        text=f"found<br>above {threshold:.0%}",
        font_color=colours.accent,
        align="right",
        showarrow=False,
    )
    name_rows(figure, list(bars.index), at_y=False)
    figure.update_xaxes(
        title="size of the effect, of the target's variation",
        range=[-0.5, len(bars) + 0.5],
        showgrid=False,
    )
    top = 1.25 * max(bars["share"].max(), threshold)
    figure.update_yaxes(title="share of importance", tickformat=".0%", range=[0, top])
    return styled(figure, colours, 340, showlegend=True, barmode="overlay")
