"""Against a model whose forecast is half of one value, in scaled units."""

import numpy as np
import pandas as pd
import pytest

from imv_core.faithfulness.checks import attribution


def _ignore(_):
    pass


def test_occlusion_is_the_change_that_can_be_computed_by_hand(held, cell):
    n, t = cell
    x, other = held.x[:20], held.donors(20, seed=1)
    found = attribution.occlude(held, x, [other], _ignore)
    expected = np.zeros((20, 1, len(held.variables), x.shape[1]))
    expected[:, 0, n, t] = 0.5 * (x - other)[:, t, n].abs() * held.unit[0]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_several_replacements_are_averaged(held):
    x, others = held.x[:5], [held.donors(5, seed) for seed in (1, 2)]
    alone = [attribution.occlude(held, x, [other], _ignore) for other in others]
    both = attribution.occlude(held, x, others, _ignore)
    np.testing.assert_allclose(both, np.mean(alone, axis=0))


@pytest.mark.parametrize("cells", [2**22, 1])  # all variables of a lag at once; one by one
def test_a_single_window_is_changed_as_any_other(held, cells, monkeypatch):
    draws = 4
    monkeypatch.setattr(attribution, "ONE_DRAWS", (draws, draws))
    monkeypatch.setattr(attribution, "ONE_READ", cells)
    found = attribution.occlude_one(held, held.x[7])
    others = list(held.donors(draws, seed=0))
    np.testing.assert_allclose(
        found, attribution.occlude(held, held.x[7:8], others, _ignore)[0], rtol=1e-4, atol=1e-5
    )
    assert found.max() > 0


def test_gradients_along_the_way_add_up_to_the_change(held, cell):
    n, t = cell
    found = attribution.integrate_gradients(held, _ignore)
    used = held.x[held.few(attribution.GRADIENT_COST)]
    expected = np.zeros(found.shape)
    change = (used[:, t, n] - held.typical[n]).abs().mean()
    expected[0, n, t] = 0.5 * float(change) * held.unit[0]
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


def test_only_what_is_read_moves_the_forecast(held, driver):
    found = attribution.replace_variables(held, 10, _ignore)
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


def _variables(importance, attribution):
    return pd.DataFrame(
        {"importance": importance, "attribution": attribution}, index=["a", "b", "c"]
    )


@pytest.mark.parametrize(
    ("moved", "verdict"),
    [([6, 3, 1], "pass"), ([3, 6, 1], "caution"), ([0, 1, 9], "fail")],
)
def test_importance_is_held_against_attribution(moved, verdict):
    found = attribution.check(_variables([0.6, 0.3, 0.1], np.array(moved, float)))
    assert found.verdict == verdict


def test_a_variable_that_moves_more_than_it_should_is_named():
    found = attribution.check(_variables([0.6, 0.4, 0.0], np.array([3.0, 2.0, 5.0])))
    assert "'c' moves the forecast more" in found.sentence


def test_a_peak_at_another_lag_is_said():
    joint = np.zeros((1, 2, 4))
    joint[0, 0], joint[0, 1] = [0.1, 0.1, 0.1, 0.4], [0.3, 0.0, 0.0, 0.0]
    moved = np.zeros((1, 2, 4))
    moved[0, 0, 1], moved[0, 1, 0] = 5.0, 3.0
    found = attribution.check_lags(("a", "b"), joint, moved, "states")
    assert found.verdict == "fail"  # 'a' holds more than the uniform share, 'b' does not
    assert "'a': attention lag 1, attribution lag 3" in found.sentence
    assert "remember older inputs" in found.sentence
    alike = attribution.check_lags(("a", "b"), joint, joint, "inputs")
    assert alike.verdict == "pass"
    assert "100%" in alike.sentence


@pytest.mark.parametrize("steps", [1, 3])
def test_maps_that_are_alike_pass_however_their_sums_are_rounded(steps):
    rng = np.random.default_rng(0)
    for shape in [(steps, 1, 24), (steps, 3, 7), (steps, 28, 2)]:
        joint = rng.random(shape)
        joint /= joint.sum(axis=(1, 2), keepdims=True)
        names = tuple(f"v{n}" for n in range(shape[1]))
        found = attribution.check_lags(names, joint, 3 * joint, "inputs")
        assert found.verdict == "pass"
        assert "nan" not in found.sentence
