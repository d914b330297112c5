"""Does the error depend on what importance names? Permutation importance on held-out windows.

Sources: Breiman (2001), Machine Learning 45; Fisher, Rudin & Dominici (2019), JMLR 20(177). Of
series, whole windows of a variable are exchanged, and all of them are moved by the same stretch of
time, so that what a variable remembers of itself stays as it is.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.faithfulness.check import CAUTION, FAIL, PASS, Check, above_uniform, listed
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.statistics import block_means, interval

SHIFTS = 5


def permute(held: HeldOut, shortest: int, on_step: Callable[[float], None]) -> pd.DataFrame:
    """Rise of the RMSE when a variable comes from another time, in the target's unit.

    Returns:
        Index variable; columns permutation, permutation_low, permutation_high (95%).
    """
    held = held.thinned(len(held.variables) * SHIFTS)
    rises = []
    for n in range(len(held.variables)):
        rises.append(rise(held, [n], shortest))
        on_step((n + 1) / len(held.variables))
    columns = ["permutation", "permutation_low", "permutation_high"]
    return pd.DataFrame(rises, index=pd.Index(held.variables, name="variable"), columns=columns)


def rise(held: HeldOut, which: Sequence[int], shortest: int) -> tuple[float, float, float]:
    """The same of some variables moved together: rise, low, high."""
    W = len(held.x)
    rng = np.random.default_rng(0)
    least = min(W // 4, held.x.shape[1] + held.actual.shape[1])
    changed: list[Floats] = []
    for shift in rng.integers(least, W - least + 1, SHIFTS):
        x = held.x.clone()
        x[:, :, list(which)] = held.x.roll(int(shift), 0)[:, :, list(which)]
        changed.append(held.squared_errors(held.forecast(x)))
    intact = np.nanmean(held.squared_errors(held.intact), axis=1)
    both = np.stack([np.nanmean(np.mean(changed, axis=0), axis=1), intact], axis=1)
    means = np.sqrt(block_means(both, shortest))
    low, high = interval(means[:, 0] - means[:, 1])
    whole = np.sqrt(np.nanmean(both, axis=0))
    return float(whole[0] - whole[1]), float(low), float(high)


def check(by_variable: pd.DataFrame) -> Check:
    """What is called important should hurt when it is gone."""
    above = above_uniform(by_variable["importance"].to_numpy())
    named = by_variable[above].sort_values("importance", ascending=False)
    idle = [str(name) for name in named.index[named["permutation_low"] <= 0]]
    least = named["permutation"].min()
    others = by_variable[~above]
    missed = [
        str(name)
        for name in others.index
        if others.loc[name, "permutation_low"] > 0 and others.loc[name, "permutation"] > least
    ]
    if idle and str(named.index[0]) in idle:
        verdict = FAIL
        reason = f"the error does not depend on {listed(idle[:1])}, the most important variable"
    elif idle:
        verdict, reason = CAUTION, f"the error does not depend on {listed(idle)}"
    elif missed:
        verdict, reason = (
            CAUTION,
            f"the error depends more on {listed(missed)} than importance says",
        )
    else:
        verdict, reason = PASS, "the error depends on every variable called important"
    first = str(by_variable["permutation"].idxmax())
    return Check(
        "permutation",
        "Does the error depend on what is called important?",
        verdict,
        f"{reason[0].upper()}{reason[1:]}. Exchanging the past of '{first}' for that of another "
        f"time raises the RMSE most, by {by_variable['permutation'].max():.3g}.",
        reason,
        "Fails where the 95% interval of the rise holds 0 for the most important variable; caution "
        "where it does for another above the uniform share, or where a variable below it counts "
        "for more than one above.",
        "Breiman 2001; Fisher, Rudin & Dominici 2019",
    )
