"""Against a model whose forecast is half of one value, in scaled units."""

import numpy as np
import pytest

from imv_core.faithfulness import occlusion


def _ignore(_):
    pass


def test_occlusion_is_the_change_that_can_be_computed_by_hand(held, cell):
    n, t = cell
    x, other = held.x[:20], held.donors(20, seed=1)
    found = occlusion.occlude(held, x, [other], _ignore)
    expected = np.zeros((20, 1, len(held.variables), x.shape[1]))
    expected[:, 0, n, t] = 0.5 * (x - other)[:, t, n].abs() * held.unit[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_several_replacements_are_averaged(held):
    x, others = held.x[:5], [held.donors(5, seed) for seed in (1, 2)]
    alone = [occlusion.occlude(held, x, [other], _ignore) for other in others]
    both = occlusion.occlude(held, x, others, _ignore)
    np.testing.assert_allclose(both, np.mean(alone, axis=0))


@pytest.mark.parametrize("cells", [2**22, 1])  # all variables of a lag at once; one by one
def test_a_single_window_is_changed_as_any_other(held, cells, monkeypatch):
    draws = 4
    monkeypatch.setattr(occlusion, "ONE_DRAWS", (draws, draws))
    monkeypatch.setattr(occlusion, "ONE_READ", cells)
    found = occlusion.occlude_one(held, held.x[7])
    others = list(held.donors(draws, seed=0))
    np.testing.assert_allclose(
        found, occlusion.occlude(held, held.x[7:8], others, _ignore)[0], rtol=1e-4, atol=1e-5
    )
    assert found.max() > 0


def test_gradients_along_the_way_add_up_to_the_change(held, cell):
    n, t = cell
    found = occlusion.integrate_gradients(held, _ignore)
    used = held.x[held.sample(occlusion.GRADIENT_COST)]
    expected = np.zeros(found.shape)
    change = (used[:, t, n] - held.training_mean[n]).abs().mean()
    expected[0, n, t] = 0.5 * float(change) * held.unit[0]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_only_what_is_read_moves_the_forecast(held, driver):
    found = occlusion.replace_variables(held, 10, _ignore)
    assert found["attribution"].drop(held.variables[driver]).abs().max() < 1e-4
    row = found.loc[held.variables[driver]]
    assert 0 < row["attribution_low"] < row["attribution"] < row["attribution_high"]


def test_one_forecast_is_moved_by_the_value_that_is_read(one_value, table, cell):
    n, t = cell
    one = one_value.explain_one(table, 580)
    moved = one_value.attribute_one(table, one)
    assert moved.shape == (1, 9, 10)
    assert moved[0, n, t] > 1
    moved[0, n, t] = 0
    assert np.abs(moved).max() < 1e-3


def test_the_planted_lag_moves_a_trained_model_most(learnt, world):
    _, report = learnt
    for maps in report.attributions.values():
        for driver, (lag,) in world.lags.items():
            assert maps.loc[driver].idxmax() == lag
    assert set(report.by_variable["attribution"].nlargest(3).index) == set(world.lags)
