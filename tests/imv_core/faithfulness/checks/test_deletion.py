import numpy as np
import pytest

from imv_core.faithfulness import occlusion
from imv_core.faithfulness.checks import deletion


@pytest.fixture(scope="module")
def found(held):
    sample = held.sample()
    by_window = occlusion.occlude(
        held, held.x[sample], [held.training_mean.expand_as(held.x[sample])], lambda _: 0
    )
    return deletion.curves(held, sample, by_window, lambda _: None)


def test_curves_begin_and_end_where_they_must(found):
    curves, _ = found
    by = curves.set_index(["kind", "order", "share"])["change"]
    for order in ("attention", "attribution", "random"):
        assert by["deletion", order, 0.0] == by["insertion", order, 1.0] == 0
        assert by["deletion", order, 1.0] == pytest.approx(by["insertion", order, 0.0], rel=1e-5)


def test_the_one_value_that_is_read_goes_first_by_attribution(found):
    curves, scores = found
    by = curves.set_index(["kind", "order", "share"])["change"]
    whole = by["deletion", "attribution", 1.0]
    assert by["deletion", "attribution", 0.02] == pytest.approx(whole, rel=1e-4)  # 2 of 90 cells
    assert by["insertion", "attribution", 0.02] == pytest.approx(0, abs=1e-4)
    assert scores.loc["attribution", "sufficiency"] == pytest.approx(0, abs=1e-4)
    assert scores.loc["random", "aopc"] < 0.7 * whole


def test_a_map_of_what_is_added_names_a_lag_that_attention_does_not_know(found):
    """The model reads one lag by its value, while alpha is uniform."""
    _, scores = found
    assert scores.loc["attention", "aopc"] == pytest.approx(scores.loc["attribution", "aopc"])


def test_a_planted_order_is_found(learnt):
    _, report = learnt
    scores = report.curve_scores
    assert scores.loc["attention", "aopc"] > scores.loc["random", "aopc_high"]
    assert next(c for c in report.checks if c.name == "deletion").verdict == "pass"
    random = report.curves.query("order == 'random' and kind == 'deletion' and 0 < share < 1")
    assert (random["low"] < random["high"]).all()


def test_no_better_than_chance_fails(found):
    _, scores = found
    assert deletion.check(scores.assign(aopc=1.0, aopc_high=np.inf), 90).verdict == "fail"
