"""Figures that several chapters share: the plan of the model, and maps of hidden states."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.figures.theme import LARGE, Palette, colour_scale, label, styled
from imv_core.arrays import Floats

# part of the model -> its label; {} is a variable
PARTS = {
    "window": "window",
    "memory": "h of {}",
    "lags": "α of {}",
    "bell": "μ, σ of {}",
    "variables": "π",
    "forecast": "ŷ",
    "blame": "q, I",
}
LANE = ("memory", "lags", "bell")  # one for each variable
ENDS = ("window", "variables", "forecast", "blame")
# chapter -> the parts that it explains
HIGHLIGHTED = {
    "1": {"memory"},
    "2": {"memory"},
    "3": {"lags", "variables"},
    "4": {"bell", "variables", "forecast"},
    "5": {"blame"},
    "6": {"window", "forecast"},
}


def plan(chapter: str, variables: Sequence[str], colours: Palette) -> str:
    """Return a Graphviz plan with one lane per variable; the parts of a chapter are filled.

    Args:
        chapter: its number.
        variables: names without characters that Graphviz would interpret.
        colours: of the page.
    """

    def box(name: str, part: str, text: str) -> str:
        is_highlighted = part in HIGHLIGHTED[chapter]
        fill, ink = (colours.forecast, colours.ramp[0]) if is_highlighted else ("none", colours.ink)
        style = "filled,rounded" if is_highlighted else "rounded"
        return f'{name} [label="{text}" style="{style}" fillcolor="{fill}" fontcolor="{ink}"]'

    lines = [box(part, part, PARTS[part]) for part in ENDS]
    for n, variable in enumerate(variables):
        chain = {f"{part}{n}": part for part in LANE}
        lines += [box(name, part, PARTS[part].format(variable)) for name, part in chain.items()]
        lines.append(" -> ".join(["window", *chain, "variables"]))
    lines += ["variables -> forecast", "forecast -> blame [style=dashed]"]
    edges = f'edge [color="{colours.faint}"]'
    look = 'shape=box fontname="sans-serif" fontsize=24 margin="0.15,0.06"'
    nodes = f'node [{look} color="{colours.faint}"]'
    start = f"bgcolor=transparent rankdir=LR nodesep=0.1 ranksep=0.3 {nodes} {edges} "
    return "digraph {" + start + "; ".join(lines) + "}"


ROW = 26  # pixels of a unit


def states(
    values: Floats,
    groups: Sequence[str],
    top: float,
    unit: str,
    colours: Palette,
    until: int | None = None,
) -> go.Figure:
    """Draw a heatmap of units x lags, with colours from -top to top.

    Args:
        values: (T, groups, D), the oldest step first.
        groups: what each D units belong to, by name.
        top: the end of the colours; the same in figures to be compared.
        unit: what the colours mean.
        colours: of the page.
        until: number of steps to show; None: all.
    """
    T, count, D = values.shape
    rows = values.reshape(T, count * D).T.copy()
    if until is not None:
        rows[:, until:] = np.nan
    lags = list(range(T, 0, -1))
    hover = [
        [f"{label(name)}, unit {d}<br>lag {lag}" for lag in lags]
        for name in groups
        for d in range(1, D + 1)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=rows,
            x=lags,
            y=list(range(count * D)),
            zmin=-top,
            zmax=top,
            colorscale=colour_scale(colours.diverging),
            xgap=2,
            ygap=1,
            customdata=hover,
            hoverongaps=False,
            hovertemplate="%{customdata}<br>" + unit + " %{z:+.3f}<extra></extra>",
            colorbar={
                "title": {"text": unit, "side": "right"},
                "tickvals": [-top, 0, top],
                "ticktext": [f"−{top:.2g}", "0", f"{top:.2g}"],
                "thickness": 16,
                "outlinewidth": 0,
            },
        )
    )
    places = [g * D - 0.5 for g in range(1, count)]
    blank = {"showgrid": False, "zeroline": False}
    return styled(
        figure,
        colours,
        110 + ROW * count * D,
        LARGE,
        shapes=[_line(y, colours) for y in places],
        xaxis={
            "title": {"text": "lag (1 = last observed row)"},
            "range": [T + 0.5, 0.5],
            "tickvals": lags,
            **blank,
        },
        yaxis={
            "tickvals": [g * D + (D - 1) / 2 for g in range(count)],
            "ticktext": [label(name) for name in groups],
            "range": [count * D - 0.5, -0.5],
            **blank,
        },
    )


def _line(y: float, colours: Palette) -> dict[str, object]:
    """Return a line between two groups; shapes set in one layout are faster."""
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y}
    return {"type": "line", **ends, "line": {"color": colours.ink, "width": 2}}


def framed(figure: go.Figure, rows: tuple[int, int], lag: int, colours: Palette) -> go.Figure:
    """Frame the units of a range at one lag."""
    sides = {"x0": lag - 0.5, "x1": lag + 0.5}
    ends = {"y0": rows[0] - 0.5, "y1": rows[1] - 0.5}
    line = {"color": colours.accent, "width": 4}
    figure.layout.shapes += ({"type": "rect", **sides, **ends, "line": line},)
    return figure
