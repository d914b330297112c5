"""The paper's study on PM2.5: importance, and the error with the most important half alone.

Both cells are trained with the paper's settings; then again on half of the variables: the first by
importance, by correlation with the target, and drawn at random. Run
`python -m benchmarks.paper_study --jobs 2 --log paper_study.jsonl`; with the same log, an
interrupted run continues.

The target's own past always stays, as one of the half; the others are ranked. By correlation it
ranks first anyway, and a draw without it would only show that PM2.5 depends on its past, not the
value of a good choice among the others. So of 8 variables it keeps itself and 3 more. Rankings are
learnt from the training part alone.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import data, machine, report, trials
from benchmarks.accuracy import TEXTBOOK
from benchmarks.trials import Log, Result, Trial
from imv_core import IMVForecaster, Table
from imv_core.model.cells import CELLS, Cell
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings

DATA = "pm25"
TARGET = data.target(DATA)
PAPER = {**TEXTBOOK, "objective": "em"}
SEEDS = (0, 1, 2)
Importances = Mapping[str, Sequence[Mapping[str, float]]]  # cell -> I by variable, per seed
Group = tuple[str, str]  # cell, and the way to choose its variables
Chosen = dict[Group, list[tuple[str, ...] | None]]  # variables per seed; None: all


def run_trial(trial: Trial) -> Result:
    """Train once; return importance over the training part, as it will choose variables."""
    table = data.table(DATA, 0, trial["rows"])
    forecaster = IMVForecaster(**trial["settings"])
    start = time.perf_counter()
    forecaster.fit(table)
    seconds = time.perf_counter() - start
    scores = forecaster.score(table, part="test")
    importance = forecaster.explain(table, part="train").variable_importance
    return {
        "seconds": seconds,
        "rmse": float(scores["rmse"]),
        "mae": float(scores["mae"]),
        "importance": {name: float(value) for name, value in importance.items()},
    }


def correlations(table: Table, settings: Settings) -> "pd.Series[float]":
    """Return the absolute Pearson correlation of each variable with the target in training."""
    scaling, split, *_ = prepare(table, settings)
    rows = split.rows(table.frame.index, "train")
    inputs = pd.DataFrame(scaling.inputs(table.frame)[rows], columns=list(scaling.variables))
    target = table.frame[settings.target].iloc[rows].reset_index(drop=True)
    return inputs.corrwith(target).abs()


def top_half(ranking: "pd.Series[float]") -> tuple[str, ...]:
    """Return the target's own past and the first of the others, half of all variables together."""
    others = ranking.drop(TARGET).sort_values(ascending=False).index
    return (TARGET, *others[: len(ranking) // 2 - 1])


def random_half(variables: Sequence[str], seed: int) -> tuple[str, ...]:
    """Return the target's own past and a draw of the others, as many as in `top_half`."""
    draws = pd.Series(np.random.default_rng(seed).random(len(variables)), index=list(variables))
    return top_half(draws)


def choices(importances: Importances, by_r: "pd.Series[float]") -> Chosen:
    """Return the halves to train on: by the cell's mean importance, by correlation, and drawn."""
    return {
        (cell, way): list(halves)
        for cell, drawn in importances.items()
        for way, halves in {
            "importance": [top_half(pd.DataFrame(list(drawn)).mean())] * len(SEEDS),
            "Pearson correlation": [top_half(by_r)] * len(SEEDS),
            "random": [random_half(list(by_r.index), seed) for seed in SEEDS],
        }.items()
    }


def importance_table(importances: Importances, by_r: "pd.Series[float]") -> str:
    """Return a row per variable: I of each cell, and the correlation."""
    rows = [
        [
            str(v),
            *(report.spread([i[str(v)] for i in drawn]) for drawn in importances.values()),
            f"{r:.2f}",
        ]
        for v, r in by_r.astype(float).items()
    ]
    heads = [f"I, IMV-{cell.capitalize()}" for cell in importances]
    return report.markdown(["variable", *heads, "absolute Pearson correlation"], rows)


def error_table(chosen: Chosen, results: Mapping[Group, Sequence[Result]]) -> str:
    """Return a row per cell and way to choose variables."""
    rows = []
    for cell, way in sorted(results, key=lambda group: group[0], reverse=True):  # tensor, full
        halves = chosen[cell, way]
        names = dict.fromkeys(", ".join(half[1:]) if half else "all" for half in halves)
        outcomes = results[cell, way]
        figures = (report.spread([r[kind] for r in outcomes]) for kind in ("rmse", "mae"))
        rows.append([f"IMV-{cell.capitalize()}", way, "; ".join(names), *figures])
    heads = ["cell", "variables by", f"variables beside {TARGET}", "RMSE", "MAE"]
    return report.markdown(heads, rows)


def plan(chosen: Chosen, quick: bool = False) -> dict[Group, list[Trial]]:
    """List one training per choice and seed."""
    extra: dict[str, Any] = {"max_epochs": 2} if quick else {}
    rows = data.QUICK_ROWS if quick else None
    return {
        (cell, way): [
            {
                "data": DATA,
                "rows": rows,
                "settings": Settings(
                    TARGET, variables=half, cell=Cell(cell), seed=seed, **PAPER | extra
                ).to_json(),
            }
            for seed, half in zip(SEEDS, halves, strict=True)
        ]
        for (cell, way), halves in chosen.items()
    }


def train(planned: dict[Group, list[Trial]], log: Log, pool: Executor) -> dict[Group, list[Result]]:
    """Return the results of every choice, one per seed."""
    trials.run(run_trial, [trial for group in planned.values() for trial in group], log, pool)
    return {group: [log[trial] for trial in some] for group, some in planned.items()}


def main() -> None:
    """Run the study and print its tables."""
    options = trials.parser(__doc__).parse_args()
    log = Log(options.log)
    table = data.table(DATA, 0, data.QUICK_ROWS if options.quick else None)
    by_r = correlations(table, Settings(TARGET))
    every: Chosen = {(cell, "all"): [None] * len(SEEDS) for cell in CELLS}
    with trials.processes(options.jobs) as pool:
        whole = train(plan(every, options.quick), log, pool)
        importances: Importances = {
            cell: [r["importance"] for r in whole[cell, "all"]] for cell in CELLS
        }
        halves = choices(importances, by_r)
        results = {**whole, **train(plan(halves, options.quick), log, pool)}
    print(f"Importance in the training part, {len(SEEDS)} seeds: mean (lowest–highest)\n")
    print(importance_table(importances, by_r), end="\n\n")
    print(f"Errors on the test part, {len(SEEDS)} seeds: mean (lowest–highest)\n")
    print(error_table({**every, **halves}, results), end="\n\n")
    print(f"{machine.describe()}. One thread a training, {options.jobs} at once.")


if __name__ == "__main__":
    main()
