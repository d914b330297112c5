"""Chapter 3 of the page Learn in a real browser: every control, held against the core."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.pages.learn import models
from imv_core.inspect.attending import attend
from tests.browser.conftest import eventually, heatmaps, in_address, pick, press


@pytest.mark.parametrize("page", ["/learn?chapter=3"], indirect=True)
def test_raised_scores_move_weights_and_forecast_and_the_address_holds_it(page):
    pick(page, "Variable", "x5")
    press(page, re.compile("^Lag"), "ArrowRight")  # from 3
    press(page, "Raise the score of x5 at lag 4 by", "ArrowRight", 6)  # by halves
    press(page, "Raise the score of x5 by", "ArrowRight", 2)
    press(page, "Window", "ArrowRight")
    page.get_by_text("Scores through tanh").click()
    one, unit = models.window("tensor", 2), models.model("tensor").fitted.scaling.spread[0]
    squashed = attend(models.network("tensor"), one.scaled, {(2, 4): 3.0}, {2: 1.0}, True)
    numbers = [one.forecast[0], one.base[0] + squashed.forecast * unit, one.window.actual[0]]
    shown = [f"{number:.1f}" for number in numbers]
    expect(page.get_by_test_id("stMetricValue")).to_have_text(shown)

    @eventually(page)
    def _the_map_is_the_cores():
        (alpha,) = heatmaps(page, 1)
        assert np.array(alpha)[:, ::-1] == pytest.approx(squashed.alpha, abs=1e-6)

    question = page.locator(".st-key-ask-attention")
    for answer, verdict in (("0.9", "Not quite."), ("0.45", "Right.")):
        question.get_by_role("spinbutton").fill(answer)
        question.get_by_role("spinbutton").press("Enter")
        expect(question.get_by_text(verdict)).to_be_visible()
    in_address(page, variable="x5", lag="4", raise_variable="1", window="2", **{"raise": "3"})
    page.get_by_role("button", name="Back to the trained network").click()
    expect(page.get_by_test_id("stMetricValue")).to_have_text([shown[0], shown[0], shown[2]])
    in_address(page, **{"raise": "0"})
