"""The table of `benchmarks.effects`: worlds x numbers, all worlds together, and the targets.

Numbers that miss their target are bold. A dash is a number that a world does not have.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks import report
from benchmarks.trials import Result, Trial
from imv_core.faithfulness.check import OverallVerdict

ABSENT, PRESENT = (
    0.03,
    0.1,
)  # largest error of the own past's share, where it does not act and where it does
WALK = 0.5  # true share of the own past from which it must rank first


class Figure(NamedTuple):
    """A column: its text for some results, its target, and whether the target is reached."""

    head: str
    tell: Callable[[Sequence[Result]], str]
    wanted: str = ""
    is_reached: Callable[[Sequence[Result]], bool] = lambda results: True


def table(outcomes: Sequence[tuple[Trial, Result]]) -> str:
    """Return a row per world, one for all worlds, and one for the targets, in Markdown."""
    by_world: dict[str, list[Result]] = {}
    for trial, result in outcomes:
        by_world.setdefault(trial["data"], []).append(result)
    whole = [result for _, result in outcomes]
    rows = [[name, *_cells(results)] for name, results in [*by_world.items(), ("all", whole)]]
    rows.append(["wanted", *(figure.wanted for figure in FIGURES)])
    return report.markdown(["world", *(figure.head for figure in FIGURES)], rows)


def _cells(results: Sequence[Result]) -> list[str]:
    return [
        text if figure.is_reached(results) else f"**{text}**"
        for figure in FIGURES
        for text in [figure.tell(results)]
    ]


def _values(results: Sequence[Result], key: str) -> list[float]:
    return [result[key] for result in results if key in result]


def _spread(head: str, key: str, wanted: str = "", least: float | None = None) -> Figure:
    """Show mean, lowest and highest; the target is a least mean."""

    def is_reached(results: Sequence[Result]) -> bool:
        values = _values(results, key)
        return least is None or not values or float(np.mean(values)) >= least

    return Figure(head, lambda results: report.spread(_values(results, key)), wanted, is_reached)


def _exact(head: str, key: str, wanted: str = "", least: float = 0.0) -> Figure:
    """Show the number of planted lags found; the target is a least share."""

    def count(results: Sequence[Result]) -> tuple[int, int]:
        return (
            sum(result[key] for result in results if key in result),
            sum(result["planted"] for result in results if key in result),
        )

    def tell(results: Sequence[Result]) -> str:
        found, planted = count(results)
        return f"{found} of {planted}" if planted else "–"

    def is_reached(results: Sequence[Result]) -> bool:
        found, planted = count(results)
        return found >= least * planted

    return Figure(head, tell, wanted, is_reached)


def _errors(results: Sequence[Result]) -> list[tuple[float, float]]:
    """Show the error of the own past's share; the target is a largest error."""
    return [
        (abs(result["own"] - result["own_true"]), PRESENT if result["own_true"] else ABSENT)
        for result in results
        if "own" in result
    ]


def _largest(values: Sequence[float]) -> str:
    return report.number(max(values)) if values else "–"


def _first(results: Sequence[Result]) -> list[bool]:
    return [result["own_first"] for result in results if result.get("own_true", 0.0) > WALK]


def _count(found: Sequence[bool]) -> str:
    return f"{sum(found)} of {len(found)}" if found else "–"


def _verdicts(results: Sequence[Result]) -> str:
    given = [result["verdict"] for result in results]
    return ", ".join(
        f"{verdict} {given.count(verdict)}" for verdict in OverallVerdict if verdict in given
    )


FIGURES = (
    _spread("own past's share of I", "own"),
    _spread("true share", "own_true"),
    Figure(
        "largest error",
        lambda results: _largest([error for error, _ in _errors(results)]),
        f"< {ABSENT:g} where absent, else < {PRESENT:g}",
        lambda results: all(error < bound for error, bound in _errors(results)),
    ),
    Figure(
        "own past first on walks",
        lambda results: _count(_first(results)),
        "all",
        lambda results: all(_first(results)),
    ),
    _spread("AUROC by I", "importance_auroc", ">= 0.98", 0.98),
    _exact("exact lags by T", "temporal_exact", ">= 95%", 0.95),
    _exact("by the joint map", "joint_exact", ">= 95%", 0.95),
    _spread("signs of contributions", "signs", ">= 0.98", 0.98),
    _spread("slope farthest from 1", "slope"),
    _spread("lowest correlation", "correlation"),
    Figure(
        "largest gap of the sum",
        lambda results: _largest(_values(results, "sum")),
        "<= 0.0001",
        lambda results: max(_values(results, "sum"), default=0.0) <= 1e-4,
    ),
    _spread("cell moved: off the effect", "what_if_effect"),
    _spread("cell moved: off its contribution", "what_if_contribution"),
    _spread("attribution: AUROC", "attribution_auroc"),
    _exact("attribution: exact lags", "attribution_exact"),
    _spread("permutation: AUROC", "permutation_auroc"),
    _spread("RMSE / noise floor", "over_floor"),
    Figure("verdicts", _verdicts),
    _spread("seconds, training", "seconds_fit"),
    _spread("seconds, checks", "seconds_check"),
)
