"""Chapter 2 of the page Learn in a real browser: every control, held against the core."""

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.pages.learn import models
from imv_core.inspect.poke import leakage, poke
from tests.browser.conftest import eventually, heatmaps, pick, press, reopen


@pytest.mark.parametrize("page", ["/learn"], indirect=True)
def test_a_poke_stays_in_its_row_or_does_not_and_a_link_repeats_it(page):
    page.get_by_role("radiogroup", name="Chapter").get_by_text("Variables stay apart").click()
    pick(page, "Variable", "x5")
    press(page, "Lag", "ArrowRight", 2)  # from 3
    press(page, "By how much", "ArrowLeft", 6)  # from 1 by halves
    press(page, "Window", "ArrowRight")
    expect(page.get_by_role("heading", name="IMV-Full: x5 is poked at lag 5")).to_be_visible()
    changes = [
        poke(models.network(cell).cell, models.window(cell, 2).scaled, 2, 5, -2.0)
        for cell in ("tensor", "full")
    ]

    @eventually(page)
    def _the_maps_are_the_cores():
        shown = [np.array(z, float) for z in heatmaps(page, 2)]
        assert shown == [pytest.approx(change.reshape(8, 16).T, abs=1e-6) for change in changes]
        assert np.all(np.delete(shown[0], range(8, 12), axis=0) == 0)  # exactly, beside x5's row

    share = f"{leakage(changes[1], 2):.1%}"
    expect(page.get_by_test_id("stMetricValue")).to_have_text(["0.0%", share])

    question = page.locator(".st-key-ask-poke")
    question.get_by_text("In all rows, at lags 5 to 1").click()
    expect(question.get_by_text("Not quite.")).to_be_visible()
    question.get_by_text("at lags 5 to 1").first.click()
    expect(question.get_by_text("Right.")).to_be_visible()

    again = reopen(page)
    expect(again.get_by_test_id("stMetricValue")).to_have_text(["0.0%", share])
    expect(again.get_by_role("heading", name="IMV-Full: x5 is poked at lag 5")).to_be_visible()

    page.get_by_role("button", name="3. Attention twice").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("3. Attention twice")
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').scrollTop === 0")
