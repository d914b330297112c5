"""Compare methods on the equations of Barić et al.: sources, lags, signs and coefficients.

Ours, the textbook IMV-LSTM, ridge regression, gradient boosting and an explainable boosting machine
on data sets 1 to 8 and 10, with a lookback of 10. Run
`python -m benchmarks.baric --jobs 2 --log baric.jsonl`; with the same log, an interrupted run
continues.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks import baric_data, baric_tables, data, explainable, machine, marking, trials
from benchmarks.accuracy import TEXTBOOK
from benchmarks.baric_data import FLOOR, World
from benchmarks.baric_equations import DATA_SETS, LOOKBACK, Mask
from benchmarks.baric_methods import METHODS, Case, Claims, Trained
from benchmarks.trials import Result, Trial
from imv_core.training.settings import Settings


class Scope(NamedTuple):
    """The size of the study."""

    names: Sequence[str]  # names of data sets
    methods: Iterable[str]
    seeds: int
    targets: Sequence[str] | None = None  # None: one series per equation
    rows: int | None = None  # the last ones; None: all
    quick: bool = False


def plan(scope: Scope) -> list[Trial]:
    """List one trial per target, method and seed; a data set changes with its seed."""
    rows = scope.rows or (data.QUICK_ROWS if scope.quick else None)
    train, validation = baric_data.shares(rows)
    shared: dict[str, Any] = {
        "lookback": LOOKBACK,
        "train_share": train,
        "validation_share": validation,
    }
    quick: dict[str, Any] = {"max_epochs": 2} if scope.quick else {}
    own = {"textbook": TEXTBOOK}
    return [
        {
            "data": name,
            "rows": rows,
            "method": method,
            "settings": Settings(
                target,
                variables=tuple(DATA_SETS[name].names),
                seed=seed,
                **shared | own.get(method, {}) | quick,
            ).to_json(),
        }
        for name in scope.names
        for target in _targets(name, scope.targets)
        for seed in range(scope.seeds)
        for method in scope.methods
    ]


def _targets(name: str, wanted: Sequence[str] | None) -> list[str]:
    data_set = DATA_SETS[name]
    if not data_set.targets:  # no series can be scored
        return []
    return [x for x in data_set.names if x in (wanted or data_set.targets)]


def run_trial(trial: Trial) -> Result:
    """Draw a data set, train one method, and score its explanation."""
    settings = Settings.from_json(trial["settings"])
    world = baric_data.draw(trial["data"], settings.seed, trial["rows"])
    start = time.perf_counter()
    trained = METHODS[trial["method"]](Case(world, settings))
    found = marks(trained, world, settings.target)
    return found | {
        "seconds": time.perf_counter() - start,
        "over_floor": trained.mse / FLOOR,
        "equation_over_floor": world.error(settings.target) / FLOOR,
    }


def marks(trained: Trained, world: World, target: str) -> Result:
    """Score how well a method finds the equation of a target, on the test part.

    Returns:
        `auroc`: probability that a source ranks before another series. `exact` of `planted`: lags
        that rank above every lag of their source without effect. `signs` of `signed`: correct
        signs. `coefficient_error`: mean absolute error over cells with an effect;
        `coefficient_error_all`: over all cells. Where a switch chooses the equation, signs and
        coefficients are those on each side of it, and `regime_exact` of `regime_planted` cells rank
        above all cells without effect there. Numbers without a truth, or that the method does not
        give, are left out.
    """
    found: Result = {}
    everywhere = np.ones(len(world.past), bool)
    truth, claims = world.truth(target, everywhere), trained.claims(everywhere)
    if 0 < len(truth.lags) < world.data.series:
        found["auroc"] = marking.auroc(claims.sources, truth.lags)
    if truth.lags:
        cells = claims.cells.mask(truth.decides, -np.inf)
        exact = marking.exact_lags(cells, truth.lags)
        found |= {"exact": sum(exact), "planted": len(exact)}
    regimes = world.regimes(target)
    of_each = [claims if which.all() else trained.claims(which) for which in regimes]
    sides = [_side(*side, world, target) for side in zip(of_each, regimes, strict=True)]
    for key in dict.fromkeys(key for side in sides for key in side):
        values = [side[key] for side in sides]
        found[key] = float(np.mean(values)) if key.startswith("coefficient") else sum(values)
    if len(regimes) == 1:  # there is no switch
        found = {key: value for key, value in found.items() if not key.startswith("regime")}
    return found


def _side(claims: Claims, which: Mask, world: World, target: str) -> Result:
    """Score signs, coefficients and cells where one equation holds."""
    truth = world.truth(target, which)
    acts, counts = truth.acts.to_numpy(), ~truth.decides.to_numpy()
    found: Result = {}
    if acts.any():
        cells = claims.cells.to_numpy()
        highest = cells[~acts & counts].max()
        found |= {
            "regime_exact": int((cells[acts] > highest).sum()),
            "regime_planted": int(acts.sum()),
        }
    if claims.coefficients is None or truth.effects is None:
        return found
    claimed, true = claims.coefficients.to_numpy(), truth.effects.to_numpy()
    error = np.abs(claimed - true)
    found["coefficient_error_all"] = float(error[counts].mean())
    if acts.any():
        found |= {
            "signs": int((np.sign(claimed) == np.sign(true))[acts].sum()),
            "signed": int(acts.sum()),
            "coefficient_error": float(error[acts].mean()),
        }
    return found


def main() -> None:
    """Run the study and print its tables."""
    parser = trials.parser(__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--only", nargs="+", choices=DATA_SETS, default=list(DATA_SETS), metavar="NUMBER"
    )
    parser.add_argument("--targets", nargs="+", help="series, such as X0; else one per equation")
    parser.add_argument("--rows", type=int, help="the last rows alone, for a shorter run")
    options = parser.parse_args()
    methods = [m for m in METHODS if m != "explainable" or explainable.is_installed()]
    scope = Scope(
        options.only, methods, options.seeds, options.targets, options.rows, options.quick
    )
    planned = plan(scope)
    with trials.processes(options.jobs) as pool:
        results = trials.run(run_trial, planned, trials.Log(options.log), pool)
    print(f"Test part; seeds from 0, {options.seeds} in all: mean (lowest–highest)\n")
    for title, table in baric_tables.tables(list(zip(planned, results, strict=True))).items():
        print(f"{title}\n\n{table}", end="\n\n")
    if "explainable" not in methods:
        print(
            "The explainable boosting machine is not installed and is left out; "
            "'pip install -r benchmarks/requirements.txt' installs it.\n"
        )
    print(f"{machine.describe()}. One thread a training, {options.jobs} at once.")


if __name__ == "__main__":
    main()
