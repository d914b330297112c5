"""Run all checks of an explanation, and conclude."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.errors import CheckStopped, NoWindowError
from imv_core.explaining.explanation import Explanation
from imv_core.faithfulness.check import CAUTION, FAIL, PASS, Check, by_lag
from imv_core.faithfulness.checks import (
    ablation,
    attribution,
    calibration,
    deletion,
    moves,
    permutation,
    randomised,
    redundancy,
    skill,
    stability,
)
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.report import DO_NOT_RELY, RELY, TrustReport
from imv_core.faithfulness.retraining import OnProgress
from imv_core.forecasting.fitted import in_unit
from imv_core.forecasting.intervals import Calibration
from imv_core.model.objectives import OBJECTIVES
from imv_core.tables.table import Table
from imv_core.windows.windows import Windows

FEWEST = 40  # windows; of fewer nothing can be said
DECISIVE = ("moves", "skill")  # where one fails, nothing else counts
ABOUT_THE_MAP = ("attention", "attribution", "permutation", "deletion", "randomised")
TOO_MANY_FAILURES, FEWEST_PASSES = 2, 3  # of those
# Which reasons are told first, where there are several.
ORDER = (*DECISIVE, *ABOUT_THE_MAP, "lags", "redundancy", "seeds", "time", "calibration")
COSTS = {  # shares of the time, as measured on the sample
    "variables at their usual values": 10.0,
    "what attention adds": 4.0,
    "values of other windows, variable by variable": 10.0,
    "values of other windows, lag by lag": 20.0,
    "the training mean, lag by lag": 6.0,
    "gradients": 12.0,
    "permuted variables": 12.0,
    "deleted and inserted values": 32.0,
    "random weights": 4.0,
}


@dataclass(frozen=True)
class Subject:
    """What is checked: an explanation, and what belongs to its forecasts."""

    asked: moves.Asked
    table: Table
    explanation: Explanation
    part: str
    attention: str  # over "inputs" or "states"
    calibration: Calibration
    rivals: Mapping[str, Floats]  # name -> (W * H,), in the target's unit
    train: Windows

    @property
    def windows(self) -> Windows:
        """All of the part."""
        return self.explanation.explainer.windows

    @cached_property
    def forecasts(self) -> tuple[Floats, Floats]:
        """Mean and standard deviation in the target's unit, each (W, H)."""
        per_window = self.explanation.per_window
        scaling = self.explanation.explainer.scaling
        return in_unit(scaling, self.windows, per_window.forecast, per_window.spread)

    @property
    def skill(self) -> skill.Skill:
        """What was learnt beyond forecasts that need no model."""
        forecast, _ = self.forecasts
        rivals = {name: rival.reshape(forecast.shape) for name, rival in self.rivals.items()}
        mean = np.full(forecast.shape, self.explanation.explainer.scaling.target_mean)
        actual = self.windows.actual
        return skill.skill(actual, forecast, {**rivals, "mean": mean}, self.shortest)

    @property
    def shortest(self) -> int:
        """Rows of a block of windows: those further apart share no row."""
        return self.windows.lookback + self.windows.horizon - 1

    @property
    def joint(self) -> Floats:
        """I T of every step, (H, N, T), the oldest lag first; each step's sums to 1."""
        steps = self.explanation.temporal_importance_by_step.items()
        importance = self.explanation.importance_by_step
        return np.stack(
            [temporal.mul(importance.loc[h], axis=0).to_numpy()[:, ::-1] for h, temporal in steps]
        )


def need_windows(windows: Windows, part: str) -> None:
    """Raise NoWindowError where there are too few to say anything."""
    if len(windows) < FEWEST:
        raise NoWindowError(
            f"The {part} part has {len(windows)} windows, and checks need {FEWEST}. Bring more "
            "rows, or a smaller share for training."
        )


def examine(
    of: Subject, siblings: Iterable[pd.DataFrame] = (), on_progress: OnProgress | None = None
) -> TrustReport:
    """Run every check.

    Args:
        of: what is checked.
        siblings: importance of trainings with other seeds, seeds x variables each.
        on_progress: told the share that is done and what is done; a true answer stops.

    Raises:
        NoWindowError: too few windows.
        CheckStopped: it was asked to stop.
    """
    explanation, windows, shortest = of.explanation, of.windows, of.shortest
    need_windows(windows, of.part)
    held, steps = HeldOut(explanation.explainer, of.train), _Progress(on_progress)
    steps.begin("variables at their usual values")
    moved_by_hand = moves.move(of.asked, of.table, explanation, steps.within)
    steps.begin("what attention adds")
    rises = ablation.ablate(held, shortest)
    alike = ablation.conicity(held)
    steps.begin("values of other windows, variable by variable")
    replaced = attribution.replace_variables(held, shortest, steps.within)
    steps.begin("values of other windows, lag by lag")
    few, by_window = attribution.replace_values(held, steps.within)
    moved = by_window.mean(axis=0)
    steps.begin("the training mean, lag by lag")
    from_mean = attribution.occlude(held, held.x[few], [held.typical], steps.within)
    steps.begin("gradients")
    gradients = attribution.integrate_gradients(held, steps.within)
    steps.begin("permuted variables")
    permuted = permutation.permute(held, shortest, steps.within)
    steps.begin("deleted and inserted values")
    curves, scores = deletion.curves(held, few, by_window, steps.within)
    steps.begin("random weights")
    random = randomised.randomise(held)
    steps.end()

    by_variable = (
        explanation.variable_importance.to_frame()
        .join([explanation.importance_range.add_prefix("importance_"), replaced, permuted])
        .assign(gradients=gradients.sum(axis=2).mean(axis=0), conicity=alike)
        .join(moved_by_hand)
        .rename_axis("variable")
    )
    trainings = pd.concat([explanation.importance_by_seed, *siblings])
    stable = pd.concat(
        [
            stability.over_seeds(trainings),
            stability.over_time(explanation.per_window.credit, shortest),
        ],
        ignore_index=True,
    )
    covered = calibration.coverage(of.calibration, windows.actual, *of.forecasts, shortest)
    redundant, variables = explanation.groups, explanation.variables
    densities = OBJECTIVES[explanation.explainer.objective].learns_densities
    checks = (
        moves.check(moved_by_hand, densities),
        skill.check(of.skill),
        ablation.check(rises, alike, of.attention, windows.lookback),
        attribution.check(by_variable),
        attribution.check_lags(variables, of.joint, moved, of.attention),
        permutation.check(by_variable),
        deletion.check(scores, cells=moved[0].size),
        stability.check(stable, "seeds", len(trainings)),
        stability.check(stable, "time", len(trainings)),
        randomised.check(random),
        calibration.check(covered),
        redundancy.check(redundant, explanation.variable_importance),
    )
    verdict, sentence = conclude(checks)
    return TrustReport(
        target=explanation.explainer.scaling.target,
        variables=variables,
        part=of.part,
        checks=checks,
        verdict=verdict,
        sentence=sentence,
        redundant=redundant,
        by_variable=by_variable,
        attention=explanation.joint_importance,
        attributions={
            "another_window": by_lag(moved.mean(axis=0), variables),
            "training_mean": by_lag(from_mean.mean(axis=(0, 1)), variables),
            "integrated_gradients": by_lag(gradients.mean(axis=0), variables),
        },
        lag_attribution_by_step=attribution.lag_maps(moved, variables),
        ablations=rises,
        curves=curves,
        curve_scores=scores,
        stability=stable,
        randomised=random,
        calibration=covered,
        pit=calibration.histogram(of.calibration, windows.actual, *of.forecasts).reset_index(),
    )


def conclude(checks: Iterable[Check]) -> tuple[str, str]:
    """The verdict over all checks, and its sentence.

    "do not rely" where the forecast does not move as importance says, where nothing was learnt, or
    two of the checks of the map itself fail; "caution"
    where another check fails or warns, or too few of the map could be told; else "rely". Intervals
    that are a little off do not speak against the map.
    """
    found = sorted(checks, key=lambda check: ORDER.index(check.name))
    failed = [check for check in found if check.verdict == FAIL]
    wanting = [*failed, *(c for c in found if c.verdict == CAUTION and c.name != "calibration")]
    failures = sum(check.name in ABOUT_THE_MAP for check in failed)
    if failures >= TOO_MANY_FAILURES or any(check.name in DECISIVE for check in failed):
        reasons = " and ".join(check.reason for check in failed[:2])
        return DO_NOT_RELY, f"Do not rely on it: {reasons}."
    if wanting:
        return CAUTION, f"Caution: {' and '.join(check.reason for check in wanting[:2])}."
    passed = [check for check in found if check.verdict == PASS]
    if sum(check.name in ABOUT_THE_MAP for check in passed) < FEWEST_PASSES:
        return CAUTION, "Caution: too little can be told of a map of so few variables and lags."
    reasons = " and ".join(check.reason for check in passed[:2])
    return RELY, f"{len(passed)} of {len(found)} checks passed, none speaks against it: {reasons}."


class _Progress:
    """Turns the parts of a long computation into one share."""

    def __init__(self, tell: OnProgress | None) -> None:
        self._tell, self._what, self._done = tell, "", 0.0
        self._total = sum(COSTS.values())

    def begin(self, what: str) -> None:
        self.end()
        self._what = what
        self.within(0.0)

    def within(self, share: float) -> None:
        """Tell that a share of the present part is done."""
        done = self._done + share * COSTS[self._what]
        if self._tell is not None and self._tell(done / self._total, self._what):
            raise CheckStopped("The checks were stopped before they came to an end.")

    def end(self) -> None:
        self._done += COSTS.get(self._what, 0.0)
