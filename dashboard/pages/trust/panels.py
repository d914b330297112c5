"""The figures that ask whether an explanation is true of its model."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard.figures import curves as lines
from dashboard.figures import side_by_side as charts
from dashboard.figures.importance import heatmap
from dashboard.figures.side_by_side import Measure
from dashboard.figures.theme import Palette
from dashboard.ui.panel import Panel
from dashboard.ui.titles import Groups, leader, leading_cell
from dashboard.wording import listed, number, short
from imv_core.faithfulness.report import TrustReport

ATTRIBUTIONS = {
    "another_window": "another window's value",
    "training_mean": "training mean",
    "integrated_gradients": "integrated gradients",
}
CHANGES = {
    "alpha uniform": "attention made uniform",
    "alpha shuffled": "attention shuffled",
    "pi uniform": "weights made uniform",
}
KINDS = {
    "deletion": ("Deletion", "share of the cells whose value is taken away"),
    "insertion": ("Insertion", "share of the cells whose value is put back"),
}
LEAST_RISE = 0.0005  # less reads as 0.0%
SCORES_MEAN = (
    "Changes of the forecast in the target's unit. AOPC is the mean height of the deletion curve; "
    "comprehensiveness its mean over the first 20% of the cells, large where the order is right; "
    "sufficiency that of the insertion curve, small where the order is right."
)


def maps(
    report: TrustReport,
    way: str,
    row_step: str,
    colours: Palette,
    names: Sequence[str] | None = None,
    of_step: tuple[int, pd.DataFrame] | None = None,
) -> tuple[Panel, Panel]:
    """Importance and attribution of each variable and lag, in the same colours.

    Args:
        report: of a model.
        way: a key of `ATTRIBUTIONS`; "another_window" where a step is chosen.
        row_step: a step of the table in words ("1 hour"); empty where it has none.
        colours: of the page.
        names: the variables to draw, in their order; None: all.
        of_step: a step ahead, and the joint map of it; None: all steps together.
    """
    importance, values, ahead = report.attention, report.attributions[way].abs(), ""
    if of_step is not None:
        step, importance = of_step
        values, ahead = report.lag_attribution_by_step[step], f", step {step} ahead"
    attribution = shares_of(values)
    uniform, rows = 1 / values.size, list(names or report.variables)
    target = short(report.target, 40)
    moved = values.loc[rows].map(lambda move: f"moves {target} by {number(move)} on average")
    drawn = [
        heatmap(shares.loc[rows], uniform, colours, "share of all", row_step, notes)
        for shares, notes in ((importance, None), (attribution, moved))
    ]
    charts.same_scale(drawn)
    numbers = pd.DataFrame(
        {
            "importance": importance.stack(),
            "attribution": attribution.stack(),
            "attribution_in_the_targets_unit": values.stack(),
        }
    )
    tidy = numbers.rename_axis(["variable", "lag"]).reset_index
    first, lag = leading_cell(importance, report.redundant)
    return (
        Panel(
            f"Importance puts {first.named()} at lag {lag} first: {first.share:.1%} of all "
            f"(uniform: {uniform:.1%}){ahead}",
            drawn[0],
            tidy,
            "joint_attention",
        ),
        Panel(_agreement(report, importance, attribution) + ahead, drawn[1], tidy, "attribution"),
    )


def variables(report: TrustReport, colours: Palette, names: Sequence[str] | None = None) -> Panel:
    """Importance, attribution and permutation importance of each variable on one scale."""
    frame = report.by_variable
    rows = list(names or frame["importance"].sort_values(ascending=False).index)
    ways = [
        _measure("importance", frame, "importance", "of the importance"),
        _measure("attribution", frame, "attribution", "by which the forecast moves"),
        _measure("integrated gradients", frame, "gradients", "by which the forecast moves"),
        _measure("permutation", frame, "permutation", "by which the RMSE rises"),
    ]
    shown = [
        way._replace(shares=way.shares.loc[rows], hover=way.hover.loc[rows])
        for way in ways
        if way.shares["share"].notna().all()
    ]
    return Panel(
        _first_by(ways, report.redundant),
        charts.measures(shown, 1 / len(frame), colours),
        lambda: frame.rename_axis("variable").reset_index(),
        "three_importances",
    )


def ablations(report: TrustReport, colours: Palette) -> Panel:
    """How far the error rises without what was learnt about lags and variables."""
    rows = report.ablations.rename(index=CHANGES)
    name, rise = str(rows["rise"].idxmax()), rows["rise"].max()
    return Panel(
        f"With {name} the error rises most: by {rise:.1%}"
        if rise >= LEAST_RISE
        else "Whatever is taken away of attention and weights, the error does not rise",
        charts.rises(rows, colours),
        lambda: report.ablations.rename_axis("change").reset_index(),
        "ablations",
    )


def curves(report: TrustReport, kind: str, colours: Palette) -> Panel:
    """How forecasts move as cells are taken away, or put back; see `KINDS`."""
    rows = report.curves[report.curves["kind"] == kind]
    name, axis = KINDS[kind]
    means = rows.groupby("order")[["change", "low", "high"]].mean()
    chance = means.loc["random"]
    beats = {  # a deletion should move the forecast, an insertion bring it back
        str(order): change > chance["high"] if kind == "deletion" else change < chance["low"]
        for order, change in means["change"].drop("random").items()
    }
    better = [order for order, is_better in beats.items() if is_better]
    alone = lines.ORDERS[better[0]] if better else ""
    words = {
        0: "no order does better than every random one",
        1: f"the order {alone} alone does better than every random one",
        2: "importance and attribution both do better than every random order",
    }
    return Panel(
        f"{name}: {words[len(better)]}",
        lines.curves(rows, axis, report.target, colours),
        lambda: rows,
        "deletion",
    )


def scores(report: TrustReport) -> pd.DataFrame:
    """What the curves come to, a row an order, as text."""
    frame = report.curve_scores
    words = {
        "aopc": "AOPC",
        "comprehensiveness": "Comprehensiveness",
        "sufficiency": "Sufficiency",
    }
    table = frame[list(words)].rename(columns=words, index=lines.ORDERS)
    table.insert(1, "Above random orders (AOPCR)", table["AOPC"] - frame["aopc"]["random"])
    return table.map(number).rename_axis("Order of the cells").reset_index()


def shares_of(values: pd.DataFrame) -> pd.DataFrame:
    """Values of one sign as shares of their sum; zeros where all are zero."""
    total = float(values.to_numpy().sum())
    return values / total if total > 0 else values * 0.0


def _agreement(report: TrustReport, importance: pd.DataFrame, attribution: pd.DataFrame) -> str:
    """How much of both maps lies in the same cells, and which cell each puts first."""
    if not attribution.to_numpy().any():
        return "Whatever value is replaced, the forecast does not move: nothing is attributed"
    common = float(np.asarray(np.minimum(importance, attribution)).sum())
    one, other = (
        f"{first.named()} at lag {lag}"
        for first, lag in (leading_cell(m, report.redundant) for m in (importance, attribution))
    )
    firsts = f": both put {one} first"
    if one != other:
        firsts = f", but attribution puts {other} first"
    return f"Attribution and importance agree on {common:.0%}{firsts}"


def _measure(name: str, frame: pd.DataFrame, column: str, unit: str) -> Measure:
    """One column as shares of what it adds up to; what lies below zero adds nothing to that."""
    own = frame.reindex(columns=[f"{column}_low", column, f"{column}_high"])  # NaN: no interval
    total = own[column].clip(lower=0).sum()
    told = [
        f"{number(value)}{f' ({number(low)} to {number(high)})' if np.isfinite(low) else ''} {unit}"
        for low, value, high in own.itertuples(index=False)
    ]
    shares = own.set_axis(["low", "share", "high"], axis=1) / (total if total > 0 else np.nan)
    return Measure(name, shares, pd.Series(told, frame.index))


def _first_by(ways: Sequence[Measure], groups: Groups) -> str:
    """Whom each way puts first, variables that all but copy each other taken together."""
    told = [way for way in ways if way.shares["share"].notna().any()]
    leaders = [leader(way.shares["share"].clip(lower=0), groups) for way in told]
    firsts: dict[str, list[str]] = {}
    for way, first in zip(told, leaders, strict=True):
        firsts.setdefault(first.named(), []).append(way.name)
    if len(firsts) == 1:
        (name,) = firsts
        least = min(first.share for first in leaders)
        return f"Every way to ask puts {name} first, with {least:.0%} of all or more"
    said = [f"{name} by {listed(by)}" for name, by in firsts.items()]
    return f"Not every way to ask puts the same variable first: {'; '.join(said)}"
