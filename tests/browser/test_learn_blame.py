"""Chapter 5 of the page Learn in a real browser: every control, held against the core."""

import pytest
from playwright.sync_api import expect

from dashboard.pages.learn import models
from tests.browser.conftest import drawn, eventually, in_address, pick, press


@pytest.mark.parametrize("page", ["/learn?chapter=5"], indirect=True)
def test_importance_forms_and_an_objective_repairs_the_forecast_and_the_address_holds_it(page):
    press(page, "Epoch", "ArrowRight", 6)
    course = models.blame_by_epoch()
    boxes = [f"{share:.3f}" for share in course.loc[7, list(models.CHANCES)]]
    expect(page.get_by_test_id("stMetricValue")).to_have_text(boxes)
    pick(page, "Objective", "balanced")
    title = page.get_by_role("heading", name="Trained by balanced")
    expect(title).to_be_visible()
    forecasts = models.forecasts("chorus_balanced")["forecast"]

    @eventually(page)
    def _the_lines_are_the_cores():
        lines = drawn(page, "blame-importance", "y")[: len(models.CHANCES)]
        assert lines == [pytest.approx(course[name]) for name in models.CHANCES]
        assert drawn(page, "blame-chorus", "y")[0] == pytest.approx(forecasts)

    question = page.locator(".st-key-ask-blame")
    question.get_by_text("Epoch 14").click()
    expect(question.get_by_text("Not quite.")).to_be_visible()
    question.get_by_text("Epoch 7").click()
    expect(question.get_by_text("Right.")).to_be_visible()
    in_address(page, epoch="7", objective="balanced")
