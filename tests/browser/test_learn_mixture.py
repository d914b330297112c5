"""Chapter 4 of the page Learn in a real browser: every control, held against the core."""

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.pages.learn import models
from imv_core.inspect.mixing import mix
from tests.browser.conftest import drawn, eventually, in_address, press


@pytest.mark.parametrize("page", ["/learn?chapter=4"], indirect=True)
def test_who_takes_responsibility_follows_y_and_the_address_holds_it(page):
    press(page, "Window", "ArrowRight")
    one = models.window("tensor", 2)
    page.get_by_role("button", name=f"came true ({one.window.actual[0]:.1f})").click()
    y = round(2 * float(one.window.actual[0])) / 2
    title = page.get_by_role("heading", name=f"If y = {y:g} came true")
    expect(title).to_be_visible()
    press(page, "what if this came true", "ArrowRight", 10)
    press(page, "what if this came true", "ArrowLeft", 9)
    title = page.get_by_role("heading", name=f"If y = {y + 0.5:g} came true")
    expect(title).to_be_visible()
    expect(page.get_by_role("heading", name=f"At y = {y + 0.5:g} the bells")).to_be_visible()
    responsible = mix(one, np.array([y + 0.5])).posterior[0]

    @eventually(page)
    def _the_bars_are_the_cores():
        prior, posterior = drawn(page, "mixture-responsibility", "x")
        assert prior == pytest.approx(one.weight[0])
        assert posterior == pytest.approx(responsible)

    question = page.locator(".st-key-ask-mixture")
    given = question.get_by_role("spinbutton")
    given.fill("100")
    given.press("Enter")
    expect(question.get_by_text("Not quite.")).to_be_visible()
    given.fill("126")  # right in window 1, though window 2 is on show
    given.press("Enter")
    expect(question.get_by_text("Right.")).to_be_visible()
    in_address(page, y=f"{y + 0.5:g}")
