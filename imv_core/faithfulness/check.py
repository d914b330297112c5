"""A check of an explanation: its definition, its result, and its frames.

Each file in `checks/` has one definition or two that share a rule; `checks.CHECKS` lists them all.
The report, its file, the page Trust and the HTML report read that list, so a new check is one file
and its place in the list.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import pandas as pd

from imv_core.faithfulness.subject import Step, Subject

BY_VARIABLE = "by_variable"  # the one frame whose columns come from several checks


class Verdict(StrEnum):
    """The result of one check."""

    PASS = "pass"
    CAUTION = "caution"
    FAIL = "fail"
    UNKNOWN = "unknown"  # the question has no answer for this model


class OverallVerdict(StrEnum):
    """The verdict over all checks."""

    RELY = "rely"
    CAUTION = "caution"
    DO_NOT_RELY = "do not rely"


class Role(StrEnum):
    """The weight of a check in the overall verdict.

    If several checks give a reason, the reasons come in this order.
    """

    DECISIVE = "decisive"  # one failure is enough for "do not rely"
    MAP = "map"  # about the map itself: two failures are enough
    READING = "reading"  # how to read the map
    STEADINESS = "steadiness"  # whether importance repeats
    INTERVALS = "intervals"  # beside the explanation: a caution does not count


@dataclass(frozen=True)
class Check:
    """The result of a check.

    Args:
        name: of the check.
        title: question that the check answers.
        verdict: of this check.
        sentence: the finding in words for everybody. Names of variables are as in the table.
        reason: the finding in one clause, for the sentence of the overall verdict.
        rule: for pass, caution and fail.
        source: of the method.
    """

    name: str
    title: str
    verdict: Verdict
    sentence: str
    reason: str
    rule: str
    source: str


@dataclass(frozen=True)
class FrameSpec:
    """The form of a frame that a check adds to the report.

    Args:
        name: in `TrustReport.frames`. Rows of checks with the same name follow one another; the
            columns of `BY_VARIABLE` stand side by side.
        columns: in their order.
        known: columns that have no missing number; if there are any, the frame has a row or more.
        is_valid: further conditions, for frames that are read from a file.
    """

    name: str
    columns: tuple[str, ...]
    known: tuple[str, ...] = ()
    is_valid: Callable[[pd.DataFrame], bool] = lambda _: True

    def matches(self, frame: pd.DataFrame) -> bool:
        """Return whether a frame has this form; `BY_VARIABLE` may have more columns."""
        own = [name for name in self.columns if name in frame]
        if own != list(self.columns) or (self.known and frame.empty):
            return False
        if self.name != BY_VARIABLE and len(own) != frame.shape[1]:
            return False
        return bool(frame[list(self.known)].notna().all(axis=None)) and self.is_valid(frame)


class CheckOutput(NamedTuple):
    """A result with the numbers behind it.

    Args:
        check: the result.
        frames: one per `CheckDefinition.frames`, by name.
        maps: variables x lags, one per `CheckDefinition.maps`, by name.
    """

    check: Check
    frames: Mapping[str, pd.DataFrame] = {}
    maps: Mapping[str, pd.DataFrame] = {}


@dataclass(frozen=True)
class CheckDefinition:
    """A check before it is run.

    Args:
        name: it must not change, as it is stored in files.
        question: that the check answers.
        rule: for pass, caution and fail.
        source: of the method.
        role: its weight in the overall verdict.
        run: computes frames, judges them by the rule and puts the result into words.
        steps: the long computations, with their share of the time.
        frames: that the check adds to the report.
        maps: names of the maps that the check adds to `TrustReport.attributions`.
    """

    name: str
    question: str
    rule: str
    source: str
    role: Role
    run: Callable[[Subject], CheckOutput]
    steps: tuple[Step, ...] = ()
    frames: tuple[FrameSpec, ...] = field(default=())
    maps: tuple[str, ...] = ()

    def result(self, verdict: Verdict, sentence: str, reason: str, question: str = "") -> Check:
        """Return a result of this check.

        Args:
            verdict: by the rule.
            sentence: the finding.
            reason: the finding in one clause.
            question: instead of the usual one; empty: the usual one.
        """
        title = question or self.question
        return Check(self.name, title, verdict, sentence, reason, self.rule, self.source)


def judge(value: float, passes: float, cautions: float) -> Verdict:
    """Return pass from `passes` on, caution from the lower bound `cautions` on, else fail."""
    if value >= passes:
        return Verdict.PASS
    return Verdict.CAUTION if value >= cautions else Verdict.FAIL
