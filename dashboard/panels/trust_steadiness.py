"""The figures that ask how steady an explanation is, and how well intervals and settings hold."""

import pandas as pd

from dashboard.charts import trust_curves as charts
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel
from dashboard.words import listed
from imv_core.faithfulness.recovery import Recovery
from imv_core.faithfulness.trust_report import TrustReport

OVER = {"seeds": "over seeds", "time": "over time"}


def stability(report: TrustReport, colours: Palette) -> Panel:
    """Whether variables keep their order of importance in other trainings and stretches."""
    rows = report.stability
    parts = {  # of one training alone there are no rows of seeds
        words: own for over, words in OVER.items() if len(own := rows[rows["over"] == over])
    }
    draws = {
        f"{words}: {measure}": own[column]
        for words, own in parts.items()
        for column, measure in (("tau", "order (tau)"), ("overlap", "same top"))
    }
    said = [f"{own['tau'].median():.2f} {words}" for words, own in parts.items()]
    return Panel(
        f"The order of variables repeats with Kendall's tau {listed(said)} "
        "(1: always the same, 0: by chance)",
        charts.strips(
            draws, {0.0: "chance", 1.0: "the same"}, "Kendall's tau; share in common", colours
        ),
        lambda: rows,
        "stability",
    )


def randomised(report: TrustReport, colours: Palette) -> Panel:
    """Whether the map changes when the weights of the model are drawn at random."""
    draws = report.randomised["correlation"]
    return Panel(
        f"With random weights the map correlates {draws.mean():.2f} with the trained one"
        if draws.notna().any()
        else "The map has one cell alone, and looks the same with random weights",
        charts.strips(
            {"random weights": draws},
            {0.0: "another map", 1.0: "the same map"},
            "correlation with the map of the trained model",
            colours,
        ),
        lambda: report.randomised,
        "randomised",
    )


def calibration(report: TrustReport, colours: Palette) -> Panel:
    """What intervals of several levels held."""
    rows = report.calibration
    off = (rows["coverage"] - rows["level"]).abs()
    worst = rows.iloc[int(off.argmax())]
    return Panel(
        f"Intervals hold what they promise within {100 * off.max():.1f} points; farthest off are "
        f"those of {worst['level']:.0%}, which held {worst['coverage']:.1%}",
        charts.calibration(rows, colours),
        lambda: rows,
        "calibration",
    )


def pit(report: TrustReport, colours: Palette) -> Panel:
    """Where the truth fell within what was forecast."""
    shares, bins = report.pit["share"], len(report.pit)
    middle, ends = shares.iloc[bins // 4 : -(bins // 4)].sum(), shares.iloc[[0, -1]].sum()
    return Panel(
        f"{middle:.0%} of the truth fell into the middle half of the forecast distribution, "
        f"{ends:.0%} into its outermost {2 / bins:.0%}",
        charts.pit(shares, colours),
        lambda: report.pit,
        "pit",
    )


def recovery(found: Recovery, colours: Palette) -> Panel:
    """What a model with these settings found of what was planted, world by world."""
    worlds = found.worlds.groupby("world", sort=False)
    sums = worlds[["drivers", "found", "exact_by_attention", "exact_by_attribution"]].sum()
    shares = pd.DataFrame(
        {
            "drivers found": sums["found"] / sums["drivers"],
            "exact lag by importance": sums["exact_by_attention"] / sums["drivers"],
            "exact lag by attribution": sums["exact_by_attribution"] / sums["drivers"],
        }
    )
    hardest = sums.iloc[int(shares["drivers found"].argmin())]
    return Panel(
        "In every world all planted drivers are found"
        if hardest["found"] == hardest["drivers"]
        else f"Fewest drivers are found in the world '{_world(str(hardest.name))}': "
        f"{hardest['found']} of {hardest['drivers']}",
        charts.recovery(shares.rename(index=_world), colours),
        lambda: found.worlds,
        "recovery",
    )


def _world(name: str) -> str:
    return name.replace("_", " ")
