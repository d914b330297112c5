"""The tables of `benchmarks.truth`: per world, and for all worlds beside the targets.

Results of a world are those of its seeds. A dash is a number that an explanation does not have, or
a score where nothing is planted.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from benchmarks import data, report
from benchmarks.trials import Result, Trial
from imv_core.faithfulness.check import OverallVerdict

EXPLANATIONS = {
    "importance": "I",
    "temporal": "T",
    "joint": "joint map I·T",
    "attribution": "occlusion, another window",
    "training_mean": "occlusion, training mean",
    "gradients": "integrated gradients",
    "permutation": "permutation",
    "boosting": "boosting, permutation",
    "ridge": "ridge, permutation",
}
MARKS = {
    "auroc": "AUROC of drivers",
    "auprc": "AUPRC of drivers",
    "cell_auroc": "AUROC of planted cells of variable and lag",
    "cell_auprc": "AUPRC of planted cells of variable and lag",
}
FORECASTS = {"model": "IMV-LSTM", "boosting": "boosting", "ridge": "ridge"}
SECONDS = {"seconds_fit": "training", "seconds_check": "checks", "seconds_rivals": "rivals"}
WANTED_AUROC = {"importance": 0.97, "attribution": 0.99}
WANTED_EXACT = {"temporal": 0.95, "attribution": 0.95}
LAG_WORLDS = data.WORLDS  # worlds in which each driver has one clear lag

ByWorld = Mapping[str, Sequence[Result]]


def tables(outcomes: Sequence[tuple[Trial, Result]]) -> dict[str, str]:
    """Return all tables in Markdown by title, the summary first."""
    by_world: dict[str, list[Result]] = {}
    seeds: dict[str, list[int]] = {}
    for trial, result in outcomes:
        by_world.setdefault(trial["data"], []).append(result)
        seeds.setdefault(trial["data"], []).append(trial["settings"]["seed"])
    found = {
        "All worlds with signal, each counting alike": summary(by_world),
        "What the checks say": verdicts(by_world),
        **{title: marks(by_world, mark) for mark, title in MARKS.items()},
        "Planted lags that are exactly the peak of their driver's row": exact(by_world),
        "RMSE / noise floor": errors(by_world),
    }
    if "copies" in by_world:
        found["Share of I of the first driver, with its copies"] = copies(by_world, seeds)
    return found


def summary(by_world: ByWorld) -> str:
    """Return a row per explanation: AUROC of drivers and exact lags, beside the targets."""
    signal = {name: results for name, results in by_world.items() if _acts(results)}
    clear = [result for name in LAG_WORLDS for result in by_world.get(name, ())]
    rows = []
    for name, head in EXPLANATIONS.items():
        found, planted = _exact(clear, name)
        share = f"{_of(found, planted)} ({found / planted:.1%})" if planted else "–"
        rows.append(
            [
                *(head, _mean_of_worlds(signal.values(), f"{name}_auroc")),
                _wanted(WANTED_AUROC.get(name)),
                *(share, _wanted(WANTED_EXACT.get(name))),
            ]
        )
    heads = ["AUROC of drivers", "wanted", f"exact lags in {', '.join(LAG_WORLDS)}", "wanted"]
    return report.markdown(["explanation", *heads], rows)


def verdicts(by_world: ByWorld) -> str:
    """Return a row per world: verdicts, the target, and whether near copies are named."""
    rows = []
    for name, results in by_world.items():
        given = [result["verdict"] for result in results]
        counts = ", ".join(f"{verdict} {given.count(verdict)}" for verdict in OverallVerdict)
        doubted = given.count(OverallVerdict.DO_NOT_RELY)
        wanted = "never 'do not rely'" if _acts(results) else "always 'do not rely'"
        is_right = doubted == (0 if _acts(results) else len(given))
        right = _of(sum(result["redundancy_is_right"] for result in results), len(results))
        rows.append([name, counts, wanted, "yes" if is_right else "no", right])
    heads = ["world", "verdicts", "wanted", "reached", "near copies right"]
    return report.markdown(heads, rows)


def marks(by_world: ByWorld, mark: str) -> str:
    """Return a row per world and one for all, a column per explanation with this score."""
    columns = _having(by_world, mark)
    rows = [
        [name, *(report.spread(_values(results, f"{column}_{mark}")) for column in columns)]
        for name, results in by_world.items()
    ]
    everywhere = [_mean_of_worlds(by_world.values(), f"{column}_{mark}") for column in columns]
    heads = [EXPLANATIONS[column] for column in columns]
    return report.markdown(["world", *heads], [*rows, ["mean", *everywhere]])


def exact(by_world: ByWorld) -> str:
    """Return a row per world and one for all, a column per map."""
    columns = _having(by_world, "exact")
    together = [result for results in by_world.values() for result in results]
    rows = [
        [name, *(_of(*_exact(results, column)) for column in columns)]
        for name, results in [*by_world.items(), ("all", together)]
    ]
    return report.markdown(["world", *(EXPLANATIONS[column] for column in columns)], rows)


def errors(by_world: ByWorld) -> str:
    """Return a row per world: errors over the noise floor, and seconds."""
    keys = [*(f"{name}_over_floor" for name in FORECASTS), *SECONDS]
    rows = [
        [name, *(report.spread(_values(results, key)) for key in keys)]
        for name, results in by_world.items()
    ]
    heads = [*FORECASTS.values(), *(f"seconds, {part}" for part in SECONDS.values())]
    return report.markdown(["world", *heads], rows)


def copies(by_world: ByWorld, seeds: Mapping[str, Sequence[int]]) -> str:
    """Return a row per seed: I of copies, beside I of the driver alone in `additive`."""
    alone = dict(zip(seeds.get("additive", ()), by_world.get("additive", ()), strict=True))
    rows = []
    for seed, result in zip(seeds["copies"], by_world["copies"], strict=True):
        driver = report.number(alone[seed]["first_share"]) if seed in alone else "–"
        is_named = "yes" if result["redundancy_is_right"] else "no"
        rows.append([str(seed), report.number(result["first_share"]), driver, is_named])
    heads = ["driver and copies, in copies", "driver, in additive", "copies named as redundant"]
    return report.markdown(["seed", *heads], rows)


def _acts(results: Sequence[Result]) -> bool:
    return any(result["planted"] for result in results)


def _values(results: Sequence[Result], key: str) -> list[float]:
    return [result[key] for result in results if key in result]


def _mean_of_worlds(worlds: Iterable[Sequence[Result]], key: str) -> str:
    means = [np.mean(values) for results in worlds if (values := _values(results, key))]
    return report.number(float(np.mean(means))) if means else "–"


def _exact(results: Sequence[Result], name: str) -> tuple[int, int]:
    """Return the number of planted lags found, and of those planted where it has lags."""
    marked = [result for result in results if f"{name}_exact" in result]
    return (
        sum(result[f"{name}_exact"] for result in marked),
        sum(result["planted"] for result in marked),
    )


def _having(by_world: ByWorld, mark: str) -> list[str]:
    kept = {key for results in by_world.values() for result in results for key in result}
    return [name for name in EXPLANATIONS if f"{name}_{mark}" in kept]


def _of(found: int, planted: int) -> str:
    return f"{found} of {planted}" if planted else "–"


def _wanted(least: float | None) -> str:
    return "" if least is None else f">= {least:g}"
