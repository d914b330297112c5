"""The whole model on one board, as Graphviz draws it."""

from collections.abc import Sequence

from dashboard.charts.look import Palette

# parts of the model -> what is written in them; {} is a variable
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
# chapter -> the parts that it tells of
TOLD = {
    "1": {"memory"},
    "2": {"memory"},
    "3": {"lags", "variables"},
    "4": {"bell", "variables", "forecast"},
    "5": {"blame"},
    "6": {"window", "forecast"},
}


def plan(chapter: str, variables: Sequence[str], colours: Palette) -> str:
    """A lane for each variable, from the window to the forecast; what a chapter tells of is filled.

    Args:
        chapter: its number.
        variables: names without anything that Graphviz would read as its own.
        colours: of the page.
    """

    def box(name: str, part: str, text: str) -> str:
        is_told = part in TOLD[chapter]
        fill, ink = (colours.forecast, colours.ramp[0]) if is_told else ("none", colours.ink)
        style = "filled,rounded" if is_told else "rounded"
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
