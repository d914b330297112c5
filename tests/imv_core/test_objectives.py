"""Eq. 9, its bound, and the closed forms."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from imv_core.attention import Mixture
from imv_core.objectives import em, masked_mean, mse, nll, responsibility

B, H, N = 6, 2, 4


def _mixture(seed: int, requires_grad: bool = False) -> tuple[Mixture, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    raw = [draw(B, H, N).requires_grad_(requires_grad) for _ in range(3)]
    mixture = Mixture(raw[0].log_softmax(-1), raw[1], raw[2], draw(B, N, 3).softmax(-1))
    return mixture, draw(B, H)


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


@given(seed=st.integers(0, 10_000))
def test_eq_9_bounds_the_negative_log_likelihood(seed):
    """Lemma 3.3, for any point I of the simplex."""
    mixture, y = _mixture(seed)
    importance = torch.rand(H, N, generator=torch.Generator().manual_seed(seed)).double()
    importance /= importance.sum(-1, keepdim=True)
    assert (em(mixture, y, importance) >= nll(mixture, y) - 1e-9).all()


def test_em_and_nll_share_their_gradient():
    gradients = []
    for loss in (em, nll):
        mixture, y = _mixture(2, requires_grad=True)
        extra = (torch.full((H, N), 1 / N).double(),) if loss is em else ()
        loss(mixture, y, *extra).sum().backward()
        gradients.append([t.grad_fn is not None for t in mixture[:1]])
    first, second = (
        torch.autograd.grad(
            (em(m, y, torch.full((H, N), 1 / N).double()) if which == "em" else nll(m, y)).sum(),
            [m.mean, m.log_scale],
        )
        for which in ("em", "nll")
        for m, y in [_mixture(2, requires_grad=True)]
    )
    for a, b in zip(first, second, strict=True):
        torch.testing.assert_close(a, b)


def test_mse_is_the_squared_error_of_the_mixtures_mean():
    mixture, y = _mixture(3)
    torch.testing.assert_close(mse(mixture, y), (mixture.forecast - y) ** 2)


def test_extreme_values_stay_finite():
    far = torch.full((1, 1), 1e4).double()
    mixture = Mixture(
        torch.tensor([[[0.0, -800.0]]]).double(),
        torch.zeros(1, 1, 2).double(),
        torch.full((1, 1, 2), -5.0).double(),
        torch.ones(1, 2, 1).double(),
    )
    assert math.isfinite(nll(mixture, far).item())
    assert math.isfinite(em(mixture, far, torch.tensor([[1.0, 0.0]]).double()).item())


def test_masked_steps_count_neither_in_value_nor_in_number():
    loss = torch.tensor([[1.0, 100.0], [3.0, 100.0]])
    observed = torch.tensor([[True, False], [True, False]])
    assert masked_mean(loss, observed).item() == pytest.approx(2.0)
