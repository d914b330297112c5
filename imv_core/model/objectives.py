"""The objectives of training (eq. 9): losses of a mixture and the scaled target.

Source: Guo et al. 2019, section 3.3. Every objective returns one loss per window and step, (B, H).
As the gradient of a log-sum-exp is its softmax, `em` and `nll` have the same gradient (Fisher's
identity); only the reported value differs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from imv_core.model.attention import Mixture
from imv_core.named_choice import NamedChoice


class Objective(NamedChoice):
    """Names of the objectives; `OBJECTIVES` has their functions."""

    BALANCED = "balanced"  # half squared, half absolute error
    EM = "em"  # the paper's (eq. 9)
    NLL = "nll"  # the negative log-likelihood of the mixture
    MSE = "mse"  # squared error


SPREAD_SHARE, PENALTY = 0.1, 0.01  # factors of the two small terms of `balanced`


def component_log_likelihood(mixture: Mixture, y: Tensor) -> Tensor:
    """Return log Normal(y; mu_n, sigma_n^2), (B, H, N), of the scaled target y, (B, H)."""
    z = (y.unsqueeze(-1) - mixture.mean) * (-mixture.log_scale).exp()
    return -0.5 * z**2 - mixture.log_scale - 0.5 * math.log(2 * math.pi)


def responsibility(mixture: Mixture, y: Tensor) -> Tensor:
    """Return the posterior q_m[n] that variable n explains y, (B, H, N); sums to 1 over n."""
    return (component_log_likelihood(mixture, y) + mixture.log_weight).softmax(dim=-1)


def em(mixture: Mixture, y: Tensor, importance: Tensor) -> Tensor:
    """Return the loss of eq. 9 for fixed q and I: an upper bound of `nll` (Lemma 3.3).

    Args:
        mixture: of B windows.
        y: (B, H), scaled.
        importance: I, (H, N), of the epoch before; rows sum to 1.
    """
    joint = component_log_likelihood(mixture, y) + mixture.log_weight
    q = joint.softmax(dim=-1).detach()
    # the mean over q of three logs
    return -(q * (joint + importance.clamp_min(1e-12).log())).sum(-1)


def nll(mixture: Mixture, y: Tensor) -> Tensor:
    """Return the exact negative log-likelihood of the mixture."""
    return -(component_log_likelihood(mixture, y) + mixture.log_weight).logsumexp(dim=-1)


def mse(mixture: Mixture, y: Tensor) -> Tensor:
    """Return the squared error of the mixture's mean; sigma_n is not learnt."""
    return (mixture.forecast - y) ** 2


def balanced(mixture: Mixture, y: Tensor, penalty: Tensor) -> Tensor:
    """Return half squared plus half absolute error of the mixture's mean, plus two small terms.

    The first term fits the spread to the error, as a normal likelihood does, without moving
    the mean (Seitzer et al., ICLR 2022, at beta = 1). The second is a penalty on contributions: for
    given contributions c_n = pi_n m_n, the sum of pi_n m_n^2 is least, and equal to (sum |c_n|)^2,
    where the weights pi_n are |c_n| / sum |c_n|. So weights become shares of contributions, and
    contributions that only cancel each other disappear.

    Args:
        mixture: of B windows.
        y: (B, H), scaled.
        penalty: (H,), see `penalty_scale`.
    """
    error = mixture.forecast - y
    log_spread = mixture.common_log_scale
    z = error.detach() * (-log_spread).exp()
    return _both(error) + SPREAD_SHARE * (0.5 * z**2 + log_spread) + penalty * _size(mixture)


def penalty_scale(start: Mixture) -> Tensor:
    """Return the factor of the penalty of `balanced` per step, (H,), from the start of training.

    The factor is smaller where the start needs large contributions, for example where slow inputs
    lead the change of the target. Otherwise the penalty would exceed the gain of cancelling the
    last value, and importance would stay with the target's own past.
    """
    return PENALTY / _size(start).mean(0).clamp_min(1.0)


def _size(mixture: Mixture) -> Tensor:
    """Return the sum over n of pi_n m_n^2, (B, H)."""
    return (mixture.contribution * (mixture.mean - mixture.origin.unsqueeze(-1))).sum(-1)


def _both(error: Tensor) -> Tensor:
    """Return half the squared plus half the absolute error."""
    return 0.5 * error**2 + 0.5 * (error**2 + 0.01).sqrt()  # smooth at 0


@dataclass(frozen=True)
class ObjectiveFunctions:
    """A loss with the measure reported for it.

    Args:
        loss: of the training; from mixture, y, I, (H, N), and penalty, (H,).
        measure: reported, and used to choose the best epoch.
        spread: the standard deviation of a forecast, (B, H), scaled.
        learns_densities: whether the components fit densities, so that importance can rest on the
            posterior; else it rests on contributions.
    """

    loss: Callable[[Mixture, Tensor, Tensor, Tensor], Tensor]
    measure: Callable[[Mixture, Tensor], Tensor]
    spread: Callable[[Mixture], Tensor]
    learns_densities: bool


OBJECTIVES: dict[Objective, ObjectiveFunctions] = {
    Objective.BALANCED: ObjectiveFunctions(
        lambda mixture, y, _, penalty: balanced(mixture, y, penalty),
        lambda mixture, y: _both(mixture.forecast - y),
        lambda mixture: mixture.common_log_scale.exp(),
        learns_densities=False,
    ),
    Objective.EM: ObjectiveFunctions(
        lambda mixture, y, importance, _: em(mixture, y, importance),
        nll,
        lambda mixture: mixture.spread,
        learns_densities=True,
    ),
    Objective.NLL: ObjectiveFunctions(
        lambda mixture, y, *_: nll(mixture, y),
        nll,
        lambda mixture: mixture.spread,
        learns_densities=True,
    ),
    Objective.MSE: ObjectiveFunctions(
        lambda mixture, y, *_: mse(mixture, y),
        mse,
        lambda mixture: torch.ones_like(mixture.forecast),
        learns_densities=False,
    ),
}


def masked_mean(loss: Tensor, observed: Tensor) -> Tensor:
    """Return the mean loss over steps with a true value; 0 where there is none."""
    return (torch.where(observed, loss, 0.0)).sum() / observed.sum().clamp_min(1)
