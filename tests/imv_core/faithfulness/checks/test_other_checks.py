"""Skill, stability, random weights, calibration and copies."""

import numpy as np
import pandas as pd
import pytest

from imv_core import IMVForecaster, read_table
from imv_core.faithfulness.checks import calibration, randomised, redundancy, skill, stability
from imv_core.forecasting.intervals import Calibration
from imv_core.synthetic.worlds import WORLDS

RNG = np.random.default_rng(0)
TRUTH = RNG.normal(size=(500, 1))


def _skill(error, ridge_error):
    mean, noise = np.zeros_like(TRUTH), RNG.normal(size=TRUTH.shape)
    rivals = {"mean": mean, "persistence": mean + 9, "ridge": TRUTH + ridge_error * noise}
    return skill.skill(TRUTH, TRUTH + error * noise, rivals, 10)


def test_skill_is_told_against_the_best_naive_forecast():
    found = _skill(0.5, 0.5)
    assert found.naive == "mean"
    assert found.low < found.value < found.high
    assert found.value == pytest.approx(0.75, abs=0.05)
    assert found.lead == pytest.approx(0)


@pytest.mark.parametrize(
    ("error", "ridge", "verdict"), [(0.5, 0.5, "pass"), (0.5, 0.4, "caution"), (1.0, 2.0, "fail")]
)
def test_nothing_learnt_is_nothing_to_explain(error, ridge, verdict):
    assert skill.check(_skill(error, ridge)).verdict == verdict


def test_a_naive_forecast_without_any_error_leaves_nothing_to_explain():
    still = np.zeros((100, 1))
    rivals = {"mean": still + 1, "persistence": still, "ridge": still}
    check = skill.check(skill.skill(still, still + 0.1, rivals, 10))
    assert check.verdict == "fail"
    assert "nan" not in check.sentence
    assert "inf" not in check.sentence


def test_steps_without_a_truth_do_not_count():
    truth = np.hstack([TRUTH, TRUTH])
    truth[::3, 1] = np.nan
    rivals = {"mean": np.zeros_like(truth), "ridge": truth + 0.5}
    assert skill.skill(truth, np.nan_to_num(truth) + 0.5, rivals, 10).lead == pytest.approx(0)


def test_trainings_that_agree_are_told_from_those_that_do_not():
    alike = pd.DataFrame([[0.5, 0.4, 0.1], [0.45, 0.42, 0.13]])
    found = stability.over_seeds(alike)
    assert stability.check_seeds(found, 2).verdict == "pass"
    np.testing.assert_allclose(found[["tau", "overlap"]], 1)
    apart = pd.DataFrame([[0.9, 0.1, 0.0, 0.0], [0.0, 0.0, 0.1, 0.9], [0.0, 0.9, 0.1, 0.0]])
    assert stability.check_seeds(stability.over_seeds(apart), 3).verdict != "pass"


@pytest.mark.parametrize(
    "importance", [[[0.9, 0.1], [0.1, 0.9]], [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]]
)
def test_trainings_that_name_opposite_variables_do_not_agree(importance):
    found = stability.over_seeds(pd.DataFrame(importance))
    assert stability.check_seeds(found, 2).verdict == "fail"


def test_one_training_tells_nothing_of_others():
    found = stability.over_seeds(pd.DataFrame([[0.6, 0.4]]))
    check = stability.check_seeds(found, 1)
    assert check.verdict == "unknown"
    assert "four more seeds" in check.sentence


def test_importance_that_changes_with_time_is_not_stable():
    always = np.tile([0.8, 0.2], (400, 1))
    turns = np.repeat([[1.0, 0.0], [0.0, 1.04]], 200, axis=0)
    verdicts = [stability.check_time(stability.over_time(c, 100)).verdict for c in (always, turns)]
    assert verdicts[0] == "pass"
    assert verdicts[1] != "pass"


def test_a_map_of_random_weights_is_that_of_random_weights(learnt, table, held_out):
    trained, report = learnt
    assert next(c for c in report.checks if c.name == "randomised").verdict == "pass"
    held = held_out(trained, table)
    own = held.joint_map(held.ensemble, held.sample())
    np.testing.assert_allclose(own.sum(axis=(1, 2)), 1)
    random = randomised.randomise(held)
    assert random["correlation"].mean() < 0.4
    assert randomised.check(pd.DataFrame({"correlation": [0.9, 0.8]})).verdict == "fail"


def test_that_some_inputs_hardly_ever_move_makes_no_two_maps_alike(held_out, monkeypatch):
    rng, rows = np.random.default_rng(0), 500
    seldom = {f"rare {k}": rng.normal(size=rows) * (rng.random(rows) < 0.02) for k in range(3)}
    often = {f"x{k}": rng.normal(size=rows) for k in range(3)}
    y = np.roll(often["x0"], 1) + 0.1 * rng.normal(size=rows)
    times = pd.date_range("2024-01-01", periods=rows, freq="h", name="time")
    table = read_table(pd.DataFrame({**seldom, **often, "y": y}, times), name="rare")
    for predict in ("level", "change"):
        small = {"max_epochs": 1, "hidden_size": 2, "lookback": 4, "predict": predict}
        held = held_out(IMVForecaster("y", **small).fit(table), table)
        assert randomised.randomise(held)["correlation"].mean() < 0.3
        with monkeypatch.context() as patch:  # as it would be of the cells as they are
            patch.setattr(randomised, "_input_sizes", lambda *_: np.ones((7, 4)))
            assert randomised.randomise(held)["correlation"].mean() > 0.5


def test_the_joint_map_is_importance_times_temporal_importance(learnt, table, held_out):
    trained, report = learnt
    held = held_out(trained, table)
    assert len(held.sample()) == len(held.x)  # few windows: all of them
    joint = held.joint_map(held.ensemble, held.sample())[0]
    np.testing.assert_allclose(joint[:, ::-1], report.attention, rtol=1e-4, atol=1e-6)


def _covered(factor):
    """Truths whose errors are `factor` times those that the calibration has seen."""
    seen, one = RNG.normal(size=(4000, 1)), np.ones((4000, 1))
    known = Calibration.of(seen, np.zeros((4000, 1)), one)
    actual = factor * RNG.normal(size=(4000, 1))
    return known, actual, np.zeros((4000, 1)), one


@pytest.mark.parametrize(("factor", "verdict"), [(1.0, "pass"), (2.0, "fail")])
def test_intervals_hold_what_they_promise_or_fail(factor, verdict):
    known, actual, forecast, spread = _covered(factor)
    found = calibration.coverage(known, actual, forecast, spread, 10)
    assert list(found["level"]) == [0.5, 0.8, 0.9, 0.95]
    assert calibration.check(found).verdict == verdict
    pit = calibration.histogram(known, actual, forecast, spread)
    assert pit.sum() == pytest.approx(1)
    outer = pit.iloc[[0, -1]].sum()
    assert outer == pytest.approx(0.1, abs=0.03) if factor == 1 else outer > 0.3


def test_copies_are_grouped_and_warned_of():
    world = WORLDS["copies"](800, seed=2)
    table = read_table(world.frame, name="copies")
    forecaster = IMVForecaster("y", max_epochs=1, hidden_size=2).fit(table)
    explanation = forecaster.explain(table)
    found, importance = explanation.groups, explanation.variable_importance
    ((driver, alike),) = world.copies.items()
    assert [set(group) for group in found] == [{driver, *alike}]
    check = redundancy.check(found, importance)
    assert check.verdict == "caution"
    assert f"{importance[[driver, *alike]].sum():.0%}" in check.sentence


def test_where_there_are_no_copies_none_are_found(learnt):
    _, report = learnt
    assert report.redundant == ()
    assert report.redundancy_sentence == ""


def test_copies_that_do_not_matter_are_no_warning():
    importance = pd.Series({"a": 0.98, "b": 0.01, "c": 0.01})
    assert redundancy.check((("b", "c"),), importance).verdict == "pass"
