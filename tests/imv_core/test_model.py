"""Mixture attention and the whole model."""

import pytest
import torch

from imv_core.cells import CELLS
from imv_core.errors import SettingsError
from imv_core.model import ATTENTIONS, IMVLSTM, ModelSettings

B, T, N, D, H = 5, 7, 3, 4, 2


@pytest.fixture(params=[(c, a) for c in CELLS for a in ATTENTIONS], ids="-".join)
def model(request) -> IMVLSTM:
    cell, attention = request.param
    torch.manual_seed(1)
    return IMVLSTM(ModelSettings(N, T, H, D, cell=cell, attention=attention)).double()


@pytest.fixture
def x():
    return torch.randn(B, T, N, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_weights_and_attention_sum_to_one(model, x):
    mixture = model(x)
    assert mixture.mean.shape == mixture.log_scale.shape == mixture.weight.shape == (B, H, N)
    assert mixture.attention.shape == (B, N, T)
    torch.testing.assert_close(mixture.weight.sum(-1), torch.ones(B, H).double())
    torch.testing.assert_close(mixture.attention.sum(-1), torch.ones(B, N).double())


def test_forecast_is_the_sum_of_contributions_and_spread_that_of_the_mixture(model, x):
    mixture = model(x)
    torch.testing.assert_close(mixture.forecast, (mixture.weight * mixture.mean).sum(-1))
    draws = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=mixture.log_weight),
        torch.distributions.Normal(mixture.mean, mixture.log_scale.exp()),
    )
    torch.testing.assert_close(mixture.forecast, draws.mean)
    torch.testing.assert_close(mixture.spread, draws.stddev)


def test_one_window_is_a_row_of_a_batch(model, x):
    batch, alone = model(x), model(x[2:3])
    for whole, one in zip(batch, alone, strict=True):
        torch.testing.assert_close(whole[2:3], one)


def test_eq_8_by_hand(x):
    torch.manual_seed(1)
    model = IMVLSTM(ModelSettings(N, T, 1, D, linear_path=False)).double()
    head, states = model.attention, model.cell(x)
    scores, means = torch.zeros(N).double(), torch.zeros(N).double()
    b = 3
    for n in range(N):
        h = states[b, :, n]
        alpha = torch.softmax(torch.stack([h[t] @ head.temporal[n] for t in range(T)]), 0)
        g = sum(alpha[t] * h[t] for t in range(T))
        summary = torch.cat([h[-1], g])
        means[n] = summary @ head.head[n, :, 0] + head.head_bias[n, 0]
        scores[n] = head.variable(summary)[0]
        torch.testing.assert_close(model(x).attention[b, n], alpha)
    forecast = torch.softmax(scores, 0) @ means
    torch.testing.assert_close(model(x).forecast[b, 0], forecast)


def test_in_tensor_mu_of_a_variable_depends_on_that_variable_alone(x):
    model = IMVLSTM(ModelSettings(N, T, H, D, linear_path=True)).double()
    torch.nn.init.normal_(model.linear)
    jacobian = torch.autograd.functional.jacobian(lambda v: model(v).mean, x)
    reach = jacobian.abs().amax(dim=(0, 1, 3, 4))  # (N, N)
    assert (reach[~torch.eye(N, dtype=torch.bool)] == 0).all()
    assert (reach.diag() > 0).all()


def test_attention_over_inputs_averages_what_is_local_to_a_step(x):
    """With scores held, a value moves the context through its own step's weight alone."""
    model = IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double()
    values = torch.autograd.functional.jacobian(
        lambda v: model.attention.values(v, model.cell(v)), x
    )  # (B, T, N, D, B, T, N)
    by_step = values.abs().amax(dim=(0, 2, 3, 4, 6))
    assert (by_step[~torch.eye(T, dtype=torch.bool)] == 0).all()


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"cell": "gru"}, "cell"),
        ({"attention": "none"}, "attention"),
        ({"lookback": 0}, "lookback"),
        ({"hidden_size": -1}, "hidden_size"),
    ],
)
def test_a_setting_out_of_range_is_named(bad, word):
    with pytest.raises(SettingsError, match=word):
        ModelSettings(**{"variables": N, "lookback": T, **bad})
