"""Score every explanation on all ten planted worlds, with default settings.

Our explanations, and permutation importance of gradient boosting and of ridge regression on the
same windows; also the verdict of the checks on each model. Run `python -m benchmarks.truth --jobs 2
--log truth.jsonl`; with the same log, an interrupted run continues.
"""

import time
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from benchmarks import boosting, data, machine, rivals, trials, truth_tables
from benchmarks.marking import Scores, marks
from benchmarks.trials import Result, Trial
from imv_core import Explanation, IMVForecaster, TrustReport, read_table
from imv_core.synthetic.worlds import WORLDS, PlantedWorld
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings


def plan(worlds: Iterable[str], seeds: int, quick: bool = False) -> list[Trial]:
    """List one training per world and seed; a world changes with its seed."""
    extra: dict[str, Any] = {"max_epochs": 2} if quick else {}
    return [
        {
            "data": name,
            "rows": data.QUICK_ROWS if quick else None,
            "settings": Settings(target=data.target(name), seed=seed, **extra).to_json(),
        }
        for name in worlds
        for seed in range(seeds)
    ]


def run_trial(trial: Trial) -> Result:
    """Train and check a model of one world, fit the other models, and score all explanations."""
    settings = Settings.from_json(trial["settings"])
    world = data.world(trial["data"], settings.seed, trial["rows"])
    table = read_table(world.frame, name=trial["data"])
    forecaster = IMVForecaster.from_settings(settings)
    laps = [time.perf_counter()]
    forecaster.fit(table)
    laps.append(time.perf_counter())
    explanation, trust = forecaster.explain(table, part="test"), forecaster.check(table)
    laps.append(time.perf_counter())
    scaling, _, train, validation = prepare(table, settings)
    test = train.for_part("test")
    others = {
        "boosting": boosting.fit(train, validation).predict,
        "ridge": rivals.ridge(forecaster.fitted.ridge, scaling),
    }
    explained = ours(explanation, trust) | {
        name: rivals.permutation(predict, test, scaling) for name, predict in others.items()
    }
    laps.append(time.perf_counter())
    errors = {name: rivals.rmse(predict, test) for name, predict in others.items()}
    errors["model"] = float(forecaster.score(table, part="test")["rmse"])
    floor = world.noise * float(world.frame[world.target].std())
    seconds = (later - lap for lap, later in pairwise(laps))
    return {
        "planted": sum(map(len, world.lags.values())),
        "verdict": trust.verdict,
        "first_share": first_share(explanation, world),
        "redundancy_is_right": redundancy_is_right(trust, world),
        **dict(zip(("seconds_fit", "seconds_check", "seconds_rivals"), seconds, strict=True)),
        **{f"{name}_over_floor": error / floor for name, error in errors.items()},
        **{
            f"{name}_{figure}": value
            for name, scores in explained.items()
            for figure, value in marks(scores, world).items()
        },
    }


def ours(explanation: Explanation, trust: TrustReport) -> dict[str, Scores]:
    """Return the scores of every explanation of one model, by name."""
    by_variable, maps = trust.by_variable, trust.attributions
    mean = maps["training_mean"]
    return {
        "importance": Scores(explanation.variable_importance),
        "temporal": Scores(rows=explanation.temporal_importance),
        "joint": Scores(cells=explanation.joint_importance),
        "attribution": Scores(by_variable["attribution"], trust.lag_attribution),
        "training_mean": Scores(mean.sum(axis=1), mean),
        "gradients": Scores(by_variable["gradients"], maps["integrated_gradients"]),
        "permutation": Scores(by_variable["permutation"]),
    }


def first_share(explanation: Explanation, world: PlantedWorld) -> float | None:
    """Return I of the equation's first driver and its copies together; None where nothing acts."""
    for driver in world.lags:
        alike = [driver, *world.copies.get(driver, ())]
        return float(explanation.variable_importance[alike].sum())
    return None


def redundancy_is_right(trust: TrustReport, world: PlantedWorld) -> bool:
    """Return whether the groups of near copies are the planted ones, and no others."""
    planted = {frozenset((driver, *alike)) for driver, alike in world.copies.items()}
    return {frozenset(group) for group in trust.redundant} == planted


def main() -> None:
    """Run the study and print its tables."""
    parser = trials.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument(
        "--worlds", nargs="+", choices=WORLDS, default=list(WORLDS), metavar="WORLD"
    )
    options = parser.parse_args()
    planned = plan(options.worlds, options.seeds, options.quick)
    with trials.processes(options.jobs) as pool:
        results = trials.run(run_trial, planned, trials.Log(options.log), pool)
    print(f"Test part; seeds from 0, {options.seeds} in all: mean (lowest–highest)\n")
    for title, table in truth_tables.tables(list(zip(planned, results, strict=True))).items():
        print(f"{title}\n\n{table}", end="\n\n")
    print(f"{machine.describe()}. One thread a training, {options.jobs} at once.")


if __name__ == "__main__":
    main()
