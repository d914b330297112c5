"""Figure of chapter 6: attention and attribution over the lags of each driver."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard.figures.theme import LARGE, Palette, label, styled
from dashboard.ui.panel import Panel


def _lags_figure(
    attention: pd.DataFrame,
    attribution: pd.DataFrame,
    planted: Mapping[str, int],
    colours: Palette,
) -> go.Figure:
    """Draw shares, drivers x lags, in one panel per driver; mark the planted lag."""
    lags = [int(lag) for lag in attention.columns]
    uniform = 1 / len(lags)
    names = list(planted)
    figure = make_subplots(
        rows=len(names),
        shared_xaxes=True,
        vertical_spacing=0.12,
        subplot_titles=[
            f"{label(name)}: attention {_highest(attention.T[name])}, attribution "
            f"{_highest(attribution.T[name])}"
            for name in names
        ],
    )
    ways = (
        ("attention", attention, colours.forecast),
        ("attribution", attribution, colours.accent),
    )
    figure.add_traces(
        [
            go.Bar(
                x=lags,
                y=shares.loc[name],
                name=way,
                legendgroup=way,
                showlegend=name == names[0],
                marker_color=colour,
                hovertemplate=f"{label(name)}, lag %{{x}}<br>{way} %{{y:.1%}}<extra></extra>",
            )
            for name in names
            for way, shares, colour in ways
        ],
        rows=[row for row in range(1, len(names) + 1) for _ in ways],
        cols=1,
    )
    figure.update_xaxes(range=[lags[-1] + 0.5, lags[0] - 0.5], tickvals=lags, showgrid=False)
    figure.update_xaxes(title="lag (1 = last observed row)", row=len(names))
    figure.update_yaxes(
        range=[0, 1.02],
        tickvals=[uniform, 0.5, 1],
        ticktext=[f"uniform {uniform:.3g}", "0.5", "1"],
    )
    figure.update_yaxes(title="share of the row", row=(len(names) + 1) // 2)
    return styled(
        figure,
        colours,
        140 + 180 * len(names),
        LARGE,
        bargap=0.2,
        bargroupgap=0.05,
        shapes=[_planted(row, planted[name], colours) for row, name in enumerate(names, 1)]
        + [_uniform(row, uniform, colours) for row in range(1, len(names) + 1)],
        margin={"t": 80},
        legend={"y": 1.08, "traceorder": "reversed"},  # as bars stand on a reversed axis
    )


def _highest(shares: "pd.Series[float]") -> str:
    """Return where shares are highest, or that they are nearly uniform."""
    is_flat = shares.max() < 1.5 / len(shares)
    return f"{'nearly uniform, highest' if is_flat else 'peaks'} at lag {shares.idxmax()}"


def _planted(row: int, lag: int, colours: Palette) -> dict[str, object]:
    """Return a band behind the planted lag of a panel."""
    return {
        "type": "rect",
        "name": "planted lag",
        "showlegend": row == 1,
        "layer": "below",
        "fillcolor": colours.band,
        "line": {"color": colours.ink, "width": 2},
        "xref": _axis("x", row),
        "x0": lag - 0.5,
        "x1": lag + 0.5,
        "yref": _axis("y", row) + " domain",
        "y0": 0,
        "y1": 1,
    }


def _uniform(row: int, share: float, colours: Palette) -> dict[str, object]:
    """Return a line at the uniform share of a panel."""
    across = {"xref": _axis("x", row) + " domain", "x0": 0, "x1": 1}
    at = {"yref": _axis("y", row), "y0": share, "y1": share}
    line = {"color": colours.ink, "dash": "dash", "width": 1.5}
    return {"type": "line", **across, **at, "line": line}


def _axis(kind: str, row: int) -> str:
    """Return Plotly's name of an axis: the first has no number."""
    return kind if row == 1 else f"{kind}{row}"


def lags(
    attention: pd.DataFrame,
    attribution: pd.DataFrame,
    planted: Mapping[str, int],
    reading: str,
    colours: Palette,
) -> Panel:
    """Draw attention and attribution of each driver by lag, and its planted lag.

    Args:
        attention: T, variables x lags.
        attribution: in the target's unit, variables x lags.
        planted: driver -> its lag.
        reading: what attention lies over, in words.
        colours: of the page.
    """
    drivers = list(planted)
    attended = attention.loc[drivers]
    moved = attribution.loc[drivers]
    moved = moved.div(moved.sum(axis="columns"), axis="index")
    truth = pd.Series(planted)
    right, sure = (int((way.idxmax(axis=1) == truth).sum()) for way in (attended, moved))
    return Panel(
        f"Attention over {reading} is highest at the planted lag of {right} of {len(drivers)} "
        f"drivers, attribution at that of {sure}",
        _lags_figure(attended, moved, planted, colours),
        lambda: (
            pd.DataFrame(
                {
                    "attention": attended.stack(),
                    "attribution": attribution.loc[drivers].stack(),
                    "attribution_share": moved.stack(),
                }
            )
            .reset_index()
            .assign(planted=lambda rows: rows["lag"] == rows["variable"].map(planted))
        ),
        "belief",
    )
