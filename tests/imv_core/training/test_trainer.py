"""Same seed, same numbers; stop and go on; importance in closed form."""

import numpy as np
import pytest
import torch

from imv_core import IMVForecaster, Settings
from imv_core.errors import SettingsError
from imv_core.model.ensemble import Ensemble
from imv_core.model.objectives import responsibility
from imv_core.training.preparation import prepare
from imv_core.training.trainer import Training, batch_size_for, evaluate

SETTINGS = {"max_epochs": 3, "hidden_size": 4}


def _weights(forecaster):
    return torch.cat([p.flatten() for p in forecaster.fitted.model.parameters()])


@pytest.mark.parametrize("cell", ["tensor", "full"])
def test_the_same_seed_gives_the_same_numbers_and_another_seed_others(table, cell):
    first, again, other = (
        IMVForecaster("y", cell=cell, seed=seed, seeds=2, **SETTINGS).fit(table)
        for seed in (0, 0, 1)
    )
    assert torch.equal(_weights(first), _weights(again))
    assert first.score(table).equals(again.score(table))
    assert not torch.equal(_weights(first), _weights(other))


def test_fitting_leaves_the_callers_random_numbers_alone(table):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    IMVForecaster("y", max_epochs=1, hidden_size=2).fit(table)
    assert torch.equal(torch.rand(3), expected)


def _training(table, seeds, **more):
    settings = Settings("y", seed=3, seeds=seeds, **SETTINGS, **more)
    scaling, _, train, validation = prepare(table, settings)
    ensemble = Ensemble.from_seed(settings.model(len(scaling.variables)), 3, seeds)
    return Training(ensemble, train, validation, settings)


def test_scores_of_lags_learn_faster_than_all_else(table):
    training = _training(table, seeds=1)
    before = {name: p.detach().clone() for name, p in training.ensemble.named_parameters()}
    next(training.epochs(on_batch=lambda _: True))  # one batch: AdamW moves each by its rate
    moved = {
        name.removeprefix("members.0.attention."): (p - before[name]).abs().max().item()
        for name, p in training.ensemble.named_parameters()
    }
    assert moved["position"] == pytest.approx(4 * moved["temporal"], rel=0.05)


@pytest.mark.parametrize("longest", [1.0, 0.02])  # the second shortens every gradient
@pytest.mark.parametrize("objective", ["balanced", "em", "mse"])
def test_a_member_learns_as_it_would_alone(table, objective, longest, monkeypatch):
    monkeypatch.setattr("imv_core.training.trainer.LONGEST_GRADIENT", longest)
    alone, together = (_training(table, seeds, objective=objective) for seeds in (1, 3))
    for one, three in zip(alone.epochs(), together.epochs(), strict=True):
        first = together.ensemble.members[0].state_dict()
        for name, value in alone.ensemble.members[0].state_dict().items():
            torch.testing.assert_close(first[name], value, rtol=1e-6, atol=1e-6)
        assert one.variable_importance == pytest.approx(three.importance_by_seed[0], rel=1e-5)


def test_a_record_of_several_seeds_tells_their_means_and_their_common_forecast(table):
    training = _training(table, seeds=3)
    record = next(iter(training.epochs()))
    members = [Ensemble([m], m.settings) for m in training.ensemble.members]
    alone = [evaluate(member, training._validation, "balanced") for member in members]
    assert record.validation_loss == pytest.approx(np.mean([a.loss for a in alone]), rel=1e-5)
    assert record.validation_rmse < np.mean([a.rmse for a in alone])  # means err less
    assert len({shares for shares in record.importance_by_seed}) == 3
    np.testing.assert_allclose(
        record.variable_importance, np.mean(record.importance_by_seed, axis=0), rtol=1e-5
    )


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_training_that_was_interrupted_ends_in_the_same_numbers(table, tmp_path, seeds):
    settings = {**SETTINGS, "seeds": seeds}
    whole = IMVForecaster("y", **settings).fit(table)

    class KilledError(Exception):
        pass

    def kill(record):
        if record.epoch == 2:
            raise KilledError

    checkpoint = tmp_path / "checkpoint"
    with pytest.raises(KilledError):
        IMVForecaster("y", **settings).fit(table, kill, checkpoint=checkpoint)
    resumed = IMVForecaster("y", **settings).fit(table, checkpoint=checkpoint)
    assert [r.epoch for r in resumed.fitted.history] == [1, 2, 3]
    assert torch.equal(_weights(whole), _weights(resumed))
    assert whole.score(table).equals(resumed.score(table))


def test_stop_after_an_epoch_keeps_the_best_weights_so_far(table):
    stopped = IMVForecaster("y", **SETTINGS).fit(table, on_epoch=lambda record: record.epoch == 2)
    assert [r.epoch for r in stopped.fitted.history] == [1, 2]
    best = min(r.validation_loss for r in stopped.fitted.history)
    _, _, _, validation = prepare(table, stopped.settings)
    loss = evaluate(stopped.fitted.model, validation, "balanced").loss
    assert loss == pytest.approx(best, rel=1e-6)


def test_stop_within_the_first_epoch_still_leaves_a_model(table):
    stopped = IMVForecaster("y", **SETTINGS).fit(table, on_batch=lambda share: True)
    assert len(stopped.fitted.history) == 1
    assert np.isfinite(stopped.score(table)["rmse"])


def test_stop_within_a_later_epoch_drops_what_is_unfinished(table):
    epochs = []

    def on_batch(share):
        return bool(epochs)

    stopped = IMVForecaster("y", **SETTINGS).fit(table, epochs.append, on_batch=on_batch)
    assert len(stopped.fitted.history) == 1


def test_training_ends_early_when_validation_no_longer_gains(table):
    patient = IMVForecaster("y", max_epochs=60, hidden_size=4, patience=1, learning_rate=0.05)
    history = patient.fit(table).fitted.history
    assert len(history) < 60
    assert history[-2].is_best
    assert not history[-1].is_best


def test_a_start_that_no_epoch_betters_is_kept(table):
    """In a linear world without a gain the regression that training starts from stays."""
    settings = {"learning_rate": 0.5, "max_epochs": 2, "hidden_size": 4}
    spoilt = IMVForecaster("y", **settings).fit(table)
    assert not any(record.is_best for record in spoilt.fitted.history)
    assert spoilt.score(table)["rmse"] <= 1.1 * spoilt.score(table)["ridge_rmse"]


@pytest.mark.parametrize(("windows", "size"), [(100, 24), (12_000, 100), (700_000, 256)])
def test_few_windows_come_in_small_batches(windows, size):
    assert batch_size_for(windows) == size


def test_losses_fall_and_are_those_of_the_stated_set(table):
    forecaster = IMVForecaster("y", attention="states", **SETTINGS).fit(table)
    history = forecaster.fitted.history
    assert history[-1].train_loss < history[0].train_loss
    assert history[-1].is_best
    _, _, train, _ = prepare(table, forecaster.settings)
    result = evaluate(forecaster.fitted.model, train, "balanced")
    assert result.loss == pytest.approx(history[-1].train_loss, rel=1e-5)
    np.testing.assert_allclose(
        result.importance.mean((0, 1)), history[-1].variable_importance, rtol=1e-4
    )


def test_importance_is_the_mean_responsibility_over_the_whole_set(table):
    forecaster = IMVForecaster("y", horizon=2, seeds=2, objective="em", **SETTINGS).fit(table)
    _, _, train, _ = prepare(table, forecaster.settings)
    x, y, observed, _ = train.batch(slice(None))
    assert observed.all()
    model = forecaster.fitted.model
    expected = torch.stack([responsibility(m(x), y).mean(0) for m in model.members])
    importance = evaluate(model, train, "em").importance
    torch.testing.assert_close(importance, expected)
    torch.testing.assert_close(importance.sum(-1), torch.ones(2, 2))


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"objective": "mae"}, "objective"),
        ({"max_epochs": 0}, "max_epochs"),
        ({"learning_rate": 7.0}, "learning_rate"),
        ({"seeds": 0}, "seeds"),
        ({"seeds": 51}, "seeds"),
    ],
)
def test_a_setting_out_of_range_is_named(bad, word):
    with pytest.raises(SettingsError, match=word):
        Settings("y", **bad)
