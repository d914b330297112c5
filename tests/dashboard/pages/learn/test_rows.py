"""Chapter 1 of the page Learn: a window is read step by step."""

import numpy as np
import pytest

from dashboard.pages.learn import models
from dashboard.pages.learn.rows.page import RIGHT
from imv_core.inspect.poke import reach
from imv_core.inspect.recurrences import unroll
from tests.dashboard.pages.learn.conftest import array, figures

WHERE = {"step": "5", "window": "9", "variable": "x7"}
ENTERING, IMV, PLAIN, REACH_IMV, REACH_PLAIN, GATES = range(6)


@pytest.fixture(scope="module")
def window():
    return models.window("tensor", 9).scaled


def _heat(at, which):
    return array(figures(at)[which][0]["z"])


def _shares(at, which):
    return np.array([array(trace["y"]) for trace in figures(at)[which]])


def test_hidden_numbers_fill_as_far_as_the_window_was_read(chapter, window):
    at = chapter(1, **WHERE)
    h = unroll(models.network("tensor"), window).h.reshape(8, 16).T
    plain = models.plain_lstm().states(window).T
    for which, whole in ((ENTERING, window.T), (IMV, h), (PLAIN, plain)):
        shown = _heat(at, which)
        assert shown[:, :5] == pytest.approx(whole[:, :5], abs=1e-6)
        assert np.isnan(shown[:, 5:]).all()


def test_units_are_moved_by_one_variable_or_by_all_as_the_core_measures(chapter, window):
    at = chapter(1, **WHERE)
    own, mixed = _shares(at, REACH_IMV), _shares(at, REACH_PLAIN)
    assert own == pytest.approx(reach(models.network("tensor").cell, window[:5]).reshape(4, 16))
    assert mixed == pytest.approx(reach(models.plain_lstm().cell, window[:5]))
    assert np.array_equal(own, np.repeat(np.eye(4), 4, axis=1))
    assert (mixed > 0).all()


def test_a_unit_of_tensor_hears_exactly_one_variable_in_every_window_at_every_step():
    cell = models.network("tensor").cell
    for number in range(1, 101):
        window = models.window("tensor", number).scaled
        for step in (1, 5, 8):
            assert np.all((reach(cell, window[:step]) > 0).sum(axis=0) == 1)


def test_inside_a_step_the_parts_are_the_cores_and_add_up(chapter, window):
    at = chapter(1, **WHERE)
    steps = unroll(models.network("tensor"), window)
    x, j, i, f, before, c, o, h = _heat(at, GATES).T
    assert x == pytest.approx(np.full(4, window[4, 3]))
    for shown, kept in zip((j, i, f, c, o, h), "jifcoh", strict=True):
        assert shown == pytest.approx(getattr(steps, kept)[4, 3], abs=1e-6)
    assert c == pytest.approx(f * before + i * j, abs=1e-6)
    worked = next(m.value for m in at.markdown if "Of unit 1" in m.value)
    assert rf"= {o[0]:.2f} \cdot \tanh({c[0]:.2f}) = {h[0]:.2f}" in worked


def test_the_buttons_read_one_step_more_or_less_and_end_at_the_window(chapter):
    at = chapter(1, step="7")
    at.button(key="learn-step-Later").click().run()
    assert at.slider(key="learn-step").value == 8
    assert at.button(key="learn-step-Later").disabled
    assert not np.isnan(_heat(at, IMV)).any()
    at.button(key="learn-step-Earlier").click().run()
    assert at.slider(key="learn-step").value == 7
    at = chapter(1, step="1")
    assert at.button(key="learn-step-Earlier").disabled
    assert np.isnan(_heat(at, IMV)[:, 1:]).all()
    assert (_heat(at, GATES)[:, 4] == 0).all()  # there is no cell before the first step


def test_touching_a_control_moves_the_figures(chapter):
    at = chapter(1)
    before = [_heat(at, which) for which in (ENTERING, IMV, GATES)]
    at.slider(key="learn-window").set_value(100)
    at.button_group(key="learn-variable").set_value("x1")
    at.run()
    assert not at.exception
    for shown, which in zip(before, (ENTERING, IMV, GATES), strict=True):
        assert not np.array_equal(shown, _heat(at, which), equal_nan=True)


def test_the_right_answer_is_what_the_core_says(chapter, snippet):
    moved = snippet("rows")["moved"]
    assert f"{moved['imv']} in IMV-LSTM, all {moved['plain']} in the plain LSTM" == RIGHT
    at = chapter(1, step="8")
    assert (_shares(at, REACH_IMV)[1] > 0).sum() == moved["imv"]
    assert (_shares(at, REACH_PLAIN)[1] > 0).sum() == moved["plain"] == 16
    at.radio(key="learn-answer-rows").set_value("All 16, in both").run()
    assert "Not quite" in at.error[0].value
    at.radio(key="learn-answer-rows").set_value(RIGHT).run()
    assert "Right" in at.success[0].value
