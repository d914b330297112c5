import numpy as np
import pandas as pd
import pytest
import torch

from imv_core.faithfulness.checks import ablation
from imv_core.model.attention import INTACT


def test_uniform_weights_cannot_be_made_more_uniform(held):
    rises = ablation.ablate(held, shortest=10)
    np.testing.assert_allclose(rises["rise"], 0, atol=1e-6)
    np.testing.assert_allclose(rises[["low", "high"]], 0, atol=1e-6)


def test_shuffled_attention_still_sums_to_one():
    alpha = torch.rand(6, 3, 2, 5).softmax(dim=0)
    mixed = ablation.shuffled(0).alpha(alpha)
    torch.testing.assert_close(mixed.sum(0), alpha.sum(0))
    torch.testing.assert_close(mixed.sort(dim=0).values, alpha.sort(dim=0).values)
    assert not torch.equal(mixed, alpha)


def test_uniform_pi_weighs_all_variables_alike(forecaster, table):
    (uniform,) = ablation.ablations()["pi uniform"]
    x = forecaster.explainer(table).windows.batch(slice(0, 3)).x
    (model,) = forecaster.fitted.model.models
    torch.testing.assert_close(model(x, uniform).weight, torch.full((3, 1, 9), 1 / 9))
    torch.testing.assert_close(model(x, INTACT).weight, model(x).weight)


def test_attention_that_a_model_rests_on_matters(learnt):
    _, report = learnt
    assert (report.ablations["low"] > 0.1).all()
    assert next(c for c in report.checks if c.name == "attention").verdict == "pass"


@pytest.mark.parametrize(("rise", "verdict"), [(0.3, "pass"), (0.05, "caution"), (0.01, "fail")])
def test_the_verdict_follows_the_rise_of_shuffled_attention(rise, verdict):
    names = ["alpha uniform", "alpha shuffled", "pi uniform"]
    rises = pd.DataFrame({"rise": [0.9, rise, 0.9]}, index=names)
    check = ablation.check(rises, np.array([0.9, 0.95]), "states", 10)
    assert check.verdict == verdict
    assert f"{rise:.0%}" in check.sentence
    assert "with little effect" in check.sentence


def test_states_are_alike_to_themselves(held, monkeypatch):
    (model,) = held.ensemble.models
    N, T, D = len(held.variables), held.x.shape[1], model.settings.hidden_size
    same = torch.ones(len(held.sample()), T, N, D)
    monkeypatch.setattr(model.cell, "forward", lambda x: same)
    np.testing.assert_allclose(ablation.conicity(held), 1.0, rtol=1e-6)
    turned = same * torch.tensor([1.0, -1.0]).repeat(T // 2)[None, :, None, None]
    monkeypatch.setattr(model.cell, "forward", lambda x: turned)
    np.testing.assert_allclose(ablation.conicity(held), 0.0, atol=1e-6)
