"""What inputs do to a forecast: single values replaced, and gradients along the way to them.

Sources: occlusion, Zeiler & Fergus (2014), ECCV (a loop of our own: captum's would take a pass for
each forecast step); values of other windows in place of a fixed one, after Fisher, Rudin & Dominici
(2019), JMLR 20(177); integrated gradients, Sundararajan, Taly & Yan (2017), ICML, by captum.

All are sizes: the mean of |change of the forecast| over windows, in the target's unit.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.faithfulness.check import (
    PASS,
    Check,
    above_uniform,
    agreement,
    by_lag,
    judge,
    listed,
    rank_correlation,
    shares,
)
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.statistics import block_means, interval

DRAWS = 4  # values of other windows that a value is replaced by; 1 in a large window
LARGE = 500  # values in a window
PATH = 24  # points between the baseline and a window
GRADIENT_COST = 10 * PATH  # of a window, in passes, with what has to be remembered
ONE_DRAWS = 2, 20  # the same for a single window: the fewest for many values, the most for few
ONE_READ = 2**22  # numbers that are read at once of a single window's changes
OnStep = Callable[[float], None]
PASSES, CAUTIONS = 0.75, 0.5  # agreement over variables
LAGS_PASS, LAGS_CAUTION = 0.75, 0.5  # share of importance whose lag agrees


def occlude(held: HeldOut, x: Tensor, others: list[Tensor], on_step: OnStep) -> Floats:
    """Mean |change of the forecast| when one value is replaced, (B, H, N, T).

    Args:
        held: whose model is asked.
        x: (B, T, N), scaled.
        others: what replaces it, each (B, T, N), (T, N) or (N,).
        on_step: told the share that is done.
    """
    B, T, N = x.shape
    intact = held.forecast(x)
    sizes = np.zeros((B, intact.shape[1], N, T))
    for t in range(T):
        for n in range(N):
            for other in others:
                changed = x.clone()
                changed[:, t, n] = other[n] if other.dim() == 1 else other[..., t, n]
                sizes[:, :, n, t] += np.abs(held.forecast(changed) - intact)
        on_step((t + 1) / T)
    return sizes / len(others)


def replace_values(held: HeldOut, on_step: OnStep) -> tuple[NDArray[np.int64], Floats]:
    """Mean |change of the forecast| when one value is another window's.

    Returns:
        Places of w windows, and their (w, H, N, T).
    """
    draws = _draws(held)
    few = held.few(held.x[0].numel() * draws)
    donors = [held.donors(len(few), seed) for seed in range(draws)]
    return few, occlude(held, held.x[few], donors, on_step)


def occlude_one(held: HeldOut, x: Tensor) -> Floats:
    """The same of a single window, replaced by others of the training part, (H, N, T).

    Args:
        held: whose model is asked.
        x: (T, N), scaled.
    """
    x = x.to(held.ensemble.device)
    T, N = x.shape
    draws = int(np.clip(ONE_READ // x.numel() ** 2, *ONE_DRAWS))
    others = held.donors(draws, seed=0)
    together = max(1, ONE_READ // others.numel())  # variables in a batch
    intact = held.forecast(x[None])
    sizes = np.zeros((intact.shape[1], N, T))
    for t in range(T):
        for first in range(0, N, together):
            some = torch.arange(first, min(first + together, N))
            changed = x.repeat(len(some), draws, 1, 1)
            changed[torch.arange(len(some)), :, t, some] = others[:, t, some].T
            moved = np.abs(held.forecast(changed.flatten(0, 1)) - intact)
            sizes[:, some, t] = moved.reshape(len(some), draws, -1).mean(axis=1).T
    return sizes


def replace_variables(held: HeldOut, shortest: int, on_step: OnStep) -> pd.DataFrame:
    """Mean |change of the forecast| when all of a variable is another window's.

    Returns:
        Index variable; columns attribution, attribution_low, attribution_high (95%).
    """
    N, draws = len(held.variables), _draws(held)
    held = held.thinned(N * draws)
    donors = [held.donors(len(held.x), seed) for seed in range(draws)]
    rows = []
    for n in range(N):
        sizes = []
        for donor in donors:
            changed = held.x.clone()
            changed[:, :, n] = donor[:, :, n]
            sizes.append(np.abs(held.forecast(changed) - held.intact).mean(axis=1))
        size = np.mean(sizes, axis=0)
        low, high = interval(block_means(size, shortest))
        rows.append((float(size.mean()), float(low), float(high)))
        on_step((n + 1) / N)
    columns = ["attribution", "attribution_low", "attribution_high"]
    return pd.DataFrame(rows, index=pd.Index(held.variables, name="variable"), columns=columns)


def _draws(held: HeldOut) -> int:
    return DRAWS if held.x[0].numel() <= LARGE else 1


def integrate_gradients(held: HeldOut, on_step: OnStep) -> Floats:
    """Mean |integrated gradient| from the training mean to each window, (H, N, T)."""
    from captum.attr import IntegratedGradients  # a second's import, for checks alone

    H = len(held.unit)
    x = held.x[held.few(H * GRADIENT_COST)]

    method = IntegratedGradients(held.anchored)
    start = held.typical.expand_as(x)
    found = []
    for h in range(H):
        along = method.attribute(x, start, target=h, n_steps=PATH, internal_batch_size=1024)
        found.append(along.detach().abs().mean(0).T.double().cpu().numpy() * held.unit[h])
        on_step((h + 1) / H)
    return np.stack(found)


def check(by_variable: pd.DataFrame) -> Check:
    """Importance and attribution should lie on the same variables."""
    importance = by_variable["importance"].to_numpy()
    moved = shares(by_variable["attribution"].to_numpy())
    common = agreement(importance, moved)
    tau = rank_correlation(by_variable["importance"], by_variable["attribution"])
    gap = pd.Series(moved - importance, by_variable.index)
    more, less = str(gap.idxmax()), str(gap.idxmin())
    verdict = judge(common, PASSES, CAUTIONS)
    apart = (
        f" '{more}' moves the forecast more than its importance says ({gap[more]:+.0%}), '{less}' "
        f"less ({gap[less]:+.0%})."
    )
    return Check(
        "attribution",
        "Do variables move the forecast as importance says?",
        verdict,
        f"Importance and the effect of replacing a variable agree on {common:.0%} (rank "
        f"correlation {tau:.2f}).{apart if verdict != PASS else ''}",
        f"importance and attribution agree on {'' if verdict == PASS else 'only '}{common:.0%}",
        f"Passes where shares of importance and of attribution have {PASSES:.0%} in common; "
        f"caution from {CAUTIONS:.0%} on.",
        "Zeiler & Fergus 2014; Fisher, Rudin & Dominici 2019",
    )


def check_lags(variables: tuple[str, ...], joint: Floats, moved: Floats, attention: str) -> Check:
    """The map's peak should be the lag that moves the forecast most.

    Args:
        variables: N names.
        joint: I T, (H, N, T), the oldest lag first; each step's sums to 1.
        moved: attribution, (H, N, T).
        attention: over "inputs" or "states".
    """
    T = joint.shape[2]
    importance = joint.sum(axis=2)  # (H, N)
    peak, true_peak = joint.argmax(axis=2), moved.argmax(axis=2)
    matters = above_uniform(importance)
    share = float((importance * matters * (peak == true_peak)).sum() / (importance * matters).sum())
    rows = zip(joint[matters], moved[matters], strict=True)
    tau = float(np.mean([rank_correlation(pd.Series(a), pd.Series(b)) for a, b in rows]))
    common = float(np.mean([agreement(a, b) for a, b in zip(joint, moved, strict=True)]))
    says = "attention" if attention == "states" else "the map"
    wrong = [
        f"'{variables[n]}'{f', step {h + 1}' if len(joint) > 1 else ''}: {says} lag "
        f"{T - peak[h, n]}, attribution lag {T - true_peak[h, n]}"
        for h, n in zip(*np.nonzero(matters & (peak != true_peak)), strict=True)
    ]
    more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
    where = f" They differ in {'; '.join(wrong[:3])}{more}." if wrong else ""
    why = (
        " Attention lies on states that remember older inputs, so its peak may come after the lag "
        "that matters."
        if wrong and attention == "states"
        else ""
    )
    missed = sorted(
        {variables[n] for _, n in zip(*np.nonzero(matters & (peak != true_peak)), strict=True)}
    )
    reason = (
        f"{says} peaks at other lags than attribution in {listed(missed)}"
        if missed
        else f"{says} and attribution peak at the same lags"
    )
    return Check(
        "lags",
        f"Does {says} point at the lags that count?",
        judge(share, LAGS_PASS, LAGS_CAUTION),
        f"Of the importance of variables above the uniform share, {share:.0%} is of those whose "
        f"row of the map peaks at the lag that moves the forecast most; their lags have a rank "
        f"correlation of {tau:.2f}, and the maps {common:.0%} in common.{where}{why}",
        reason,
        f"Passes where {LAGS_PASS:.0%} of that importance has its peak at the same lag; caution "
        f"from {LAGS_CAUTION:.0%} on.",
        "Zeiler & Fergus 2014; Jain & Wallace 2019",
    )


def lag_maps(maps: Floats, variables: tuple[str, ...]) -> dict[int, pd.DataFrame]:
    """Step -> variables x lags, of (H, N, T)."""
    return {h + 1: by_lag(values, variables) for h, values in enumerate(maps)}
