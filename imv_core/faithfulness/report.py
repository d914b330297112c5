"""The report of all checks of an explanation, and its form in a file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import pandas as pd

from imv_core.errors import OutdatedError
from imv_core.faithfulness import checks
from imv_core.faithfulness.check import (
    BY_VARIABLE,
    Check,
    CheckDefinition,
    FrameSpec,
    OverallVerdict,
    Role,
    Verdict,
)
from imv_core.faithfulness.overall_verdict import conclude
from imv_core.faithfulness.result_versions import read_versioned
from imv_core.storage import from_json, from_plain, to_plain

FORMAT = 2  # 1: frames beside the other values, no reasons
IMPORTANCE = ("importance", "importance_low", "importance_high")
NOT_THESE = "These are not the checks of an explanation."
WHAT = "These checks"


@dataclass(frozen=True, eq=False)
class TrustReport:
    """The results of all checks of a model's explanation of a part.

    Sizes are in the target's unit unless stated; lags are columns 1..T.
    """

    target: str
    variables: tuple[str, ...]
    part: str
    checks: tuple[Check, ...]
    verdict: OverallVerdict
    reasons: tuple[str, ...]  # names of the checks whose reasons stand in the sentence
    sentence: str  # the verdict and its reasons
    redundant: tuple[tuple[str, ...], ...]  # variables that all but copy each other
    by_variable: pd.DataFrame  # importance with _low and _high, and columns of the checks
    attention: pd.DataFrame  # the joint map, variables x lags; sums to 1
    attributions: dict[str, pd.DataFrame]  # "another_window" and others: variables x lags
    lag_attribution_by_step: dict[int, pd.DataFrame]  # step -> "another_window" of that step
    frames: dict[str, pd.DataFrame]  # all other numbers of the checks, see `FrameSpec`

    @property
    def lag_attribution(self) -> pd.DataFrame:
        """Attribution of each value, variables x lags, mean over the steps.

        It is the mean |change of the forecast| when this value is replaced by another window's.
        """
        return self.attributions["another_window"]

    @property
    def ablations(self) -> pd.DataFrame:
        """Change of the weights -> rmse, rise, low, high."""
        return self.frames["ablations"]

    @property
    def curves(self) -> pd.DataFrame:
        """Columns kind, order, share, change, low, high."""
        return self.frames["curves"]

    @property
    def curve_scores(self) -> pd.DataFrame:
        """Order -> aopc, comprehensiveness, sufficiency, aopc_low, aopc_high."""
        return self.frames["curve_scores"]

    @property
    def stability(self) -> pd.DataFrame:
        """Columns over ("seeds", "time"), draw, tau, overlap."""
        return self.frames["stability"]

    @property
    def randomised(self) -> pd.DataFrame:
        """Columns draw, correlation."""
        return self.frames["randomised"]

    @property
    def calibration(self) -> pd.DataFrame:
        """Columns level, coverage, low, high."""
        return self.frames["calibration"]

    @property
    def pit(self) -> pd.DataFrame:
        """Columns from, share: true values per twentieth of the forecast distribution."""
        return self.frames["pit"]

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
        """A warning if important variables have copies; else empty."""
        found = self.check("redundancy")
        return "" if found.verdict == Verdict.PASS else found.sentence

    def check(self, name: str) -> Check:
        """Return the result of a check by its name; KeyError if there is none."""
        return {check.name: check for check in self.checks}[name]

    @property
    def not_run(self) -> tuple[str, ...]:
        """Questions of the checks that are newer than a stored report."""
        names = {check.name for check in self.checks}
        return tuple(each.question for each in checks.CHECKS if each.name not in names)

    def summary(self) -> pd.DataFrame:
        """Return one row per check: check, verdict, sentence, rule, source."""
        rows = [(c.title, str(c.verdict), c.sentence, c.rule, c.source) for c in self.checks]
        return pd.DataFrame(rows, columns=["check", "verdict", "sentence", "rule", "source"])

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file."""
        values = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        return {"version": FORMAT, **values}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "TrustReport":
        """Return the report that `to_json` wrote, in this version or an older one.

        Checks that the file lacks are named by `not_run`.

        Raises:
            OutdatedError: another version wrote it, and it cannot be read.
            TypeError, ValueError, LookupError: it is no report.
        """
        return read_versioned(values, FORMAT, WHAT, lambda version: cls._read(values, version))

    @classmethod
    def _read(cls, values: Mapping[str, Any], version: int) -> "TrustReport":
        try:
            results = from_json(tuple[Check, ...], values["checks"])
            run = _definitions_of(results)
            values = _from_first_format(values, results) if version == 1 else values
            report = cls._of_plain(values, results, run)
        except OutdatedError:
            raise
        except (TypeError, ValueError, LookupError) as error:
            raise ValueError(NOT_THESE) from error
        report._need_form(run)
        return report

    @classmethod
    def _of_plain(
        cls, values: Mapping[str, Any], results: tuple[Check, ...], run: list[CheckDefinition]
    ) -> "TrustReport":
        columns = [*IMPORTANCE, *(c for spec in _specs(run, True) for c in spec.columns)]
        return cls(
            target=from_json(str, values["target"]),
            part=from_json(str, values["part"]),
            verdict=from_json(OverallVerdict, values["verdict"]),
            reasons=from_json(tuple[str, ...], values["reasons"]),
            sentence=from_json(str, values["sentence"]),
            variables=from_json(tuple[str, ...], values["variables"]),
            checks=results,
            redundant=from_json(tuple[tuple[str, ...], ...], values["redundant"]),
            attributions={name: from_plain(v) for name, v in values["attributions"].items()},
            lag_attribution_by_step={
                int(step): from_plain(v) for step, v in values["lag_attribution_by_step"].items()
            },
            by_variable=from_plain(values[BY_VARIABLE])[columns],
            attention=from_plain(values["attention"]),
            frames={name: from_plain(v) for name, v in values["frames"].items()},
        )

    def _need_form(self, run: list[CheckDefinition]) -> None:
        """Raise ValueError if the frames are not of the form that the checks give."""
        maps = [self.attention, *self.attributions.values(), *self.lag_attribution_by_step.values()]
        specs = _specs(run, False)
        if not (
            all(tuple(frame.index) == self.variables for frame in (self.by_variable, *maps))
            and self.attributions.keys() == {name for one in run for name in one.maps}
            and self.frames.keys() == {spec.name for spec in specs}
            and all(spec.matches(self.frames[spec.name]) for spec in specs)
            and all(spec.matches(self.by_variable) for spec in _specs(run, True))
            and self.by_variable["importance"].between(0, 1).all()
            and len(self.by_variable)
            and list(self.lag_attribution_by_step) == list(range(1, self.horizon + 1))
            and all(frame.columns.tolist() == [*range(1, self.lookback + 1)] for frame in maps)
            and all(frame.notna().all(axis=None) for frame in maps)
            and (self.attention >= 0).all(axis=None)
        ):
            raise ValueError(NOT_THESE)


def _specs(run: list[CheckDefinition], are_by_variable: bool) -> list[FrameSpec]:
    """Return the specs of the frame `BY_VARIABLE`, or of all other frames."""
    specs = [spec for definition in run for spec in definition.frames]
    return [spec for spec in specs if (spec.name == BY_VARIABLE) == are_by_variable]


def _definitions_of(results: tuple[Check, ...]) -> list[CheckDefinition]:
    """Return the definitions of results.

    Raises:
        OutdatedError: they are from before a decisive check, without which there is no verdict.
        ValueError: a check is unknown, or occurs twice.
    """
    names = [check.name for check in results]
    known = {definition.name: definition for definition in checks.CHECKS}
    decisive = {name for name, definition in known.items() if definition.role == Role.DECISIVE}
    if len(set(names)) != len(names) or not set(names) <= known.keys():
        raise ValueError(NOT_THESE)
    if not decisive <= set(names):
        raise OutdatedError(WHAT)
    return [definition for name, definition in known.items() if name in names]


def _from_first_format(values: Mapping[str, Any], results: tuple[Check, ...]) -> dict[str, Any]:
    """Return the values of a file of format 1 in the present format."""
    names = dict.fromkeys(spec.name for spec in _specs(_definitions_of(results), False))
    return {
        **values,
        "reasons": conclude(results).reasons,
        "frames": {name: values[name] for name in names},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, pd.DataFrame):
        return to_plain(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [asdict(item) if isinstance(item, Check) else _plain(item) for item in value]
    return value
