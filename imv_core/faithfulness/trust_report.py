"""All checks of an explanation, and what follows from them in one sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from imv_core.errors import CheckStopped, NoWindowError
from imv_core.explanation import Explanation
from imv_core.faithfulness import (
    ablation,
    attribution,
    calibration,
    deletion,
    permutation,
    randomised,
    redundancy,
    skill,
    stability,
)
from imv_core.faithfulness.checks import CAUTION, FAIL, PASS, Check, by_lag
from imv_core.faithfulness.frames import from_plain, to_plain
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.trainings import OnProgress
from imv_core.intervals import Calibration
from imv_core.scaling import Floats
from imv_core.stored import from_json
from imv_core.windows import Windows

RELY, DO_NOT_RELY = "rely", "do not rely"  # between them: CAUTION
FEWEST = 40  # windows; of fewer nothing can be said
ABOUT_THE_MAP = ("attention", "attribution", "permutation", "deletion", "randomised")
TOO_MANY_FAILURES = 2  # of those
# Which reasons are told first, where there are several.
ORDER = ("skill", *ABOUT_THE_MAP, "lags", "redundancy", "seeds", "time", "calibration")
COSTS = {  # shares of the time, as measured on the sample
    "what attention adds": 4.0,
    "values of other windows, variable by variable": 10.0,
    "values of other windows, lag by lag": 20.0,
    "the training mean, lag by lag": 6.0,
    "gradients": 12.0,
    "permuted variables": 12.0,
    "deleted and inserted values": 32.0,
    "random weights": 4.0,
}


@dataclass(frozen=True, eq=False)
class TrustReport:
    """What was checked of a model's explanation of a part, and what was found.

    Sizes are in the target's unit where nothing else is said; lags are columns 1..T.
    """

    target: str
    variables: tuple[str, ...]
    part: str
    checks: tuple[Check, ...]
    verdict: str  # "rely", "caution", "do not rely"
    sentence: str  # the verdict and its reasons
    redundant: tuple[tuple[str, ...], ...]  # variables that all but copy each other
    by_variable: pd.DataFrame  # importance, attribution, permutation, each _low and _high; ...
    attention: pd.DataFrame  # variables x lags: I T, sums to 1
    attributions: dict[
        str, pd.DataFrame
    ]  # "another_window", "training_mean", "integrated_gradients"
    lag_attribution_by_step: dict[int, pd.DataFrame]  # step -> "another_window" of it
    ablations: pd.DataFrame  # change -> rmse, rise, low, high
    curves: pd.DataFrame  # kind, order, share, change, low, high
    curve_scores: pd.DataFrame  # order -> aopc, comprehensiveness, sufficiency, ...
    stability: pd.DataFrame  # over, draw, tau, overlap
    randomised: pd.DataFrame  # draw, correlation
    calibration: pd.DataFrame  # level, coverage, low, high
    pit: pd.DataFrame  # from, share

    @property
    def lag_attribution(self) -> pd.DataFrame:
        """How far one value moves the forecast, variables x lags, mean over the steps.

        Mean |change of the forecast| when that value alone is replaced by another window's.
        """
        return self.attributions["another_window"]

    @property
    def redundancy_sentence(self) -> str:
        """A warning where what is important has copies; else empty."""
        (found,) = (check for check in self.checks if check.name == "redundancy")
        return "" if found.verdict == PASS else found.sentence

    def summary(self) -> pd.DataFrame:
        """A row a check: check, verdict, sentence, rule, source."""
        rows = [(c.title, c.verdict, c.sentence, c.rule, c.source) for c in self.checks]
        return pd.DataFrame(rows, columns=["check", "verdict", "sentence", "rule", "source"])

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "TrustReport":
        """The inverse of `to_json`; TypeError, ValueError or LookupError where it is none."""
        if values["verdict"] not in (RELY, CAUTION, DO_NOT_RELY):
            raise ValueError(f"There is no verdict '{values['verdict']}'.")
        return cls(
            target=from_json(str, values["target"]),
            part=from_json(str, values["part"]),
            verdict=from_json(str, values["verdict"]),
            sentence=from_json(str, values["sentence"]),
            variables=from_json(tuple[str, ...], values["variables"]),
            checks=from_json(tuple[Check, ...], values["checks"]),
            redundant=from_json(tuple[tuple[str, ...], ...], values["redundant"]),
            attributions={name: from_plain(v) for name, v in values["attributions"].items()},
            lag_attribution_by_step={
                int(step): from_plain(v) for step, v in values["lag_attribution_by_step"].items()
            },
            by_variable=from_plain(values["by_variable"]),
            attention=from_plain(values["attention"]),
            ablations=from_plain(values["ablations"]),
            curves=from_plain(values["curves"]),
            curve_scores=from_plain(values["curve_scores"]),
            stability=from_plain(values["stability"]),
            randomised=from_plain(values["randomised"]),
            calibration=from_plain(values["calibration"]),
            pit=from_plain(values["pit"]),
        )


@dataclass(frozen=True)
class Subject:
    """What is checked: an explanation, and what belongs to its forecasts."""

    explanation: Explanation
    part: str
    attention: str  # over "inputs" or "states"
    calibration: Calibration
    rivals: Mapping[str, Floats]  # name -> (W * H,), in the target's unit
    train: Windows


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
    explanation = of.explanation
    explained = explanation.explained
    windows, variables = explained.windows, explanation.variables
    if len(windows) < FEWEST:
        raise NoWindowError(
            f"The {of.part} part has {len(windows)} windows, and checks need {FEWEST}. Bring more "
            "rows, or a smaller share for training."
        )
    held, steps = HeldOut(explained, of.train), _Progress(on_progress)
    shortest = windows.lookback + windows.horizon - 1
    unit = np.asarray(explained.scaling.spread)
    center = windows.base(windows.origins)
    forecast = center + explanation.course.forecast * unit
    spread = explanation.course.spread * unit
    rivals = {name: rival.reshape(forecast.shape) for name, rival in of.rivals.items()}
    rivals["mean"] = np.full(forecast.shape, explained.scaling.target_mean)
    learnt = skill.skill(windows.actual, forecast, rivals, shortest)

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
    random = randomised.randomise(held, held.joint_map(held.ensemble, held.few()))
    steps.end()

    ranges = explanation.importance_range.add_prefix("importance_")
    by_variable = (
        explanation.variable_importance.to_frame()
        .join(ranges)
        .join(replaced)
        .join(permuted)
        .assign(gradients=gradients.sum(axis=2).mean(axis=0), conicity=alike)
        .rename_axis("variable")
    )
    trainings = pd.concat([explanation.importance_by_seed, *siblings])
    stable = pd.concat(
        [
            stability.over_seeds(trainings),
            stability.over_time(explanation.course.credit, shortest),
        ],
        ignore_index=True,
    )
    covered = calibration.coverage(of.calibration, windows.actual, forecast, spread, shortest)
    pit = calibration.histogram(of.calibration, windows.actual, forecast, spread)
    redundant = redundancy.groups(held)
    joint = np.stack(
        [
            explanation.temporal_importance_by_step[step]
            .mul(explanation.importance_by_step.loc[step], axis=0)
            .to_numpy()[:, ::-1]
            for step in explanation.importance_by_step.index
        ]
    )
    checks = (
        skill.check(learnt),
        ablation.check(rises, alike, of.attention),
        attribution.check(by_variable),
        attribution.check_lags(variables, joint, moved, of.attention),
        permutation.check(by_variable),
        deletion.check(scores),
        stability.check(stable, "seeds", len(trainings)),
        stability.check(stable, "time", len(trainings)),
        randomised.check(random),
        calibration.check(covered),
        redundancy.check(redundant, explanation.variable_importance),
    )
    verdict, sentence = conclude(checks)
    return TrustReport(
        target=explained.scaling.target,
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
        pit=pit.reset_index(),
    )


def conclude(checks: Iterable[Check]) -> tuple[str, str]:
    """The verdict over all checks, and its sentence.

    "do not rely" where nothing was learnt, or two of the checks of the map itself fail; "caution"
    where any check does not pass; else "rely". What is unknown decides nothing, and intervals that
    are a little off do not speak against the map.
    """
    found = sorted(checks, key=lambda check: ORDER.index(check.name))
    failed = [check for check in found if check.verdict == FAIL]
    wanting = [*failed, *(c for c in found if c.verdict == CAUTION and c.name != "calibration")]
    failures = sum(check.name in ABOUT_THE_MAP for check in failed)
    if any(check.name == "skill" for check in failed) or failures >= TOO_MANY_FAILURES:
        reasons = " and ".join(check.reason for check in failed[:2])
        return DO_NOT_RELY, f"Do not rely on it: {reasons}."
    if wanting:
        return CAUTION, f"Caution: {' and '.join(check.reason for check in wanting[:2])}."
    learnt, attention = (
        next(check.reason for check in found if check.name == name)
        for name in ("skill", "attention")
    )
    return RELY, f"It passed every check: {learnt}, and {attention}."


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


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return to_plain(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [asdict(item) if isinstance(item, Check) else _plain(item) for item in value]
    return value
