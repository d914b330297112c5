"""Chapter 1 of the page Learn in a real browser: every control, held against the core."""

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.pages.learn import models
from imv_core.inspect.recurrences import unroll
from tests.browser.conftest import eventually, heatmaps, in_address, pick, press


@pytest.mark.parametrize("page", ["/learn?chapter=1"], indirect=True)
def test_a_window_is_read_step_by_step_and_the_address_holds_it(page):
    press(page, "Window", "ArrowRight")
    press(page, "Steps read", "ArrowLeft")
    expect(page.get_by_role("heading", name="IMV-LSTM after 2 of 8 steps")).to_be_visible()
    for button, steps in (("Later", 3), ("Later", 4), ("Earlier", 3)):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("heading", name=f"after {steps} of 8").first).to_be_visible()
    pick(page, "Variable", "x7")
    expect(page.get_by_role("heading", name="x7 at step 3")).to_be_visible()
    window = models.window("tensor", 2).scaled
    steps = unroll(models.network("tensor"), window)

    @eventually(page)
    def _the_maps_are_the_cores():
        entering, own, plain, gates = (np.array(z, float) for z in heatmaps(page, 4))
        assert entering[:, :3] == pytest.approx(window[:3].T, abs=1e-6)
        assert own[:, :3] == pytest.approx(steps.h[:3].reshape(3, 16).T, abs=1e-6)
        assert plain[:, :3] == pytest.approx(models.plain_lstm().states(window)[:3].T, abs=1e-6)
        assert all(np.isnan(shown[:, 3:]).all() for shown in (entering, own, plain))
        assert gates[:, -1] == pytest.approx(steps.h[2, 3], abs=1e-6)

    question = page.locator(".st-key-ask-rows")
    question.get_by_text("All 16, in both").click()
    expect(question.get_by_text("Not quite.")).to_be_visible()
    question.get_by_text("4 in IMV-LSTM, all 16").click()
    expect(question.get_by_text("Right.")).to_be_visible()
    in_address(page, chapter="1", window="2", step="3", variable="x7")
