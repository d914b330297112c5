"""What all checks of an explanation found, and what follows from them in one sentence."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import pandas as pd

from imv_core.faithfulness.check import CAUTION, FAIL, PASS, UNKNOWN, Check
from imv_core.storage import from_json, from_plain, to_plain

CHECKS = (
    *("moves", "skill", "attention", "attribution", "lags", "permutation", "deletion"),
    *("seeds", "time", "randomised", "calibration", "redundancy"),
)
ATTRIBUTIONS = ("another_window", "training_mean", "integrated_gradients")
FRAMES = {  # the columns of the tables, in their order
    "by_variable": [
        f"{measure}{end}"
        for measure in ("importance", "attribution", "permutation")
        for end in ("", "_low", "_high")
    ]
    + ["gradients", "conicity", "claimed", "moved"],
    "ablations": ["rmse", "rise", "low", "high"],
    "curves": ["kind", "order", "share", "change", "low", "high"],
    "curve_scores": ["aopc", "comprehensiveness", "sufficiency", "aopc_low", "aopc_high"],
    "stability": ["over", "draw", "tau", "overlap"],
    "randomised": ["draw", "correlation"],
    "calibration": ["level", "coverage", "low", "high"],
    "pit": ["from", "share"],
}
KNOWN = {  # columns in which every number is known
    "by_variable": ["importance", "attribution", "claimed", "moved"],
    "curves": ["share", "change"],
    "curve_scores": ["aopc", "comprehensiveness", "sufficiency"],
    "calibration": ["level", "coverage"],
    "pit": ["from", "share"],
}
KINDS, ORDERS = {"deletion", "insertion"}, {"attention", "attribution", "random"}
RELY, DO_NOT_RELY = "rely", "do not rely"  # between them: CAUTION


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
    def lookback(self) -> int:
        """T."""
        return self.attention.shape[1]

    @property
    def horizon(self) -> int:
        """H."""
        return len(self.lag_attribution_by_step)

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
        report = cls(
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
        report._check_form()
        return report

    def _check_form(self) -> None:
        """Raise ValueError where a file of another version, or of nobody's making, was read."""
        maps = [self.attention, *self.attributions.values(), *self.lag_attribution_by_step.values()]
        if not (
            sorted(check.name for check in self.checks) == sorted(CHECKS)
            and all(check.verdict in (PASS, CAUTION, FAIL, UNKNOWN) for check in self.checks)
            and all(tuple(frame.index) == self.variables for frame in (self.by_variable, *maps))
            and self.attributions.keys() == set(ATTRIBUTIONS)
            and all(
                list(getattr(self, name).columns) == columns for name, columns in FRAMES.items()
            )
            and all(
                len(getattr(self, name)) and getattr(self, name)[columns].notna().all(axis=None)
                for name, columns in KNOWN.items()
            )
            and list(self.lag_attribution_by_step) == list(range(1, self.horizon + 1))
            and all(frame.columns.tolist() == [*range(1, self.lookback + 1)] for frame in maps)
            and all(frame.notna().all(axis=None) for frame in maps)
            and (self.attention >= 0).all(axis=None)
            and self.by_variable["importance"].between(0, 1).all()
            and self.calibration["coverage"].between(0, 1).all()
            and set(self.curves["kind"]) == KINDS
            and set(self.curves["order"]) == set(self.curve_scores.index) == ORDERS
        ):
            raise ValueError("These are not the checks of an explanation.")


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return to_plain(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [asdict(item) if isinstance(item, Check) else _plain(item) for item in value]
    return value
