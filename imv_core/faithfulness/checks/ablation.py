"""Does attention matter? The error once weights are made uniform, or shuffled.

Sources: Wiegreffe & Pinter, "Attention is not not Explanation", EMNLP 2019 (uniform weights as a
baseline); Mohankumar et al., "Towards Transparent and Explainable Attention Models", ACL 2020
(permuted weights; conicity of hidden states, after Chandrahas et al. 2018).
"""

import math

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.faithfulness.check import UNKNOWN, Check, judge
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.statistics import block_means, interval
from imv_core.model.attention import INTACT, Ablation

PASSES, CAUTIONS = 0.10, 0.02  # rise of the RMSE
SHUFFLES = 3
ALIKE = 0.8  # conicity from which on states are called alike


def shuffled(seed: int) -> Ablation:
    """Alpha of every window and variable in a random order of its lags."""
    generator = torch.Generator().manual_seed(seed)

    def shuffle(alpha: Tensor) -> Tensor:
        order = torch.rand(alpha.shape, generator=generator).argsort(dim=0)
        return alpha.gather(0, order.to(alpha.device))

    return INTACT._replace(alpha=shuffle)


def ablations() -> dict[str, list[Ablation]]:
    """What is done to the weights, made anew for every check: the same check draws the same."""
    return {
        "alpha uniform": [INTACT._replace(alpha=lambda a: torch.full_like(a, 1 / len(a)))],
        "alpha shuffled": [shuffled(seed) for seed in range(SHUFFLES)],
        "pi uniform": [INTACT._replace(log_pi=lambda p: torch.full_like(p, -math.log(len(p))))],
    }


def ablate(held: HeldOut, shortest: int) -> pd.DataFrame:
    """Rise of the RMSE under each ablation, a share of the intact one, with 95% intervals.

    Returns:
        Index change; columns rmse (the target's unit), rise, low, high.
    """
    intact = held.squared_errors(held.intact)
    rows = {}
    for name, ways in ablations().items():
        changed = np.mean([held.squared_errors(held.forecast(held.x, way)) for way in ways], axis=0)
        both = np.stack([np.nanmean(changed, axis=1), np.nanmean(intact, axis=1)], axis=1)
        means = block_means(both, shortest)
        low, high = interval((means[:, 0] / means[:, 1]) ** 0.5 - 1)
        rmse = float(np.nanmean(changed)) ** 0.5
        rows[name] = (rmse, rmse / float(np.nanmean(intact)) ** 0.5 - 1, float(low), float(high))
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["rmse", "rise", "low", "high"])
    return frame.rename_axis("change")


@torch.no_grad()
def conicity(held: HeldOut) -> Floats:
    """How alike a variable's hidden states within a window are, (N,): mean cosine to their mean."""
    x = held.x[held.few()]
    found = []
    for model in held.ensemble.models:
        h = model.cell(x)  # (B, T, N, D)
        found.append(torch.cosine_similarity(h, h.mean(1, keepdim=True), dim=-1).mean((0, 1)))
    return torch.stack(found).mean(0).double().cpu().numpy()


def check(rises: pd.DataFrame, alike: Floats, attention: str, lookback: int) -> Check:
    """Attention that can be shuffled without harm explains nothing; of one lag it tells nothing."""
    by_change = rises["rise"].astype(float)
    rise = by_change["alpha shuffled"]
    changes = (
        "does not raise the error"
        if rise < 0.005
        else f"raises the error by {'only ' if rise < PASSES else ''}{rise:.0%}"
    )
    states = (
        f" Hidden states within a window are {'much ' if alike.mean() > ALIKE else ''}alike "
        f"(conicity {alike.mean():.2f})"
        + (
            ", so that attention over them can be moved with little effect."
            if attention == "states" and alike.mean() > ALIKE
            else "."
        )
    )
    return Check(
        "attention",
        "Does attention matter?",
        judge(rise, PASSES, CAUTIONS) if lookback > 1 else UNKNOWN,
        f"Shuffling each variable's attention over its lags {changes} (RMSE). Making it uniform "
        f"changes the error by {by_change['alpha uniform']:+.0%}, making the weights of the "
        f"variables uniform by {by_change['pi uniform']:+.0%}.{states}",
        f"shuffling this attention {changes}",
        f"Passes where shuffled attention raises the RMSE by {PASSES:.0%} or more; caution from "
        f"{CAUTIONS:.0%} on.",
        "Wiegreffe & Pinter 2019; Mohankumar et al. 2020",
    )
