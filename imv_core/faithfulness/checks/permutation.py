"""Does the error depend on what importance names? Permutation importance on held-out windows.

Sources: Breiman (2001), Machine Learning 45; Fisher, Rudin & Dominici (2019), JMLR 20(177). For
series, whole windows of a variable are moved by the same stretch of time, so that the variable's
autocorrelation stays.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.faithfulness.check import (
    BY_VARIABLE,
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
)
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.statistics import above_uniform, block_means, interval
from imv_core.faithfulness.subject import Step, Subject
from imv_core.phrases import listed

SHIFTS = 5
COLUMNS = ["permutation", "permutation_low", "permutation_high"]
PERMUTE = Step("permuted variables", 12.0)


def run(subject: Subject) -> CheckOutput:
    """Move each variable to another time."""
    found = permute(subject.held_out, subject.block, subject.progress.begin(PERMUTE))
    return CheckOutput(check(subject.beside_importance(found)), {BY_VARIABLE: found})


def permute(held_out: HeldOut, shortest: int, on_step: Callable[[float], None]) -> pd.DataFrame:
    """Return the rise of the RMSE when a variable comes from another time, in the target's unit.

    Returns:
        Index variable; columns permutation, permutation_low, permutation_high (95%).
    """
    held_out = held_out.thinned(len(held_out.variables) * SHIFTS)
    rises = []
    for n in range(len(held_out.variables)):
        rises.append(rise(held_out, [n], shortest))
        on_step((n + 1) / len(held_out.variables))
    return pd.DataFrame(rises, index=pd.Index(held_out.variables, name="variable"), columns=COLUMNS)


def rise(held_out: HeldOut, which: Sequence[int], shortest: int) -> tuple[float, float, float]:
    """Return the rise when some variables move together, and its 95% interval: rise, low, high."""
    W = len(held_out.x)
    rng = np.random.default_rng(0)
    least = min(W // 4, held_out.x.shape[1] + held_out.actual.shape[1])
    changed: list[Floats] = []
    for shift in rng.integers(least, W - least + 1, SHIFTS):
        x = held_out.x.clone()
        x[:, :, list(which)] = held_out.x.roll(int(shift), 0)[:, :, list(which)]
        changed.append(held_out.squared_errors(held_out.forecast(x)))
    intact = np.nanmean(held_out.squared_errors(held_out.intact), axis=1)
    both = np.stack([np.nanmean(np.mean(changed, axis=0), axis=1), intact], axis=1)
    means = np.sqrt(block_means(both, shortest))
    low, high = interval(means[:, 0] - means[:, 1])
    whole = np.sqrt(np.nanmean(both, axis=0))
    return float(whole[0] - whole[1]), float(low), float(high)


class _Findings(NamedTuple):
    """Variables whose importance and permutation importance differ."""

    idle: list[str]  # above the uniform share, and the error does not depend on them
    is_first_idle: bool  # the most important variable is one of them
    missed: list[str]  # below the uniform share, and they count more than one above


def check(by_variable: pd.DataFrame) -> Check:
    """Judge whether the error depends on the variables that importance names.

    Args:
        by_variable: index variable; columns importance, permutation, permutation_low.
    """
    above = above_uniform(by_variable["importance"].to_numpy())
    named = by_variable[above].sort_values("importance", ascending=False)
    idle = [str(name) for name in named.index[named["permutation_low"] <= 0]]
    others = by_variable[~above]
    counts = (others["permutation_low"] > 0) & (others["permutation"] > named["permutation"].min())
    missed = [str(name) for name in others.index[counts]]
    found = _Findings(idle, str(named.index[0]) in idle, missed)
    verdict = Verdict.CAUTION if idle or missed else Verdict.PASS
    if found.is_first_idle:
        verdict = Verdict.FAIL
    return DEFINITION.result(verdict, *_wording(found, by_variable["permutation"]))


def _wording(found: _Findings, rises: "pd.Series[float]") -> tuple[str, str]:
    """Return the sentence and the reason."""
    if found.is_first_idle:
        first = listed(found.idle[:1])
        reason = f"the error does not depend on {first}, the most important variable"
    elif found.idle:
        reason = f"the error does not depend on {listed(found.idle, 4)}"
    elif found.missed:
        reason = f"the error depends more on {listed(found.missed, 4)} than importance says"
    else:
        reason = "the error depends on every variable called important"
    return (
        f"{reason[0].upper()}{reason[1:]}. Exchanging the past of '{rises.idxmax()}' for that of "
        f"another time raises the RMSE most, by {rises.max():.3g}.",
        reason,
    )


DEFINITION = CheckDefinition(
    name="permutation",
    question="Does the error depend on what is called important?",
    rule="Fails where the 95% interval of the rise holds 0 for the most important variable; "
    "caution where it does for another above the uniform share, or where a variable below it "
    "counts for more than one above.",
    source="Breiman 2001; Fisher, Rudin & Dominici 2019",
    role=Role.MAP,
    run=run,
    steps=(PERMUTE,),
    frames=(FrameSpec(BY_VARIABLE, tuple(COLUMNS)),),
)
