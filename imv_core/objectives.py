"""What training makes small, and the paper's global importance in closed form (eq. 9).

Source: Guo et al. 2019, section 3.3. Every objective takes the mixture and the scaled target, and
returns a loss per window and step, (B, H). As the gradient of a log-sum-exp is its softmax, `em`
and `nll` share their gradient (Fisher's identity): they differ in the value that is reported.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from imv_core.attention import Mixture


def component_log_likelihood(mixture: Mixture, y: Tensor) -> Tensor:
    """Log Normal(y; mu_n, sigma_n^2), (B, H, N), of the scaled target y, (B, H)."""
    z = (y.unsqueeze(-1) - mixture.mean) * (-mixture.log_scale).exp()
    return -0.5 * z**2 - mixture.log_scale - 0.5 * math.log(2 * math.pi)


def responsibility(mixture: Mixture, y: Tensor) -> Tensor:
    """The posterior q_m[n] that variable n explains y, (B, H, N), sums to 1 over n."""
    return (component_log_likelihood(mixture, y) + mixture.log_weight).softmax(dim=-1)


def em(mixture: Mixture, y: Tensor, importance: Tensor) -> Tensor:
    """The loss of eq. 9, q and I held fixed: an upper bound of `nll` (Lemma 3.3).

    Args:
        mixture: of B windows.
        y: (B, H), scaled.
        importance: I, (H, N), of the epoch before; rows sum to 1.
    """
    joint = component_log_likelihood(mixture, y) + mixture.log_weight
    q = joint.softmax(dim=-1).detach()
    return -(q * (joint + importance.clamp_min(1e-12).log())).sum(-1)  # E_q of all three logs


def nll(mixture: Mixture, y: Tensor) -> Tensor:
    """The exact negative log-likelihood of the mixture."""
    return -(component_log_likelihood(mixture, y) + mixture.log_weight).logsumexp(dim=-1)


def mse(mixture: Mixture, y: Tensor) -> Tensor:
    """The squared error of the mixture's mean; the components' spreads are not learnt."""
    return (mixture.forecast - y) ** 2


LAM=0.0
def price(m): return LAM*(m.weight*m.mean**2).sum(-1)
def sc(m,y):
    ls=m.common_log_scale; r=(y-m.forecast).detach()
    return 0.1*(0.5*(r*(-ls).exp())**2+ls)
def lo(f):
    return lambda m,y,_: f(m.forecast,y)+price(m)+sc(m,y)
def me(f): return lambda m,y: f(m.forecast,y)
def f_mse(a,b): return (a-b)**2
def f_hub(d): return lambda a,b: 2*torch.nn.functional.huber_loss(a,b,reduction="none",delta=d)/min(d,1)
def student(m,y):
    NU=4.0
    ls=m.common_log_scale; z=(y-m.forecast)*(-ls).exp()
    return (NU+1)/2*torch.log1p(z**2/NU)+ls
def blend(a,b):  # half squared, half absolute-like
    return 0.5*(a-b)**2+0.5*((a-b)**2+.01).sqrt()


@dataclass(frozen=True)
class Objective:
    """What is made small, what is reported of it, and who gets the credit.

    Args:
        loss: trained on. measure: reported, and used to choose the best epoch.
        learns_densities: whether the components' likelihoods mean something, so that importance
            may rest on the posterior; else it rests on the prior pi.
    """

    loss: Callable[[Mixture, Tensor, Tensor], Tensor]
    measure: Callable[[Mixture, Tensor], Tensor]
    learns_densities: bool


OBJECTIVES = {
    "em": Objective(em, nll, learns_densities=True),
    "nll": Objective(lambda mixture, y, _: nll(mixture, y), nll, learns_densities=True),
    **{k: Objective(lo(f),me(f),learns_densities=False) for k,f in dict(msp=f_mse,huber1=f_hub(1.0),huber05=f_hub(.5),blend=blend).items()},
    "student": Objective(lambda m,y,_: student(m,y)+price(m), student, learns_densities=False),
    "mse": Objective(lambda mixture, y, _: mse(mixture, y), mse, learns_densities=False),
}


def credit(mixture: Mixture, y: Tensor, objective: str) -> Tensor:
    """Who explains y, (B, H, N): the posterior, or pi where no densities were learnt."""
    if OBJECTIVES[objective].learns_densities:
        return responsibility(mixture, y)
    return mixture.weight


def masked_mean(loss: Tensor, observed: Tensor) -> Tensor:
    """Mean of the losses of steps with a true value; 0 where there is none."""
    return (torch.where(observed, loss, 0.0)).sum() / observed.sum().clamp_min(1)
