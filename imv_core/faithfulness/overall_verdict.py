"""The verdict over all checks: its rule, and its sentence."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from imv_core.faithfulness import checks
from imv_core.faithfulness.check import Check, OverallVerdict, Role, Verdict

TOO_MANY_FAILURES, FEWEST_PASSES = 2, 3  # of the checks of the map
MOST_REASONS = 2  # in the sentence


class Conclusion(NamedTuple):
    """The verdict over all checks.

    Args:
        verdict: of the explanation.
        reasons: names of the checks whose reasons the sentence gives.
        sentence: the verdict and its reasons.
    """

    verdict: OverallVerdict
    reasons: tuple[str, ...]
    sentence: str


def conclude(results: Iterable[Check]) -> Conclusion:
    """Reach the verdict over all checks.

    "do not rely" if a decisive check fails, or two checks of the map; "caution" if another check
    fails or warns, or if fewer than three checks of the map pass; else "rely". A caution about
    intervals does not count against the map.
    """
    roles = {definition.name: definition.role for definition in checks.CHECKS}
    order = list(Role)
    found = sorted(results, key=lambda check: order.index(roles[check.name]))
    failed = [check for check in found if check.verdict == Verdict.FAIL]
    warned = [check for check in found if check.verdict == Verdict.CAUTION]
    doubts = [*failed, *(c for c in warned if roles[c.name] != Role.INTERVALS)]
    passed = [check for check in found if check.verdict == Verdict.PASS]
    of_failed, of_passed = ([roles[check.name] for check in each] for each in (failed, passed))
    if Role.DECISIVE in of_failed or of_failed.count(Role.MAP) >= TOO_MANY_FAILURES:
        return _with_reasons(OverallVerdict.DO_NOT_RELY, failed, "Do not rely on it")
    if doubts:
        return _with_reasons(OverallVerdict.CAUTION, doubts, "Caution")
    if of_passed.count(Role.MAP) < FEWEST_PASSES:
        sentence = "Caution: too little can be told of a map of so few variables and lags."
        return Conclusion(OverallVerdict.CAUTION, (), sentence)
    opening = f"{len(passed)} of {len(found)} checks passed, none speaks against it"
    return _with_reasons(OverallVerdict.RELY, passed, opening)


def _with_reasons(verdict: OverallVerdict, found: Sequence[Check], opening: str) -> Conclusion:
    first = found[:MOST_REASONS]
    sentence = f"{opening}: {' and '.join(check.reason for check in first)}."
    return Conclusion(verdict, tuple(check.name for check in first), sentence)
