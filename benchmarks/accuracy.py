"""Errors of the default settings beside simple forecasts, boosting and a textbook IMV-LSTM.

All methods use the same windows of the same split in time, and choose settings on the validation
part. Run `python -m benchmarks.accuracy --jobs 2 --log accuracy.jsonl`; with the same log, an
interrupted run continues.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks import boosting, data, machine, report, trials
from benchmarks.trials import Result, Trial
from imv_core import IMVForecaster, Table
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings
from imv_core.windows.windows import Windows

HORIZONS = (1, 6)
SEEDS = (0, 100, 200)  # far apart, as an ensemble also uses the seeds after its own
# The usual form of the model: squared error of the level, and nothing beside the paper.
TEXTBOOK: dict[str, Any] = {
    "attention": "states",
    "objective": "mse",
    "predict": "level",
    "seeds": 1,
    "max_epochs": 20,
    "batch_size": 128,
    "learning_rate": 0.005,
}
SHARED = ("target", "variables", "lookback", "horizon", "fill", "train_share", "validation_share")
METHODS = {
    "default": "IMV-LSTM, default",
    "textbook": "textbook IMV-LSTM",
    "boosting": "boosting",
    "ridge": "ridge",
    "seasonal_naive": "seasonal naive",
    "persistence": "persistence",
}
Case = tuple[str, int]  # data set and horizon
Errors = Mapping[str, Sequence[float]]  # method -> one error per seed


def plan(names: Iterable[str], quick: bool = False) -> list[Trial]:
    """List the trainings: two models per seed, and boosting, which has no seed, once per table."""
    extra: dict[str, Any] = {"max_epochs": 2} if quick else {}
    planned = []
    for name in names:
        for horizon in HORIZONS:
            for seed in SEEDS:
                shared = {"target": data.target(name), "horizon": horizon, "seed": seed, **extra}
                default = Settings(**shared).to_json()
                textbook = Settings(**shared | TEXTBOOK | extra).to_json()
                planned += [("default", name, seed, default), ("textbook", name, seed, textbook)]
                if seed == SEEDS[0] or name in data.WORLDS:
                    shared = {key: default[key] for key in SHARED}
                    planned.append(("boosting", name, seed, shared))
    rows = data.QUICK_ROWS if quick else None
    return [
        {"method": method, "data": name, "rows": rows, "seed": seed, "settings": settings}
        for method, name, seed, settings in planned
    ]


def run_trial(trial: Trial) -> Result:
    """Train one model and score it on the test part."""
    table = data.table(trial["data"], trial["seed"], trial["rows"])
    if trial["method"] == "boosting":
        return _boost(table, Settings(**trial["settings"]))
    forecaster = IMVForecaster(**trial["settings"])
    start = time.perf_counter()
    forecaster.fit(table)
    seconds = time.perf_counter() - start
    scores = forecaster.score(table, part="test")
    return {"seconds": seconds, **{str(name): float(value) for name, value in scores.items()}}


def _boost(table: Table, settings: Settings) -> Result:
    scaling, split, train, validation = prepare(table, settings)
    test = Windows(table, scaling, split, "test", settings.lookback)
    start = time.perf_counter()
    error = boosting.forecast(train, validation, test) - test.actual
    return {
        "seconds": time.perf_counter() - start,
        "rmse": float(np.sqrt(np.nanmean(error**2))),
        "mae": float(np.nanmean(np.abs(error))),
    }


def errors(
    outcomes: Iterable[tuple[Trial, Result]], kind: str
) -> dict[Case, dict[str, list[float]]]:
    """Return the errors of every method by data set and horizon.

    Args:
        outcomes: trials with their results.
        kind: "rmse", "mae", or another number of a result.
    """
    found: dict[Case, dict[str, list[float]]] = {}
    for trial, result in outcomes:
        case = found.setdefault((trial["data"], trial["settings"]["horizon"]), {})
        if kind in result:
            case.setdefault(trial["method"], []).append(result[kind])
        if trial["method"] == "default":  # its score includes those of the simple forecasts
            for rival in ("ridge", "seasonal_naive", "persistence"):
                if f"{rival}_{kind}" in result:
                    case.setdefault(rival, []).append(result[f"{rival}_{kind}"])
    return found


def ratio_to_best_rival(case: Errors) -> float:
    """Return our mean error divided by the smallest of the others; below 1 is better than all."""
    rivals = [float(np.mean(values)) for method, values in case.items() if method != "default"]
    return float(np.mean(case["default"])) / min(rivals)


def error_table(found: Mapping[Case, Errors]) -> str:
    """Return a row per data set and horizon, a column per method; the smallest mean is bold."""
    rows = []
    for (name, horizon), case in found.items():
        best = min(case, key=lambda method: np.mean(case[method]))
        cells = [
            f"**{report.spread(case[m])}**" if m == best else report.spread(case.get(m, []))
            for m in METHODS
        ]
        rows.append([name, str(horizon), *cells, f"{ratio_to_best_rival(case):.3f}"])
    return report.markdown(["data", "steps", *METHODS.values(), "ratio to the best rival"], rows)


def cost_table(outcomes: Sequence[tuple[Trial, Result]]) -> str:
    """Return coverage of the default's 90% intervals, and seconds per training."""
    coverage, seconds = errors(outcomes, "coverage"), errors(outcomes, "seconds")
    rows = [
        [
            *(name, str(horizon), report.spread(coverage[name, horizon]["default"])),
            *(report.spread(case.get(m, [])) for m in ("default", "textbook", "boosting")),
        ]
        for (name, horizon), case in seconds.items()
    ]
    heads = [f"seconds, {METHODS[m]}" for m in ("default", "textbook", "boosting")]
    return report.markdown(["data", "steps", "coverage of 90% intervals", *heads], rows)


def main() -> None:
    """Run the study and print its tables."""
    parser = trials.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=data.NAMES, default=data.NAMES, metavar="NAME")
    options = parser.parse_args()
    planned = plan(options.only, options.quick)
    with trials.processes(options.jobs) as pool:
        results = trials.run(run_trial, planned, trials.Log(options.log), pool)
    outcomes = list(zip(planned, results, strict=True))
    for kind in ("rmse", "mae"):
        print(f"{kind.upper()} on the test part: mean over {len(SEEDS)} seeds (lowest–highest)\n")
        print(error_table(errors(outcomes, kind)), end="\n\n")
    print(cost_table(outcomes), end="\n\n")
    print(f"{machine.describe()}. One thread a training, {options.jobs} at once.")


if __name__ == "__main__":
    main()
