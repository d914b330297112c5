"""Several members speak as one, exactly; each starts as it would alone."""

import pytest
import torch

from imv_core.model.attention import Mixture
from imv_core.model.ensemble import WORKING_MEMORY, Ensemble, combine, windows_at_once
from imv_core.model.imv_lstm import IMVLSTM, ModelSettings

B, H, N, T = 5, 2, 4, 3
SHAPE = ModelSettings(variables=N, lookback=T, horizon=H, hidden_size=6)


@pytest.fixture
def mixtures():
    torch.manual_seed(0)
    return [
        Mixture(
            log_weight=(2 * torch.randn(B, H, N)).double().log_softmax(-1),
            mean=torch.randn(B, H, N).double(),
            log_scale=torch.randn(B, H, N).double(),
            attention=torch.randn(B, H, N, T).double().softmax(-1),
            origin=torch.zeros(H).double(),
        )
        for _ in range(3)
    ]


def test_mean_and_spread_are_those_of_the_mixture_of_all_components(mixtures):
    weight = torch.cat([m.weight for m in mixtures], -1) / 3  # (B, H, K N)
    mean = torch.cat([m.mean for m in mixtures], -1)
    scale = torch.cat([m.log_scale.exp() for m in mixtures], -1)
    forecast = (weight * mean).sum(-1)
    variance = (weight * (scale**2 + mean**2)).sum(-1) - forecast**2
    whole = combine(mixtures)
    torch.testing.assert_close(whole.forecast, forecast)
    torch.testing.assert_close(whole.spread, variance.sqrt())


def test_weights_contributions_and_attention_are_means_over_the_members(mixtures):
    mixtures = [m._replace(origin=torch.randn(H).double()) for m in mixtures]
    whole = combine(mixtures)
    for name in ("weight", "contribution", "forecast", "attention", "origin"):
        expected = torch.stack([getattr(m, name) for m in mixtures]).mean(0)
        torch.testing.assert_close(getattr(whole, name), expected)
    torch.testing.assert_close(whole.weight.sum(-1), torch.ones(B, H).double())


def test_members_that_agree_change_nothing(mixtures):
    for ours, theirs in zip(combine([mixtures[0]] * 4), mixtures[0], strict=True):
        torch.testing.assert_close(ours, theirs)


def test_one_member_speaks_for_itself(mixtures):
    assert combine(mixtures[:1]) is mixtures[0]


def test_a_member_starts_as_the_model_of_its_seed_alone():
    ensemble = Ensemble.from_seed(SHAPE, seed=7, seeds=3)
    for k, member in enumerate(ensemble.members):
        torch.manual_seed(7 + k)
        alone = IMVLSTM(SHAPE)
        for ours, theirs in zip(member.parameters(), alone.parameters(), strict=True):
            assert torch.equal(ours, theirs)


def test_the_stated_spread_holds_that_of_the_members_and_their_disagreement(table, three_seeds):
    ensemble, windows = three_seeds.fitted.model, three_seeds._windows(table, "test")
    forecast, spread = ensemble.forecast(windows, lambda mixture: mixture.spread)
    mixtures = ensemble.mixtures(windows.batch(slice(None)).x)
    means = torch.stack([m.forecast for m in mixtures])
    inner = torch.stack([m.spread**2 for m in mixtures]).mean(0)
    torch.testing.assert_close(torch.from_numpy(forecast), means.mean(0))
    expected = (inner + means.var(0, correction=0)).sqrt()
    torch.testing.assert_close(torch.from_numpy(spread), expected, rtol=1e-4, atol=1e-6)


def test_an_ensemble_gives_what_its_members_give():
    ensemble = Ensemble.from_seed(SHAPE, seed=0, seeds=2)
    x = torch.randn(B, T, N)
    whole = combine([member(x) for member in ensemble.members])
    assert torch.equal(ensemble(x).forecast, whole.forecast)


@pytest.mark.parametrize("lookback", [1, 48, 500, 100_000])
@pytest.mark.parametrize("members", [1, 50])
def test_windows_at_once_stay_within_the_working_memory(lookback, members):
    shape = ModelSettings(variables=20, lookback=lookback, horizon=48, hidden_size=32)
    size = windows_at_once(shape, members)
    states = 4 * size * lookback * 20 * 32
    assert size == 1 or states <= WORKING_MEMORY / 4
    assert 1 <= size <= 1024
