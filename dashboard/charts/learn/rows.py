"""What enters a cell, what its gates make of it, and by whom its units are moved."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.look import Palette, enlarge, label, row_names, scale, ticks_at
from imv_core.scaling import Floats

ROW = 44  # pixels


def numbers(
    values: Floats, rows: Sequence[str], columns: Sequence[str], what: str, colours: Palette
) -> go.Figure:
    """A table of numbers with a colour behind each, from -1 to 1 and no further.

    Args:
        values: (rows, columns); NaN stays empty.
        rows: their names.
        columns: their names.
        what: of both, for the pointer: "variable, lag".
        colours: of the page.
    """
    told = [[f"{label(row)}<br>{label(column)}" for column in columns] for row in rows]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            zmin=-1,
            zmax=1,
            colorscale=scale(colours.diverging),
            xgap=2,
            ygap=2,
            texttemplate="%{z:.2f}",
            customdata=told,
            hoverongaps=False,
            hovertemplate="%{customdata}<br>" + what + " %{z:+.3f}<extra></extra>",
            showscale=False,
        )
    )
    bare = {"showgrid": False, "zeroline": False}
    return enlarge(
        figure,
        height=70 + ROW * len(rows),
        xaxis={**ticks_at(columns), "side": "top", **bare},
        yaxis={**row_names(rows), **bare},
    )


def reach(shares: Floats, names: Sequence[str], colours: Palette) -> go.Figure:
    """A column a hidden unit, made of the shares of those who move it.

    Args:
        shares: (N, units).
        names: of the N variables.
        colours: of the page.
    """
    units = list(range(1, shares.shape[1] + 1))
    figure = go.Figure(
        [
            go.Bar(
                x=units,
                y=share,
                name=label(name),
                marker_color=colours.several[n],
                hovertemplate=f"unit %{{x}}<br>{label(name)} %{{y:.1%}}<extra></extra>",
            )
            for n, (name, share) in enumerate(zip(names, shares, strict=True))
        ]
    )
    return enlarge(
        figure,
        height=300,
        barmode="stack",
        bargap=0.15,
        legend={"traceorder": "normal"},
        xaxis={
            "title": {"text": "hidden unit"},
            "tickvals": [1, *units[3::4]],
            "showgrid": False,
        },
        yaxis={
            "title": {"text": "share of its movement"},
            "range": [0, 1],
            "tickformat": ".0%",
            "tickvals": [0, 0.5, 1],
        },
    )
