"""The page Trust in a real browser: what was checked is seen, and checks are stopped."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from dashboard.paths import SHIPPED_RUN
from imv_core.runs.run import Run
from tests.browser.conftest import eventually, go, heatmaps, settle


@pytest.mark.parametrize("page", ["/trust"], indirect=True)
def test_the_sample_is_judged_and_attention_stands_beside_attribution(page):
    report = Run(SHIPPED_RUN).trust
    expect(page.get_by_test_id("stAlert").first).to_contain_text(report.sentence)
    expect(page.locator("[class*=st-key-check-]")).to_have_count(len(report.checks))
    shares = report.by_variable["attribution"] / report.by_variable["attribution"].sum()
    either = report.by_variable["importance"].combine(shares, max)
    order = either.sort_values(ascending=False).index
    moved = report.lag_attribution / report.lag_attribution.to_numpy().sum()

    @eventually(page)
    def _both_maps_are_the_reports():
        attention, attribution = heatmaps(page, 2)
        np.testing.assert_allclose(attention, report.attention.loc[order], rtol=1e-6)
        np.testing.assert_allclose(np.sort(attribution, axis=0), np.sort(moved, axis=0), rtol=1e-6)

    page.get_by_test_id("stMain").get_by_text("integrated gradients", exact=True).first.click()
    along = report.attributions["integrated_gradients"]
    expected = np.sort(along / along.to_numpy().sum(), axis=0)

    @eventually(page)
    def _the_map_is_that_of_the_other_method():
        np.testing.assert_allclose(np.sort(heatmaps(page, 2)[1], axis=0), expected, rtol=1e-6)

    page.locator(".st-key-check-attention").get_by_role("button", name="Rule").click()
    expect(page.get_by_text("How is this judged?")).to_be_visible()
    expect(page.get_by_text("Wiegreffe")).to_be_visible()


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_checks_follow_a_training_and_are_stopped(page):
    page.get_by_role("button", name="Planted lags").click()
    expect(page.get_by_role("heading", name="planted_lags.csv")).to_be_visible()
    go(page, "Train")
    page.get_by_text("More settings").click()
    # a longer window takes longer to check, so that there is time to stop
    values = {"Lookback: rows per window": 36, "Maximum epochs": 1}
    for label, value in values.items():
        box = page.get_by_role("spinbutton", name=label)
        box.fill(str(value))
        box.press("Enter")
        settle(page)
    page.get_by_test_id("stMain").get_by_role("button", name="Train", exact=True).first.click()
    expect(page.get_by_text("See what drives them").first).to_be_visible()

    go(page, "Trust")
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile(r"\d+ (s|min) left"))
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("It was stopped before its end.")).to_be_visible()
    expect(progress).to_have_count(0)
    expect(page.get_by_role("button", name="Run the checks")).to_be_visible()
    expect(page.get_by_text("not checked yet")).to_be_visible()
