"""Attention step by step: scores, weights and forecast, also with changed scores.

Source: Guo et al. 2019, eq. (8), as `imv_core.model.attention` computes it. Everything is scaled.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from imv_core.arrays import Floats
from imv_core.errors import SettingsError
from imv_core.model.attention import INTACT, StateAttention
from imv_core.model.imv_lstm import IMVLSTM


@dataclass(frozen=True, eq=False)
class Attending:
    """One forecast of one step, from the scores to the mean; the last index of T is lag 1."""

    scores: Floats  # (N, T) f_n(h_t[n])
    alpha: Floats  # (N, T) their softmax over the steps
    context: Floats  # (N, D) g[n] = sum over t of alpha[n, t] h_t[n]
    logits: Floats  # (N,) f([h_T[n]; g[n]])
    pi: Floats  # (N,) their softmax over the variables
    mean: Floats  # (N,) mu_n

    @property
    def forecast(self) -> float:
        """Sum over n of pi_n mu_n."""
        return float(self.pi @ self.mean)


@torch.no_grad()
def attend(
    network: IMVLSTM,
    window: Floats,
    raised: Mapping[tuple[int, int], float] | None = None,
    raised_logits: Mapping[int, float] | None = None,
    squashed: bool = False,
) -> Attending:
    """Apply the network's attention to a window, with its own or with changed scores.

    Args:
        network: with attention over states and a horizon of one step.
        window: (T, N), scaled.
        raised: (variable from 0, lag from 1) -> number to add to the score.
        raised_logits: variable from 0 -> number to add to the logit of its pi.
        squashed: put all scores and logits through tanh, as published code does.

    Raises:
        SettingsError: the network has attention over inputs or several steps.
    """
    attention, settings = network.attention, network.settings
    if type(attention) is not StateAttention or settings.horizon > 1:
        raise SettingsError("Only attention over states, one step ahead, is laid open.")
    squash = torch.tanh if squashed else torch.nn.Identity()
    x = torch.as_tensor(window, dtype=torch.float32, device=network.device)[None]
    h = network.cell(x).permute(1, 2, 3, 0)  # (T, N, D, 1)
    e = attention.scores(h)  # (T, N, 1)
    for (n, lag), more in (raised or {}).items():
        e[-lag, n] += more
    e = squash(e)
    alpha, summary, mean, _ = attention.read_out(e, x.permute(1, 2, 0), h, INTACT)
    z = attention.logits(summary)  # (N, 1, 1)
    for n, more in (raised_logits or {}).items():
        z[n] += more
    z = squash(z)
    return Attending(
        scores=e[..., 0].T.cpu().numpy(),
        alpha=alpha[:, :, 0, 0].T.cpu().numpy(),
        context=summary[:, settings.hidden_size :, 0].cpu().numpy(),
        logits=z[:, 0, 0].cpu().numpy(),
        pi=z.softmax(0)[:, 0, 0].cpu().numpy(),
        mean=mean[:, 0, 0].cpu().numpy(),
    )


def tanh_cap(choices: int | NDArray[np.number[Any]]) -> Floats:
    """Return the largest weight of one of K choices where scores lie between -1 and 1.

    Its score is 1 and all others are -1: 1 / (1 + (K - 1) e^-2).
    """
    cap: Floats = 1 / (1 + (np.asarray(choices) - 1) * math.exp(-2))
    return cap
