"""Score decompositions of forecasts in worlds whose net effects, the own past included, are known.

The explanation of each forecast is compared with the effect of each input cell on the part of the
target that can be forecast: shares, lags, signs, sizes and sums of contributions, and changes of
single cells. Default settings. Run `python -m benchmarks.effects --jobs 2 --log effects.jsonl`;
with the same log, an interrupted run continues.
"""

import time

from benchmarks import data, effect_marks, effects_table, machine, trials, truth
from benchmarks.marking import marks
from benchmarks.trials import Result, Trial
from imv_core import Explanation, IMVForecaster, read_table
from imv_core.synthetic.effect_worlds import WORLDS, EffectWorld
from imv_core.training.settings import Settings


def run_trial(trial: Trial) -> Result:
    """Train and check a model of one world, and score its explanation of the test part."""
    settings = Settings.from_json(trial["settings"])
    world = WORLDS[trial["data"]](rows=trial["rows"] or data.WORLD_ROWS, seed=settings.seed)
    table = read_table(world.frame, name=trial["data"])
    forecaster = IMVForecaster.from_settings(settings)
    start = time.perf_counter()
    forecaster.fit(table)
    fitted = time.perf_counter()
    explanation, trust = forecaster.explain(table, part="test"), forecaster.check(table)
    checked = time.perf_counter()
    contribution, base = effect_marks.decomposition(explanation)
    rows = world.frame.index.get_indexer(contribution.index)
    train_rows = int(len(world.frame) * settings.train_share)
    result = {
        "planted": sum(map(len, world.lags.values())),
        "verdict": trust.verdict,
        "over_floor": float(forecaster.score(table)["rmse"]) / effect_marks.noise_size(world),
        "sum": effect_marks.sum_gap(contribution, base, forecaster.predict(table)["forecast"]),
        **effect_marks.what_if_marks(forecaster, table, world, rows),
        **{
            f"{name}_{mark}": value
            for name, scores in truth.ours(explanation, trust).items()
            for mark, value in marks(effect_marks.scores_together(scores, world), world).items()
        },
    }
    if world.has_contributions:
        true = world.true_contribution(rows, train_rows)
        result |= effect_marks.contribution_marks(contribution, true, world)
        result |= own_past(
            explanation, world, world.true_importance(rows, train_rows)[world.target]
        )
    return result | {"seconds_fit": fitted - start, "seconds_check": checked - fitted}


def own_past(explanation: Explanation, world: EffectWorld, true_share: float) -> Result:
    """Return I of the target's own past, its true share, and whether it ranks first."""
    importance = effect_marks.together(explanation.variable_importance, world)
    return {
        "own": float(importance[world.target]),
        "own_true": float(true_share),
        "own_first": bool(importance.idxmax() == world.target),
    }


def main() -> None:
    """Run the study and print its table."""
    parser = trials.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument(
        "--worlds", nargs="+", choices=WORLDS, default=list(WORLDS), metavar="WORLD"
    )
    options = parser.parse_args()
    planned = truth.plan(options.worlds, options.seeds, options.quick)
    with trials.processes(options.jobs) as pool:
        results = trials.run(run_trial, planned, trials.Log(options.log), pool)
    print(f"Test part; seeds from 0, {options.seeds} in all: mean (lowest–highest)\n")
    print(effects_table.table(list(zip(planned, results, strict=True))), end="\n\n")
    print(f"{machine.describe()}. One thread a training, {options.jobs} at once.")


if __name__ == "__main__":
    main()
