"""Attribution: the change of a forecast when inputs are replaced, and integrated gradients.

Sources: occlusion, Zeiler & Fergus (2014), ECCV (an own loop: captum's needs one pass per
forecast step); values of other windows in place of a fixed one, after Fisher, Rudin & Dominici
(2019), JMLR 20(177); integrated gradients, Sundararajan, Taly & Yan (2017), ICML, by captum.

All results are sizes: the mean of |change of the forecast| over windows, in the target's unit.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.statistics import block_means, interval

DRAWS = 4  # replacements per value, each from another window; 1 in a large window
LARGE = 500  # values in a window
PATH = 24  # points between the baseline and a window
GRADIENT_COST = 10 * PATH  # per window, counted in forward passes; gradients take memory too
ONE_DRAWS = 2, 20  # the fewest and the most replacements per value of a single window
ONE_READ = 2**22  # numbers in a batch of changed copies of a single window
OnStep = Callable[[float], None]


def occlude(held_out: HeldOut, x: Tensor, others: list[Tensor], on_step: OnStep) -> Floats:
    """Return the mean |change of the forecast| when one value is replaced, (B, H, N, T).

    Args:
        held_out: with the model.
        x: (B, T, N), scaled.
        others: the replacements, each (B, T, N), (T, N) or (N,).
        on_step: called with the share that is done.
    """
    B, T, N = x.shape
    intact = held_out.forecast(x)
    sizes = np.zeros((B, intact.shape[1], N, T))
    for t in range(T):
        for n in range(N):
            for other in others:
                changed = x.clone()
                changed[:, t, n] = other[n] if other.dim() == 1 else other[..., t, n]
                sizes[:, :, n, t] += np.abs(held_out.forecast(changed) - intact)
        on_step((t + 1) / T)
    return sizes / len(others)


def replace_values(held_out: HeldOut, on_step: OnStep) -> tuple[NDArray[np.int64], Floats]:
    """Replace single values by those of other windows.

    Returns:
        Numbers of w windows among the held-out ones, and the mean |change of their forecast|,
        (w, H, N, T).
    """
    draws = _draws(held_out)
    sample = held_out.sample(held_out.x[0].numel() * draws)
    donors = [held_out.donors(len(sample), seed) for seed in range(draws)]
    return sample, occlude(held_out, held_out.x[sample], donors, on_step)


def occlude_one(held_out: HeldOut, x: Tensor) -> Floats:
    """Return the mean |change| of one forecast when one value is replaced, (H, N, T).

    The replacements come from training windows.

    Args:
        held_out: with the model.
        x: (T, N), scaled.
    """
    x = x.to(held_out.ensemble.device)
    T, N = x.shape
    draws = int(np.clip(ONE_READ // x.numel() ** 2, *ONE_DRAWS))
    others = held_out.donors(draws, seed=0)
    together = max(1, ONE_READ // others.numel())  # variables in a batch
    intact = held_out.forecast(x[None])
    sizes = np.zeros((intact.shape[1], N, T))
    for t in range(T):
        for first in range(0, N, together):
            some = torch.arange(first, min(first + together, N))
            changed = x.repeat(len(some), draws, 1, 1)
            changed[torch.arange(len(some)), :, t, some] = others[:, t, some].T
            moved = np.abs(held_out.forecast(changed.flatten(0, 1)) - intact)
            sizes[:, some, t] = moved.reshape(len(some), draws, -1).mean(axis=1).T
    return sizes


def replace_variables(held_out: HeldOut, shortest: int, on_step: OnStep) -> pd.DataFrame:
    """Replace all values of a variable by those of other windows.

    Returns:
        Index variable; columns attribution, attribution_low, attribution_high (95%).
    """
    N, draws = len(held_out.variables), _draws(held_out)
    held_out = held_out.thinned(N * draws)
    donors = [held_out.donors(len(held_out.x), seed) for seed in range(draws)]
    rows = []
    for n in range(N):
        sizes = []
        for donor in donors:
            changed = held_out.x.clone()
            changed[:, :, n] = donor[:, :, n]
            sizes.append(np.abs(held_out.forecast(changed) - held_out.intact).mean(axis=1))
        size = np.mean(sizes, axis=0)
        low, high = interval(block_means(size, shortest))
        rows.append((float(size.mean()), float(low), float(high)))
        on_step((n + 1) / N)
    columns = ["attribution", "attribution_low", "attribution_high"]
    return pd.DataFrame(rows, index=pd.Index(held_out.variables, name="variable"), columns=columns)


def _draws(held_out: HeldOut) -> int:
    return DRAWS if held_out.x[0].numel() <= LARGE else 1


def integrate_gradients(held_out: HeldOut, on_step: OnStep) -> Floats:
    """Return the mean |integrated gradient| from the training mean to windows, (H, N, T)."""
    from captum.attr import IntegratedGradients  # importing it takes a second

    H = len(held_out.unit)
    x = held_out.x[held_out.sample(H * GRADIENT_COST)]

    method = IntegratedGradients(held_out.anchored)
    start = held_out.training_mean.expand_as(x)
    found = []
    for h in range(H):
        along = method.attribute(x, start, target=h, n_steps=PATH, internal_batch_size=1024)
        found.append(along.detach().abs().mean(0).T.double().cpu().numpy() * held_out.unit[h])
        on_step((h + 1) / H)
    return np.stack(found)
