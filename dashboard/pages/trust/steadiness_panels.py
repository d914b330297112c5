"""Figures: how steady is an explanation, and how well do intervals and settings hold?"""

import pandas as pd

from dashboard.figures import curves as charts
from dashboard.figures.theme import Palette
from dashboard.pages.trust.check_figures import INTERVALS, STEADINESS, check_figure
from dashboard.ui.panel import Panel
from dashboard.wording import listed
from imv_core.faithfulness.report import TrustReport
from imv_core.synthetic.injection import ELSEWHERE, FOUND, MISSED, Injection
from imv_core.synthetic.recovery import Recovery

OVER = {"seeds": "over seeds", "time": "over time"}


@check_figure("stability", "stability", STEADINESS)
def stability(report: TrustReport, colours: Palette) -> Panel:
    """Draw how often variables keep their order of importance, over seeds and over time."""
    rows = report.stability
    parts = {  # a single training gives no rows of seeds
        words: own for over, words in OVER.items() if len(own := rows[rows["over"] == over])
    }
    draws = {
        f"{words}: {measure}": own[column]
        for words, own in parts.items()
        for column, measure in (("tau", "order (tau)"), ("overlap", "same top"))
    }
    parts_in_words = [f"{own['tau'].median():.2f} {words}" for words, own in parts.items()]
    return Panel(
        f"The order of variables repeats with Kendall's tau {listed(parts_in_words)} "
        "(1: always the same, 0: by chance)",
        charts.strips(
            draws, {0.0: "chance", 1.0: "the same"}, "Kendall's tau; share in common", colours
        ),
        lambda: rows,
        "stability",
    )


@check_figure("randomised", "randomised", STEADINESS)
def randomised(report: TrustReport, colours: Palette) -> Panel:
    """Draw the correlation of the map with the maps of random weights."""
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


@check_figure("calibration", "calibration", INTERVALS)
def calibration(report: TrustReport, colours: Palette) -> Panel:
    """Draw the coverage of intervals of several levels."""
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


@check_figure("pit", "pit", INTERVALS)
def pit(report: TrustReport, colours: Palette) -> Panel:
    """Draw the places of true values in the forecast distribution."""
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
    """Draw the drivers that a model with these settings found, per planted world."""
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


NO_EFFECT = "no effect"


def injection(found: Injection, colours: Palette) -> Panel:
    """Draw the importance of the hidden column, per strength of its effect."""
    trials = found.trials
    first, *_, last = trials.itertuples(index=False)
    bars = pd.DataFrame(
        {
            "share": trials["share"].to_numpy(),
            "text": [f"lag {lag}" for lag in trials["lag_by_attention"]],
            "note": [
                f"lag {row.lag_by_attention} by temporal importance, "
                f"{row.lag_by_attribution} by attribution"
                for row in trials.itertuples(index=False)
            ],
            "outcome": [NO_EFFECT, *found.outcomes],
        },
        index=[NO_EFFECT, *(f"{strength:.0%}" for strength in trials["strength"][1:])],
    )
    return Panel(
        f"The hidden column gets {first.share:.0%} of the importance without an effect, and "
        f"{last.share:.0%} with one of {last.strength:.0%}",
        charts.effect_shares(bars, (FOUND, ELSEWHERE, MISSED, NO_EFFECT), found.threshold, colours),
        lambda: trials.assign(outcome=bars["outcome"].to_numpy(), planted_lag=found.lag),
        "injection",
    )
