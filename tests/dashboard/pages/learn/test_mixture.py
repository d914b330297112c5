"""Chapter 4 of the page Learn: a value comes true, and somebody takes responsibility."""

import numpy as np
import pytest

from dashboard.pages.learn import models
from dashboard.pages.learn.mixture.panels import HIGH, LOW
from imv_core.inspect.mixing import mix
from tests.dashboard.pages.learn.conftest import array, figures

VARIABLES = ["x1", "x2", "x5", "x7"]


def _mixing(number, *y):
    return mix(models.window("tensor", number), np.array(y))


def _answer(at, y):
    at.number_input(key="learn-answer-mixture").set_value(y)
    return at.run()


def test_the_link_leads_to_a_position_and_the_figures_are_the_cores(chapter):
    at = chapter(4, window="7", y="72.5")
    left, right = figures(at)
    *parts, total, dots = left
    assert [trace["name"] for trace in parts] == VARIABLES
    told = _mixing(7, *array(total["x"]))
    drawn = np.array([array(trace["y"]) for trace in parts]).T
    assert drawn == pytest.approx(told.parts)
    assert array(total["y"]) == pytest.approx(told.density)
    assert array(dots["y"]) == pytest.approx(_mixing(7, 72.5).parts[0])
    assert set(array(dots["x"])) == {72.5}
    prior, posterior = (array(trace["x"]) for trace in right)
    assert prior == pytest.approx(models.window("tensor", 7).weight[0])
    assert posterior == pytest.approx(_mixing(7, 72.5).posterior[0])
    of_x7 = f"x7 would take {posterior[3]:.0%} of the responsibility; its prior is {prior[3]:.0%}"
    assert any(of_x7 in text.value.replace("\\", "") for text in at.markdown)


def test_a_variable_has_one_colour_in_both_figures(chapter):
    left, right = figures(chapter(4))
    own = [trace["line"]["color"] for trace in left[:4]]
    assert len(set(own)) == 4
    assert left[5]["marker"]["color"] == own
    assert [trace["marker"]["line"]["color"] for trace in right] == [own, own]


def test_a_button_moves_y_to_what_came_true(chapter):
    at = chapter(4, window="3")
    actual = models.window("tensor", 3).window.actual[0]
    at.button(key="learn-came-true").click()
    at.run()
    assert at.slider(key="learn-y").value == pytest.approx(actual, abs=0.25)
    shown = array(figures(at)[1][1]["x"])
    assert shown == pytest.approx(_mixing(3, at.slider(key="learn-y").value).posterior[0])


def test_every_forecast_and_every_truth_lies_within_the_slider():
    for number in range(1, 101):
        one = models.window("tensor", number)
        assert LOW < one.window.actual[0] < HIGH
        assert np.all((one.component_mean > LOW) & (one.component_mean < HIGH))


@pytest.mark.parametrize("y", [LOW, HIGH])
def test_far_from_all_bells_the_widest_takes_everything(chapter, y):
    one = models.window("tensor", 1)
    posterior = array(figures(chapter(4, y=f"{y:g}"))[1][1]["x"])
    assert posterior.argmax() == one.component_spread[0].argmax()
    assert posterior.max() > 0.99


def test_an_answer_is_right_where_the_core_says_so(chapter):
    values = np.arange(LOW, HIGH, 0.5)
    q = _mixing(1, *values).posterior[:, 3]
    right = values[q > 0.9]
    assert 0 < len(right) < 0.25 * len(values)  # seldom guessed
    at = chapter(4, window="9")  # whatever window is on show
    assert "Not quite" in _answer(at, float(right[0] - 1)).error[0].value
    for y in right[[0, -1]]:
        assert "Right" in _answer(at, float(y)).success[0].value
    assert "Not quite" in _answer(at, 1e9).error[0].value


def test_the_snippet_gives_the_numbers_of_the_page(chapter, snippet):
    taken = snippet("mixture")
    prior, posterior = (array(trace["x"]) for trace in figures(chapter(4))[1])
    assert list(taken["prior"]) == VARIABLES
    assert prior == pytest.approx(list(taken["prior"].values()))
    assert posterior == pytest.approx(list(taken["posterior"].values()))
    assert taken["density"] == pytest.approx(sum(array(figures(chapter(4))[0][5]["y"])))
