"""Eq. 9, its bound, and the closed forms."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from imv_core.model.attention import Mixture
from imv_core.model.objectives import (
    OBJECTIVES,
    PENALTY,
    balanced,
    em,
    masked_mean,
    mse,
    nll,
    penalty_scale,
    responsibility,
)

B, H, N = 6, 2, 4


def _mixture(seed: int, requires_grad: bool = False) -> tuple[Mixture, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    raw = [draw(B, H, N).requires_grad_(requires_grad) for _ in range(3)]
    attention, y = draw(B, N, 3).softmax(-1), draw(B, H)
    return Mixture(raw[0].log_softmax(-1), raw[1], raw[2], attention, draw(H)), y


def test_nll_is_that_of_torchs_mixture():
    mixture, y = _mixture(0)
    reference = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=mixture.log_weight),
        torch.distributions.Normal(mixture.mean, mixture.log_scale.exp()),
    )
    torch.testing.assert_close(nll(mixture, y), -reference.log_prob(y))


def test_responsibility_is_bayes_rule():
    mixture, y = _mixture(1)
    for b in range(B):
        for h in range(H):
            joint = [
                mixture.weight[b, h, n]
                * torch.distributions.Normal(
                    mixture.mean[b, h, n], mixture.log_scale[b, h, n].exp()
                )
                .log_prob(y[b, h])
                .exp()
                for n in range(N)
            ]
            expected = torch.stack(joint) / sum(joint)
            torch.testing.assert_close(responsibility(mixture, y)[b, h], expected)


def test_eq_9_by_hand():
    mixture, y = _mixture(4)
    importance = torch.rand(H, N, generator=torch.Generator().manual_seed(4)).double()
    importance /= importance.sum(-1, keepdim=True)
    q = responsibility(mixture, y)
    normal = torch.distributions.Normal(mixture.mean, mixture.log_scale.exp())
    for b in range(B):
        for h in range(H):
            expected = -sum(
                q[b, h, n]
                * (
                    normal.log_prob(y.unsqueeze(-1))[b, h, n]
                    + mixture.weight[b, h, n].log()
                    + importance[h, n].log()
                )
                for n in range(N)
            )
            torch.testing.assert_close(em(mixture, y, importance)[b, h], expected)


@given(seed=st.integers(0, 10_000))
def test_eq_9_bounds_the_negative_log_likelihood(seed):
    """Lemma 3.3, for any point I of the simplex."""
    mixture, y = _mixture(seed)
    importance = torch.rand(H, N, generator=torch.Generator().manual_seed(seed)).double()
    importance /= importance.sum(-1, keepdim=True)
    assert (em(mixture, y, importance) >= nll(mixture, y) - 1e-9).all()


def test_em_and_nll_share_their_gradient():
    mixture, y = _mixture(2, requires_grad=True)
    importance = torch.full((H, N), 1 / N).double()
    gradients = [
        torch.autograd.grad(loss.sum(), [mixture.mean, mixture.log_scale], retain_graph=True)
        for loss in (em(mixture, y, importance), nll(mixture, y))
    ]
    for a, b in zip(*gradients, strict=True):
        torch.testing.assert_close(a, b)


def test_mse_is_the_squared_error_of_the_mixtures_mean():
    mixture, y = _mixture(3)
    torch.testing.assert_close(mse(mixture, y), (mixture.forecast - y) ** 2)


def test_balanced_is_half_squared_and_half_absolute_error():
    mixture, y = _mixture(4)
    error = (mixture.forecast - y).abs()
    measured = OBJECTIVES["balanced"].measure(mixture, y)
    assert (measured >= (error**2 + error) / 2 - 1e-12).all()
    torch.testing.assert_close(measured, (error**2 + error) / 2, atol=0.05, rtol=0)


def test_fitting_the_spread_moves_the_spread_alone():
    mixture, y = _mixture(5, requires_grad=True)
    settled = mixture._replace(log_weight=mixture.log_weight.detach())
    gradients = []
    for scale in (0.0, 1.0):
        moved = settled._replace(log_scale=mixture.log_scale + scale)
        loss = balanced(moved, y, torch.full((H,), PENALTY)).sum()
        mean, log_scale = torch.autograd.grad(loss, [mixture.mean, mixture.log_scale])
        gradients.append(mean)
        assert log_scale.abs().sum() > 0
    torch.testing.assert_close(*gradients)


def test_the_spread_that_balanced_learns_is_that_of_the_error():
    error = torch.tensor([3.0, -1.0, 2.0, -4.0])
    log_scale = torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.Adam([log_scale], lr=0.05)
    for _ in range(600):
        mixture = Mixture(
            torch.zeros(4, 1, 1),
            torch.zeros(4, 1, 1),
            log_scale.expand(4, 1, 1),
            torch.ones(4, 1, 1),
            torch.zeros(1),
        )
        loss = balanced(mixture, error[:, None], torch.tensor([PENALTY])).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert log_scale.exp().item() == pytest.approx(error.square().mean().sqrt().item(), rel=1e-3)


def test_the_penalty_is_least_where_weights_are_the_shares_of_contributions():
    """For given contributions it is (sum |c_n|)^2 there, and more with any other weights."""
    contribution = torch.tensor([2.0, -1.0, 0.5]).double()

    def penalty(weight):
        mixture = Mixture(
            weight.log()[None, None],
            (contribution / weight)[None, None],
            torch.zeros(1, 1, 3).double(),
            torch.ones(1, 3, 1).double(),
            torch.zeros(1).double(),
        )
        free = mixture._replace(mean=torch.zeros(1, 1, 3).double() + mixture.forecast)
        y = mixture.forecast
        charged, uncharged = (balanced(each, y, torch.ones(1)) for each in (mixture, free))
        return (charged - uncharged).item() + y.item() ** 2

    shares = contribution.abs() / contribution.abs().sum()
    assert penalty(shares) == pytest.approx(3.5**2)
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        other = torch.rand(3, generator=generator).double() + 0.01
        assert penalty(other / other.sum()) > 3.5**2


def test_a_start_that_has_to_say_much_pays_no_more_in_all():
    mixture, _ = _mixture(6)
    loud = mixture._replace(mean=100 * (mixture.mean - mixture.origin.unsqueeze(-1)))
    size = (loud.contribution * (loud.mean - loud.origin.unsqueeze(-1))).sum(-1).mean(0)
    torch.testing.assert_close(penalty_scale(loud) * size, torch.full((H,), PENALTY).double())
    quiet = mixture._replace(mean=mixture.origin.unsqueeze(-1).expand_as(mixture.mean))
    torch.testing.assert_close(penalty_scale(quiet), torch.full((H,), PENALTY).double())


def test_extreme_values_stay_finite():
    far = torch.full((1, 1), 1e4).double()
    mixture = Mixture(
        torch.tensor([[[0.0, -800.0]]]).double(),
        torch.zeros(1, 1, 2).double(),
        torch.full((1, 1, 2), -5.0).double(),
        torch.ones(1, 2, 1).double(),
        torch.zeros(1).double(),
    )
    assert math.isfinite(nll(mixture, far).item())
    assert math.isfinite(em(mixture, far, torch.tensor([[1.0, 0.0]]).double()).item())


def test_masked_steps_count_neither_in_value_nor_in_number():
    loss = torch.tensor([[1.0, 100.0], [3.0, 100.0]])
    observed = torch.tensor([[True, False], [True, False]])
    assert masked_mean(loss, observed).item() == pytest.approx(2.0)
