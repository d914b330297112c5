"""The tables of `benchmarks.baric`: one row per data set, one column per method.

Results of a data set are those of its targets and seeds. A dash is a number that the method does
not give, or that has no truth.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks import report
from benchmarks.baric_equations import DATA_SETS
from benchmarks.trials import Result, Trial

METHODS = {
    "ours": "IMV-LSTM, default",
    "textbook": "textbook IMV-LSTM, alpha and beta",
    "ridge": "ridge",
    "boosting": "boosting, permutation",
    "explainable": "explainable boosting machine",
}
MEANS = {
    "auroc": "AUROC of sources",
    "coefficient_error": "Mean absolute error of coefficients, cells that act",
    "coefficient_error_all": "Mean absolute error of coefficients, all cells",
    "over_floor": "Mean squared error / 0.003",
    "seconds": "Seconds, training and explanation",
}
COUNTS = {  # number of correct ones -> number of all, and the title
    "exact": ("planted", "Lags that stand above every lag of their source that does not act"),
    "signs": ("signed", "Signs of coefficients"),
    "regime_exact": ("regime_planted", "Cells that act, above all others, per side of the switch"),
}
ORDER = ("auroc", "exact", "signs", "coefficient_error", "coefficient_error_all")
COMPARED = {"auroc": "sources", "exact": "lags", "signs": "signs", "regime_exact": "per side"}

OfMethods = Mapping[str, Sequence[Result]]


def tables(outcomes: Sequence[tuple[Trial, Result]]) -> dict[str, str]:
    """Return all tables in Markdown by title, the comparison first."""
    by_data: dict[str, dict[str, list[Result]]] = {}
    for trial, result in outcomes:
        by_data.setdefault(trial["data"], {}).setdefault(trial["method"], []).append(result)
    found = {"Is ours first or equal?": comparison(by_data)}
    for figure in (*ORDER, "regime_exact", "over_floor", "seconds"):
        title = MEANS[figure] if figure in MEANS else COUNTS[figure][1]
        found[title] = table(by_data, figure)
    return found


def comparison(by_data: Mapping[str, OfMethods]) -> str:
    """Return, per data set, yes, or the method that is better than ours."""
    rows = [
        [_label(name), *(_first(of_methods, figure) for figure in COMPARED)]
        for name, of_methods in by_data.items()
    ]
    return report.markdown(["data set", *COMPARED.values()], rows)


def table(by_data: Mapping[str, OfMethods], figure: str) -> str:
    """Return a row per data set that has the number."""
    methods = [m for m in METHODS if any(m in of_methods for of_methods in by_data.values())]
    heads = [METHODS[method] for method in methods]
    show = _count if figure in COUNTS else _spread
    rows = []
    for name, of_methods in by_data.items():
        cells = [show(of_methods.get(method, ()), figure) for method in methods]
        if figure == "over_floor":
            cells.append(_spread(next(iter(of_methods.values())), "equation_over_floor"))
        if set(cells) != {"–"}:
            rows.append([_label(name), *cells])
    if figure == "over_floor":
        heads.append("the equation itself")
    return report.markdown(["data set", *heads], rows)


def _label(name: str) -> str:
    return f"{name.split('-')[0]} {DATA_SETS[name].label}"


def _first(of_methods: OfMethods, figure: str) -> str:
    scores = {method: _score(results, figure) for method, results in of_methods.items()}
    known = {method: score for method, score in scores.items() if score is not None}
    if "ours" not in known:
        return "–"
    best = max(known, key=lambda method: known[method])
    if known["ours"] >= known[best]:
        return f"yes: {known['ours']:.3f}"
    return f"no: {known['ours']:.3f}, {METHODS[best]} {known[best]:.3f}"


def _score(results: Sequence[Result], figure: str) -> float | None:
    """Return the mean, or the share of correct ones; None without results."""
    if figure not in COUNTS:
        values = [result[figure] for result in results if figure in result]
        return float(np.mean(values)) if values else None
    right, total = _sums(results, figure)
    return right / total if total else None


def _spread(results: Sequence[Result], figure: str) -> str:
    return report.spread([result[figure] for result in results if figure in result])


def _count(results: Sequence[Result], figure: str) -> str:
    right, total = _sums(results, figure)
    return f"{right} of {total}" if total else "–"


def _sums(results: Sequence[Result], figure: str) -> tuple[int, int]:
    marked = [result for result in results if figure in result]
    return (
        sum(result[figure] for result in marked),
        sum(result[COUNTS[figure][0]] for result in marked),
    )
