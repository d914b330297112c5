"""Compare the peaks of T with planted lags, per cell and attention.

In worlds with known drivers and lags, with default settings otherwise: how often the peak of a
driver's row of T is its exact lag, how well I separates drivers from the rest (AUROC), and the
error over the noise floor. Run `python -m benchmarks.lags --jobs 2 --log lags.jsonl`; with the same
log, an interrupted run continues.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks import data, machine, marking, report, trials
from benchmarks.trials import Result, Trial
from imv_core import IMVForecaster, read_table
from imv_core.model.cells import CELLS, Cell
from imv_core.model.imv_lstm import ATTENTIONS
from imv_core.training.settings import Settings

ALL = "all worlds"


def plan(seeds: int, cells: Iterable[str], quick: bool = False) -> list[Trial]:
    """List one training per world, cell, attention and seed; a world changes with its seed."""
    extra: dict[str, Any] = {"max_epochs": 2} if quick else {}
    return [
        {
            "data": name,
            "rows": data.QUICK_ROWS if quick else None,
            "settings": Settings(
                target=data.target(name), cell=Cell(cell), attention=attention, seed=seed, **extra
            ).to_json(),
        }
        for name in data.WORLDS
        for cell in cells
        for attention in ATTENTIONS
        for seed in range(seeds)
    ]


def run_trial(trial: Trial) -> Result:
    """Train on one world, and score the explanation of its test part."""
    settings = trial["settings"]
    world = data.world(trial["data"], settings["seed"], trial["rows"])
    table = read_table(world.frame, name=trial["data"])
    forecaster = IMVForecaster(**settings)
    start = time.perf_counter()
    forecaster.fit(table)
    seconds = time.perf_counter() - start
    rmse = float(forecaster.score(table, part="test")["rmse"])
    explanation = forecaster.explain(table, part="test")
    return {
        "seconds": seconds,
        "exact": marking.exact_lags(explanation.temporal_importance, world.lags),
        "auroc": marking.auroc(explanation.variable_importance, world.lags),
        "over_floor": rmse / float(world.frame[world.target].std()) / world.noise,
    }


def table(outcomes: Sequence[tuple[Trial, Result]]) -> str:
    """Return a row per world, cell and attention, and one for all worlds."""
    groups: dict[tuple[str, str, str], list[Result]] = {}
    for trial, result in outcomes:
        settings = trial["settings"]
        for name in (trial["data"], ALL):
            group = (name, settings["cell"], settings["attention"])
            groups.setdefault(group, []).append(result)
    order = {name: place for place, name in enumerate((*data.WORLDS, ALL))}
    rows = []
    for group, results in sorted(groups.items(), key=lambda item: order[item[0][0]]):
        exact = [is_exact for result in results for is_exact in result["exact"]]
        figures = ([result[key] for result in results] for key in ("auroc", "over_floor"))
        seconds = report.number(sum(result["seconds"] for result in results) / len(results))
        found = f"{sum(exact)} of {len(exact)}"
        rows.append([*group, found, *(report.spread(values) for values in figures), seconds])
    heads = ["exact lag at the peak of T", "AUROC of drivers by I", "RMSE / noise floor", "seconds"]
    return report.markdown(["world", "cell", "attention", *heads], rows)


def main() -> None:
    """Run the study and print its table."""
    parser = trials.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=list(CELLS))
    options = parser.parse_args()
    planned = plan(options.seeds, options.cells, options.quick)
    with trials.processes(options.jobs) as pool:
        results = trials.run(run_trial, planned, trials.Log(options.log), pool)
    print(f"Test part; seeds from 0, {options.seeds} in all: mean (lowest–highest)\n")
    print(table(list(zip(planned, results, strict=True))), end="\n\n")
    print(f"{machine.describe()}. One thread a training, {options.jobs} at once.")


if __name__ == "__main__":
    main()
