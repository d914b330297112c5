"""The paper's own study on PM2.5: what matters, and does a model of that half do as well?

Both cells are trained with the paper's settings; then again on half of the variables: the first by
importance, by correlation with the target, and drawn at random. Run
`python -m benchmarks.paper_study --jobs 2 --log paper_study.jsonl`; with the same log, an
interrupted run goes on.

The target's own past always stays, and counts as one of the half; the others are ranked. By
correlation it would come first in any case, and a draw that lost it would only show that PM2.5
remembers itself, not what it is worth to choose well among the others. So of 8 variables it keeps
itself and 3 more. Rankings are learnt from the training part alone.
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
from imv_core.model.cells import CELLS
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings

DATA = "pm25"
TARGET = data.target(DATA)
PAPER = {**TEXTBOOK, "objective": "em"}
SEEDS = (0, 1, 2)
Importances = Mapping[str, Sequence[Mapping[str, float]]]  # cell -> I by variable, for each seed
Group = tuple[str, str]  # cell, and the way that its variables were chosen
Chosen = dict[Group, list[tuple[str, ...] | None]]  # the variables for each seed; None: all


def run_trial(trial: Trial) -> Result:
    """Train once; the importance is that of the training part, so it may choose variables."""
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
    """Absolute Pearson correlation of each variable with the target, in the training part."""
    scaling, split, *_ = prepare(table, settings)
    rows = split.rows(table.frame.index, "train")
    inputs = pd.DataFrame(scaling.inputs(table.frame)[rows], columns=list(scaling.variables))
    target = table.frame[settings.target].iloc[rows].reset_index(drop=True)
    return inputs.corrwith(target).abs()


def top_half(ranking: "pd.Series[float]") -> tuple[str, ...]:
    """The target's own past and the highest of the others, half of all variables together."""
    others = ranking.drop(TARGET).sort_values(ascending=False).index
    return (TARGET, *others[: len(ranking) // 2 - 1])


def random_half(variables: Sequence[str], seed: int) -> tuple[str, ...]:
    """The target's own past and a draw of the others, as many as in `top_half`."""
    draws = pd.Series(np.random.default_rng(seed).random(len(variables)), index=list(variables))
    return top_half(draws)


def choices(importances: Importances, by_r: "pd.Series[float]") -> Chosen:
    """The halves to train on again: by the cell's mean importance, correlation, and draws."""
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
    """A row for each variable: I of each cell, and the correlation."""
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
    """A row for each cell and way of choosing variables."""
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
    """One training for each choice and seed."""
    extra: dict[str, Any] = {"max_epochs": 2} if quick else {}
    rows = data.QUICK_ROWS if quick else None
    return {
        (cell, way): [
            {
                "data": DATA,
                "rows": rows,
                "settings": Settings(
                    TARGET, variables=half, cell=cell, seed=seed, **PAPER | extra
                ).to_json(),
            }
            for seed, half in zip(SEEDS, halves, strict=True)
        ]
        for (cell, way), halves in chosen.items()
    }


def train(planned: dict[Group, list[Trial]], log: Log, pool: Executor) -> dict[Group, list[Result]]:
    """The results of every choice, one for each seed."""
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
        importances = {cell: [r["importance"] for r in whole[cell, "all"]] for cell in CELLS}
        halves = choices(importances, by_r)
        results = {**whole, **train(plan(halves, options.quick), log, pool)}
    print(f"Importance in the training part, {len(SEEDS)} seeds: mean (lowest–highest)\n")
    print(importance_table(importances, by_r), end="\n\n")
    print(f"Errors on the test part, {len(SEEDS)} seeds: mean (lowest–highest)\n")
    print(error_table({**every, **halves}, results), end="\n\n")
    print(f"{machine.describe()}. One thread a training, {options.jobs} at once.")


if __name__ == "__main__":
    main()
