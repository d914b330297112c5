"""Chapter 2 of the page Learn: one number is changed, and it is seen who notices."""

import numpy as np
import pandas as pd
import pytest

from dashboard.pages.learn import models
from imv_core.inspect.poke import leakage, poke
from tests.dashboard.pages.learn.conftest import array, figures

WHERE = {"variable": "x5", "lag": "6", "by": "-2", "window": "7"}


def _change(cell):
    window = models.window(cell, 7).scaled
    return poke(models.network(cell).cell, window, variable=2, lag=6, by=-2.0)


def _heatmaps(at):
    return [array(traces[0]["z"]) for traces in figures(at)]


def _answer(at, text):
    at.radio(key="learn-answer-poke").set_value(text)
    return at.run()


def test_the_link_leads_to_a_position_and_the_figures_are_the_cores(chapter):
    at = chapter(2, **WHERE)
    tensor, full = _heatmaps(at)
    for shown, cell in ((tensor, "tensor"), (full, "full")):
        assert shown == pytest.approx(_change(cell).reshape(8, 16).T, abs=1e-6)
    others = np.ones(16, bool)
    others[8:12] = False  # the units of x5
    assert np.all(tensor[others] == 0)
    assert np.any(full[others] != 0)
    shares = [metric.value for metric in at.metric]
    assert shares == ["0.0%", f"{leakage(_change('full'), 2):.1%}"]


def test_touching_a_control_moves_the_figures(chapter):
    at = chapter(2)
    before = _heatmaps(at)
    at.slider(key="learn-lag").set_value(8)
    at.run()
    after = _heatmaps(at)
    assert np.any(after[0][:, 0] != 0)
    assert np.all(before[0][:, 0] == 0)


def test_a_value_that_does_not_change_moves_nothing(chapter):
    at = chapter(2, by="0")
    assert all(np.all(shown == 0) for shown in _heatmaps(at))
    assert [metric.value for metric in at.metric] == ["–", "–"]
    assert any("nothing is poked" in m.value for m in at.markdown)


def test_the_right_answer_is_what_the_core_says(chapter):
    window = models.window("tensor", 1).scaled
    moved = np.abs(poke(models.network("tensor").cell, window, variable=3, lag=5)) > 0
    steps, rows = np.nonzero(moved.any(axis=2))
    assert set(rows.tolist()) == {3}
    assert sorted({8 - step for step in steps.tolist()}) == [1, 2, 3, 4, 5]
    at = chapter(2)
    at = _answer(at, "In all rows, at lags 5 to 1")
    assert "Not quite" in at.error[0].value
    at = _answer(at, "In the row of $x_7$, at lags 5 to 1")
    assert "Right" in at.success[0].value


def test_the_importance_of_full_is_wrong_at_about_the_same_error_as_it_is_said(chapter):
    rmse = [models.score(cell)["rmse"] for cell in ("tensor", "full")]
    assert rmse[1] == pytest.approx(rmse[0], rel=0.02)
    tensor, full = (models.importance(cell) for cell in ("tensor", "full"))
    assert full["x7"] > models.CHANCES["x7"] + 0.15
    assert full["x2"] < models.CHANCES["x2"] - 0.3
    assert (tensor - pd.Series(models.CHANCES)).abs().max() < 0.03
    said = next(m.value for m in chapter(2).markdown if m.value.startswith("**Why it matters"))
    for number in (f"{rmse[0]:.1f}", f"{rmse[1]:.1f}", f"{full['x7']:.2f}", f"{full['x2']:.2f}"):
        assert number in said


def test_the_snippet_gives_the_numbers_of_the_page(chapter, snippet):
    leaks = snippet("poke")["leaks"]
    assert [metric.value for metric in chapter(2).metric] == [f"{s:.1%}" for s in leaks.values()]
