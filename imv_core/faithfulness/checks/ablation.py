"""Does attention matter? The error with uniform or shuffled weights.

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
from imv_core.faithfulness.check import (
    BY_VARIABLE,
    Check,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
    judge,
)
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.statistics import block_means, interval
from imv_core.faithfulness.subject import Step, Subject
from imv_core.model.attention import INTACT, Ablation
from imv_core.model.imv_lstm import Attention

PASSES, CAUTIONS = 0.10, 0.02  # rise of the RMSE
SHUFFLES = 3
ALIKE = 0.8  # conicity from which on states count as alike
LEAST = 0.005  # a smaller rise counts as none
WEIGHTS = Step("what attention adds", 4.0)


def run(subject: Subject) -> CheckOutput:
    """Change the weights, and measure how alike hidden states are."""
    subject.progress.begin(WEIGHTS)
    rises, alike = ablate(subject.held_out, subject.block), conicity(subject.held_out)
    index = pd.Index(subject.held_out.variables, name="variable")
    return CheckOutput(
        check(rises, alike, subject.attention, subject.windows.lookback),
        {"ablations": rises, BY_VARIABLE: pd.DataFrame({"conicity": alike}, index)},
    )


def shuffled(seed: int) -> Ablation:
    """Return an ablation that puts alpha of each window and variable in a random order of lags."""
    generator = torch.Generator().manual_seed(seed)

    def shuffle(alpha: Tensor) -> Tensor:
        order = torch.rand(alpha.shape, generator=generator).argsort(dim=0)
        return alpha.gather(0, order.to(alpha.device))

    return INTACT._replace(alpha=shuffle)


def ablations() -> dict[str, list[Ablation]]:
    """Return the changes of the weights, made anew per call: each call draws the same orders."""
    return {
        "alpha uniform": [INTACT._replace(alpha=lambda a: torch.full_like(a, 1 / len(a)))],
        "alpha shuffled": [shuffled(seed) for seed in range(SHUFFLES)],
        "pi uniform": [INTACT._replace(log_pi=lambda p: torch.full_like(p, -math.log(len(p))))],
    }


def ablate(held_out: HeldOut, shortest: int) -> pd.DataFrame:
    """Return the rise of the RMSE per ablation, as a share of the intact RMSE, with 95% intervals.

    Returns:
        Index change; columns rmse (the target's unit), rise, low, high.
    """
    intact = held_out.squared_errors(held_out.intact)
    rows = {}
    for name, ways in ablations().items():
        changed = np.mean(
            [held_out.squared_errors(held_out.forecast(held_out.x, way)) for way in ways], axis=0
        )
        both = np.stack([np.nanmean(changed, axis=1), np.nanmean(intact, axis=1)], axis=1)
        means = block_means(both, shortest)
        low, high = interval((means[:, 0] / means[:, 1]) ** 0.5 - 1)
        rmse = float(np.nanmean(changed)) ** 0.5
        rows[name] = (rmse, rmse / float(np.nanmean(intact)) ** 0.5 - 1, float(low), float(high))
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["rmse", "rise", "low", "high"])
    return frame.rename_axis("change")


@torch.no_grad()
def conicity(held_out: HeldOut) -> Floats:
    """Return how alike hidden states per window are, (N,): the mean cosine to their mean."""
    x = held_out.x[held_out.sample()]
    found = []
    for model in held_out.ensemble.models:
        h = model.cell(x)  # (B, T, N, D)
        found.append(torch.cosine_similarity(h, h.mean(1, keepdim=True), dim=-1).mean((0, 1)))
    return torch.stack(found).mean(0).double().cpu().numpy()


def check(rises: pd.DataFrame, alike: Floats, attention: Attention, lookback: int) -> Check:
    """Judge whether attention matters: if shuffling it does no harm, it explains nothing.

    Args:
        rises: as `ablate` returns them.
        alike: conicity, (N,).
        attention: of the model.
        lookback: T; over one lag attention has nothing to choose.
    """
    verdict = Verdict.UNKNOWN
    if lookback > 1:
        verdict = judge(rises["rise"].astype(float)["alpha shuffled"], PASSES, CAUTIONS)
    return DEFINITION.result(verdict, *_wording(rises, float(alike.mean()), attention))


def _wording(rises: pd.DataFrame, alike: float, attention: Attention) -> tuple[str, str]:
    """Return the sentence and the reason; see `check`."""
    rise = rises["rise"].astype(float)
    shuffled = rise["alpha shuffled"]
    changes = "does not raise the error"
    if shuffled >= LEAST:
        changes = f"raises the error by {'only ' if shuffled < PASSES else ''}{shuffled:.0%}"
    states = (
        f"Hidden states within a window are {'much ' if alike > ALIKE else ''}alike (conicity "
        f"{alike:.2f})"
    )
    if attention == Attention.STATES and alike > ALIKE:
        states += ", so that attention over them can be moved with little effect"
    return (
        f"Shuffling each variable's attention over its lags {changes} (RMSE). Making it uniform "
        f"changes the error by {rise['alpha uniform']:+.0%}, making the weights of the variables "
        f"uniform by {rise['pi uniform']:+.0%}. {states}.",
        f"shuffling this attention {changes}",
    )


DEFINITION = CheckDefinition(
    name="attention",
    question="Does attention matter?",
    rule=f"Passes where shuffled attention raises the RMSE by {PASSES:.0%} or more; caution from "
    f"{CAUTIONS:.0%} on.",
    source="Wiegreffe & Pinter 2019; Mohankumar et al. 2020",
    role=Role.MAP,
    run=run,
    steps=(WEIGHTS,),
    frames=(
        FrameSpec("ablations", ("rmse", "rise", "low", "high")),
        FrameSpec(BY_VARIABLE, ("conicity",)),
    ),
)
