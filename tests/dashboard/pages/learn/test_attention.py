"""Chapter 3 of the page Learn: scores are raised, and weights and the forecast move."""

import numpy as np
import pytest

from dashboard.pages.learn import models
from imv_core.inspect.attending import attend, tanh_cap
from tests.dashboard.pages.learn.conftest import array, figures

WHERE = {
    "window": "4",
    "variable": "x5",
    "lag": "6",
    "raise": "5.5",
    "raise_variable": "-2",
    "tanh": "true",
}
SCORES, ALPHA, PI, FORECAST, CAP = range(5)


def _attend(window=4, **changes):
    return attend(models.network("tensor"), models.window("tensor", window).scaled, **changes)


def _trace(at, which, number, axis="y"):
    return array(figures(at)[which][number][axis])


def _forecasts(at):
    return [float(metric.value) for metric in at.metric]


def test_the_link_leads_to_a_position_and_the_figures_are_the_cores(chapter):
    at = chapter(3, **WHERE)
    before = _attend()
    after = _attend(raised={(2, 6): 5.5}, raised_logits={2: -2.0}, squashed=True)
    for number, attending in enumerate((before, after)):
        assert _trace(at, SCORES, number) == pytest.approx(attending.scores[2], abs=1e-6)
        assert _trace(at, PI, number) == pytest.approx(attending.pi, abs=1e-6)
    shown = array(figures(at)[ALPHA][0]["z"])
    assert shown[:, ::-1] == pytest.approx(after.alpha, abs=1e-6)
    one = models.window("tensor", 4)
    unit = models.model("tensor").fitted.scaling.spread[0]
    means = [one.base[0] + attending.mean * unit for attending in (before, after)]
    assert _trace(at, FORECAST, 0, "x") == pytest.approx(means[0])
    assert _trace(at, FORECAST, 1, "x") == pytest.approx(means[1])
    forecasts = [one.forecast[0], one.base[0] + after.forecast * unit, one.window.actual[0]]
    assert _forecasts(at) == pytest.approx(forecasts, abs=0.051)
    assert _trace(at, CAP, 2) == pytest.approx([after.alpha[2].max(), after.pi.max()])


def test_untouched_all_is_as_the_trained_network_has_it(chapter):
    at = chapter(3)
    one = models.window("tensor", 1)
    for which in (SCORES, PI):
        assert np.array_equal(_trace(at, which, 0), _trace(at, which, 1))
    assert array(figures(at)[ALPHA][0]["z"])[:, ::-1] == pytest.approx(one.attention[0], abs=1e-6)
    assert _trace(at, PI, 0) == pytest.approx(one.weight[0], abs=1e-6)
    assert _forecasts(at)[0] == _forecasts(at)[1] == pytest.approx(one.forecast[0], abs=0.051)
    assert at.button(key="learn-untouched").disabled


def test_every_control_moves_what_it_should_and_one_button_undoes_it(chapter):
    at = chapter(3)
    at.slider(key="learn-raise").set_value(8.0).run()
    raised = array(figures(at)[ALPHA][0]["z"])
    assert raised[1, 2] > 0.99  # x2 at lag 3
    at.slider(key="learn-lag").set_value(5).run()
    moved = array(figures(at)[ALPHA][0]["z"])
    assert moved[1].argmax() == 4  # the same amount, at another lag
    assert np.array_equal(moved[[0, 2, 3]], raised[[0, 2, 3]])
    at.slider(key="learn-raise_variable").set_value(8.0).run()
    assert _trace(at, PI, 1)[1] > 0.99
    assert _forecasts(at)[1] == pytest.approx(_trace(at, FORECAST, 1, "x")[1], abs=0.5)
    at.toggle(key="learn-tanh").set_value(True).run()
    assert _trace(at, CAP, 2)[0] < tanh_cap(8)
    assert _trace(at, CAP, 2)[1] < tanh_cap(4)
    at.button(key="learn-untouched").click().run()
    assert not at.exception
    assert np.array_equal(_trace(at, PI, 0), _trace(at, PI, 1))


@pytest.mark.parametrize("end", ["-8", "8"])
def test_at_the_ends_of_the_controls_weights_still_sum_to_one(chapter, end):
    at = chapter(3, lag="8", variable="x1", raise_variable=end, **{"raise": end}, window="100")
    assert array(figures(at)[ALPHA][0]["z"]).sum(axis=1) == pytest.approx(np.ones(4))
    assert _trace(at, PI, 1).sum() == pytest.approx(1)


def test_the_right_answer_is_the_cap_and_stands_in_the_figure(chapter):
    at = chapter(3)
    choices, cap = _trace(at, CAP, 0, "x"), _trace(at, CAP, 0)
    assert cap[list(choices).index(10)] == pytest.approx(tanh_cap(10))
    at.number_input(key="learn-answer-attention").set_value(0.1).run()
    assert "Not quite" in at.error[0].value
    at.number_input(key="learn-answer-attention").set_value(round(float(tanh_cap(10)), 2)).run()
    assert "Right" in at.success[0].value


def test_the_snippet_gives_the_numbers_of_the_page(chapter, snippet):
    taken = snippet("attention")
    for name, position in (("raised", {}), ("squashed", {"tanh": "true"})):
        at = chapter(3, **{"raise": "4"}, **position)
        assert array(figures(at)[ALPHA][0]["z"])[1, 2] == pytest.approx(taken["weights"][name])
        assert _forecasts(at)[:2] == pytest.approx(
            [taken["forecasts"]["trained"], taken["forecasts"][name]], abs=0.051
        )
