"""What is laid open is what the network does, and nothing beside it."""

import math

import numpy as np
import pytest
import torch

from imv_core import IMVForecaster, SettingsError
from imv_core.inspect.attending import attend, tanh_cap
from imv_core.inspect.em_bound import blame
from imv_core.inspect.mixing import mix
from imv_core.inspect.poke import leakage, poke, reach
from imv_core.inspect.recurrences import PlainLSTM, unroll
from imv_core.model.imv_lstm import IMVLSTM, ModelSettings
from tests.conftest import PAPER

N, T, D = 3, 6, 4


def network(**settings):
    torch.manual_seed(1)
    return IMVLSTM(ModelSettings(N, T, hidden_size=D, **settings)).requires_grad_(False)


@pytest.fixture
def window():
    return np.random.default_rng(0).normal(size=(T, N)).astype(np.float32)


@pytest.fixture(scope="module")
def paper(table):
    return IMVForecaster("y", max_epochs=2, hidden_size=4, lookback=6, **PAPER).fit(table)


@pytest.mark.parametrize("cell", ["tensor", "full"])
def test_step_by_step_the_states_are_those_of_the_cell(window, cell):
    whole = network(cell=cell)
    steps = unroll(whole, window)
    assert steps.h == pytest.approx(whole.cell(torch.from_numpy(window)[None])[0].numpy(), abs=1e-6)
    for gate in (steps.i, steps.f, steps.o):
        assert gate.shape == (T, N, D)
        assert (gate > 0).all()
        assert (gate < 1).all()
    assert steps.c[1] == pytest.approx(steps.f[1] * steps.c[0] + steps.i[1] * steps.j[1])


def test_a_poke_moves_its_own_row_alone_in_tensor_and_others_too_in_full(window):
    kept = poke(network(cell="tensor").cell, window, variable=1, lag=4)
    assert kept.shape == (T, N, D)
    assert np.all(kept[:, [0, 2]] == 0)
    assert np.all(kept[: T - 4] == 0)
    assert np.all(kept[T - 4 :, 1] != 0)
    assert leakage(kept, 1) == 0
    leaking = poke(network(cell="full").cell, window, variable=1, lag=4)
    assert np.all(leaking[T - 4 :, [0, 2]] != 0)  # at once
    assert 0 < leakage(leaking, 1) < 1
    assert leakage(np.zeros_like(kept), 1) == 0


def test_a_unit_of_a_row_hears_its_variable_alone_and_one_of_a_plain_lstm_all_of_them(
    window,
):
    shares = reach(network(cell="tensor").cell, window)
    assert shares == pytest.approx(np.repeat(np.eye(N)[:, :, None], D, axis=2))
    torch.manual_seed(0)
    plain = PlainLSTM(N, N * D).requires_grad_(False)
    mixed = reach(plain.cell, window)
    assert mixed.sum(axis=0) == pytest.approx(1)
    assert (mixed > 0.01).all()


def test_a_plain_lstm_comes_back_from_its_file_as_it_was(tmp_path, window):
    plain = PlainLSTM(N, 5)
    plain.save(tmp_path / "plain.safetensors")
    x = torch.from_numpy(window)[None]
    again = PlainLSTM.load(tmp_path / "plain.safetensors")
    assert again(x).item() == plain(x).item()


def test_attention_laid_open_gives_the_networks_own_mixture(window):
    whole = network(attention="states")
    mixture = whole(torch.from_numpy(window)[None])
    laid = attend(whole, window)
    assert laid.alpha == pytest.approx(mixture.attention[0, 0].numpy(), abs=1e-6)
    assert laid.pi == pytest.approx(mixture.weight[0, 0].numpy(), abs=1e-6)
    assert laid.mean == pytest.approx(mixture.mean[0, 0].numpy(), abs=1e-6)
    assert laid.forecast == pytest.approx(mixture.forecast.item(), abs=1e-6)
    states = unroll(whole, window).h
    assert laid.context == pytest.approx(np.einsum("nt,tnd->nd", laid.alpha, states), abs=1e-6)


def test_another_score_moves_its_own_row_of_alpha_and_with_it_the_forecast(window):
    whole = network(attention="states")
    before = attend(whole, window)
    after = attend(whole, window, raised={(1, 2): 20.0})
    assert after.alpha[1, -2] > 0.999
    assert after.alpha[[0, 2]] == pytest.approx(before.alpha[[0, 2]])
    assert after.context[1] == pytest.approx(unroll(whole, window).h[-2, 1], abs=1e-4)
    assert after.forecast != before.forecast
    assert after.scores[1, -2] == pytest.approx(before.scores[1, -2] + 20)
    assert attend(whole, window, raised={(1, 2): 0.0}).alpha == pytest.approx(before.alpha)
    chosen = attend(whole, window, raised_logits={2: 20.0})
    assert chosen.logits[2] == pytest.approx(before.logits[2] + 20)
    assert chosen.pi[2] > 0.999
    assert chosen.forecast == pytest.approx(before.mean[2], abs=1e-3)


def test_no_squashed_score_gives_a_weight_above_the_cap(window):
    whole = network(attention="states")
    far = {(0, lag): 50.0 if lag == 3 else -50.0 for lag in range(1, T + 1)}
    assert attend(whole, window, far).alpha[0, -3] == pytest.approx(1)
    assert attend(whole, window, far, squashed=True).alpha[0, -3] == pytest.approx(tanh_cap(T))
    assert tanh_cap(10) == pytest.approx(0.45, abs=0.005)
    assert tanh_cap(1) == 1


def test_attention_over_inputs_is_not_laid_open(window):
    with pytest.raises(SettingsError):
        attend(network(attention="inputs"), window)


def test_parts_of_a_mixture_add_up_to_a_density_and_the_posterior_is_the_cores_own(paper, table):
    one = paper.explain_one(table, row=len(table.frame) - 1)
    center, reach_ = one.forecast[0], 12 * one.spread[0]
    y = np.linspace(center - reach_, center + reach_, 4001)
    mixing = mix(one, y)
    assert np.trapezoid(mixing.density, y) == pytest.approx(1, abs=1e-4)
    assert mixing.posterior.sum(axis=1) == pytest.approx(1)
    at_truth = mix(one, one.window.actual).posterior[0]
    assert at_truth == pytest.approx(one.responsibility[0], abs=1e-4)
    assert np.isfinite(mix(one, np.array([1e6])).posterior).all()  # far from all components


def test_the_bound_lies_above_the_likelihood_by_the_entropy_and_the_surprise(paper, table):
    for importance in (None, np.full(9, 1 / 9)):
        found = blame(paper, table, "train", importance)
        assert found.bound > found.nll
        assert found.importance.sum() == pytest.approx(1, abs=1e-6)
    record = paper.fitted.history[-1]
    if record.is_best:
        assert found.nll == pytest.approx(record.train_loss, abs=1e-4)
        assert found.importance == pytest.approx(record.variable_importance, abs=1e-4)
    q = paper.explain(table, "train").windows(slice(None)).responsibility[:, 0]
    entropy = -(q * np.log(np.maximum(q, 1e-30))).sum(axis=1).mean()
    assert found.bound - found.nll == pytest.approx(entropy + math.log(9), abs=1e-3)
