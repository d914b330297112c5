"""Mixture attention and the whole model."""

import pytest
import torch

from imv_core.errors import SettingsError
from imv_core.model.cells import CELLS
from imv_core.model.imv_lstm import ATTENTIONS, IMVLSTM, ModelSettings

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
    assert mixture.attention.shape == (B, H, N, T)
    torch.testing.assert_close(mixture.weight.sum(-1), torch.ones(B, H).double())
    torch.testing.assert_close(mixture.attention.sum(-1), torch.ones(B, H, N).double())


def test_forecast_is_the_sum_of_contributions_and_spread_that_of_the_mixture(model, x):
    mixture = model(x)
    parts = mixture.origin + mixture.contribution.sum(-1)
    torch.testing.assert_close(mixture.forecast, parts)
    draws = torch.distributions.MixtureSameFamily(
        torch.distributions.Categorical(logits=mixture.log_weight),
        torch.distributions.Normal(mixture.mean, mixture.log_scale.exp()),
    )
    torch.testing.assert_close(mixture.forecast, draws.mean)
    torch.testing.assert_close(mixture.spread, draws.stddev)


def test_one_window_is_a_row_of_a_batch(model, x):
    batch, alone = (model(part, decompose=True)._asdict() for part in (x, x[2:3]))
    torch.testing.assert_close(batch.pop("origin"), alone.pop("origin"))
    if model.settings.attention == "states":  # there contributions are no sums over lags
        assert batch.pop("by_lag") is alone.pop("by_lag") is None
    for name, whole in batch.items():
        torch.testing.assert_close(whole[2:3], alone[name])


def test_eq_8_by_hand(x):
    torch.manual_seed(1)
    model = IMVLSTM(ModelSettings(N, T, 1, D, attention="states")).double()
    head, states = model.attention, model.cell(x)
    scores, means = torch.zeros(N).double(), torch.zeros(N).double()
    b = 3
    for n in range(N):
        h = states[b, :, n]
        alpha = torch.softmax(torch.stack([h[t] @ head.temporal[n] for t in range(T)]), 0)
        g = sum(alpha[t] * h[t] for t in range(T))
        summary = torch.cat([h[-1], g])
        means[n] = summary @ head.mean[n, :, 0] + head.mean_bias[n, 0]
        scores[n] = head.variable(summary)[0]
        torch.testing.assert_close(model(x).attention[b, 0, n], alpha)
    forecast = torch.softmax(scores, 0) @ means
    torch.testing.assert_close(model(x).forecast[b, 0], forecast)


def _draw_all(model: IMVLSTM) -> IMVLSTM:
    """No weight is left at 0, where it would hide what depends on it."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(std=0.5)
    return model


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_in_tensor_mu_of_a_variable_depends_on_that_variable_alone(x, attention):
    model = _draw_all(IMVLSTM(ModelSettings(N, T, H, D, attention=attention)).double())
    jacobian = torch.autograd.functional.jacobian(lambda v: model(v).mean, x)
    reach = jacobian.abs().amax(dim=(0, 1, 3, 4))  # (N, N)
    assert (reach[~torch.eye(N, dtype=torch.bool)] == 0).all()
    assert (reach.diag() > 0).all()


def _ratio_of_weights(model: IMVLSTM, x: torch.Tensor) -> torch.Tensor:
    log_weight = model(x).log_weight
    return log_weight[..., 0] - log_weight[..., 1]  # (B, H)


def test_over_inputs_a_third_variable_may_decide_between_two(x):
    """The joint gate; in the paper's attention a softmax alone cannot."""
    for attention, decides in (("states", False), ("inputs", True)):
        model = _draw_all(IMVLSTM(ModelSettings(N, T, H, D, attention=attention)).double())
        jacobian = torch.autograd.functional.jacobian(
            lambda v, model=model: _ratio_of_weights(model, v), x
        )
        assert bool((jacobian[..., 2].abs() > 0).any()) is decides


def test_over_inputs_a_forecast_is_an_origin_and_a_share_of_every_variable_and_lag(x):
    model = _draw_all(IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double())
    head, mixture = model.attention, model(x)
    bends = torch.tanh(x.permute(1, 2, 0).unsqueeze(2) * head.embedding + head.embedding_bias)
    curved = torch.einsum("tndb,ndh->bhnt", bends - torch.tanh(head.embedding_bias), head.mean)
    straight = torch.einsum("btn,nth->bhnt", x, head.slope)
    cells = mixture.weight.unsqueeze(-1) * mixture.attention * (curved + straight)
    torch.testing.assert_close(cells.sum(-1), mixture.contribution)
    torch.testing.assert_close(mixture.forecast, head.offset + cells.sum((-1, -2)))


def test_over_inputs_a_variable_at_its_median_adds_nothing(x):
    model = _draw_all(IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double())
    x[:, :, 1] = 0  # inputs are scaled from their medians
    contribution = model(x).contribution
    assert (contribution[..., 1].abs() < 1e-12).all()
    assert (contribution[..., [0, 2]].abs() > 1e-6).all()


def test_every_step_attends_to_lags_of_its_own_over_inputs_and_shares_them_over_states(x):
    for attention, is_shared in (("states", True), ("inputs", False)):
        alpha = _draw_all(IMVLSTM(ModelSettings(N, T, H, D, attention=attention)))(
            x.float()
        ).attention
        assert torch.equal(alpha[:, 0], alpha[:, 1]) is is_shared


def test_attention_over_inputs_averages_what_is_local_to_a_step(x):
    head = IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double().attention
    jacobian = torch.autograd.functional.jacobian(
        lambda v: head.values(v.permute(1, 2, 0), torch.ones(T, N, B).double())[0], x
    )  # (T, N, H, B, B, T, N)
    by_step = jacobian.abs().amax(dim=(1, 2, 3, 4, 6))
    assert (by_step[~torch.eye(T, dtype=torch.bool)] == 0).all()
    assert (by_step.diag() > 0).all()


def test_the_start_is_the_regression_and_weights_are_its_shares(x):
    head = IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double()
    weights = torch.zeros(N, T, H).double()
    weights[0, -1], weights[0, 2], weights[2, 1, 0] = 3.0, -1.0, 0.5
    intercepts = torch.tensor([0.3, -0.2]).double()
    spread = torch.tensor([[3.0, 1.0], [0.0, 0.0], [1.0, 0.0]]).double()
    nothing = torch.zeros(N, T, H).double()
    head.attention.start_as_regression(weights, intercepts, spread, nothing, nothing[:, 0] > 0)
    with torch.no_grad():  # what is random is small, and nothing here
        for random in (head.attention.mean, head.attention.temporal):
            random.zero_()
        for random in head.attention.variable.parameters():
            random.zero_()
    mixture = head(x)
    expected = torch.einsum("btn,nth->bh", x, weights) + intercepts
    torch.testing.assert_close(mixture.forecast, expected)
    # a tenth of all weights is spread evenly, so that nothing starts at 0
    torch.testing.assert_close(
        mixture.weight[0, 0], 0.9 * torch.tensor([0.75, 0.0, 0.25]).double() + 0.1 / N
    )
    alpha = torch.full((T,), 0.1 / T).double()
    alpha[-1] += 0.9 * 0.75
    alpha[2] += 0.9 * 0.25
    torch.testing.assert_close(mixture.attention[0, 0, 0], alpha)
    torch.testing.assert_close(mixture.attention[0, 0, 1], torch.full((T,), 1 / T).double())


def test_a_product_opens_the_weights_of_its_variables_and_the_regression_stays(x):
    head = IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double()
    weights, products = torch.zeros(2, N, T, H).double()
    weights[0, -1] = 1.0
    products[1, 3, 0] = products[2, 0, 0] = 0.5  # of the first step alone
    spread = weights.sum(1).abs()
    opened = torch.tensor([[False, False], [False, False], [True, False]])
    head.attention.start_as_regression(weights, torch.zeros(H).double(), spread, products, opened)
    assert ((head.attention.gate != 0).all(2) == opened).all()
    bends = head.attention.mean.abs().amax(1)  # (N, H)
    assert bends[opened].min() > bends[~opened].max()
    with torch.no_grad():  # what is random
        for random in (head.attention.mean, head.attention.gate, head.attention.temporal):
            random.zero_()
        for random in head.attention.variable.parameters():
            random.zero_()
    mixture = head(x)
    torch.testing.assert_close(mixture.forecast, torch.einsum("btn,nth->bh", x, weights))
    shares = torch.tensor([[0.45, 0.225, 0.225], [0.9, 0.0, 0.0]]).double() + 0.1 / N
    torch.testing.assert_close(mixture.weight[0], shares)
    assert mixture.attention[0, 0, 1].argmax() == 3
    assert mixture.attention[0, 0, 2].argmax() == 0
    torch.testing.assert_close(mixture.attention[0, 1, 1], torch.full((T,), 1 / T).double())


def test_steering_is_the_change_of_what_the_others_add_without_a_say_in_the_weights(x):
    model = _draw_all(IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double())
    head = model.attention
    with torch.no_grad():
        mixture = model(x, decompose=True)
        states, at_rest = model.cell(x), model.cell(torch.zeros_like(x[:1]))
        g = head.values(x.permute(1, 2, 0), mixture.attention.mean(1).permute(2, 1, 0))[1]
        summary = torch.cat([states[:, -1].permute(1, 2, 0), g], dim=1)  # (N, 2D, B)
        torch.testing.assert_close(head.logits(summary).softmax(0).permute(2, 1, 0), mixture.weight)
        for n in range(N):
            silent = summary.clone()
            silent[n, :D] = at_rest[0, -1, n, :, None]
            silent[n, D:] = 0.0  # bends are 0 where an input lies at its median
            weight = head.logits(silent).softmax(0).permute(2, 1, 0)
            change = (weight - mixture.weight) * (mixture.mean - mixture.origin.unsqueeze(-1))
            others = [m for m in range(N) if m != n]
            torch.testing.assert_close(mixture.steering[..., n], change[..., others].sum(-1).abs())


def test_a_variable_that_the_weights_do_not_heed_steers_nothing(x):
    model = _draw_all(IMVLSTM(ModelSettings(N, T, H, D, attention="inputs")).double())
    with torch.no_grad():
        model.attention.variable.weight.zero_()
        model.attention.joint.weight.view(D, N, 2 * D)[:, 1] = 0.0
        steering = model(x, decompose=True).steering
    assert (steering[..., 1] < 1e-12).all()
    assert (steering[..., [0, 2]].mean((0, 1)) > 1e-3).all()


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
