"""What moves one forecast, and the way from a figure to its checks, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import go, settle


@pytest.mark.parametrize("page", ["/explore"], indirect=True)
def test_a_value_that_moves_the_forecast_is_clicked_and_a_line_leads_to_the_checks(page):
    shown = page.get_by_role("radiogroup", name="What the map shows")
    shown.get_by_text("Attribution", exact=True).click()
    expect(page.get_by_text("would move this forecast most")).to_be_visible()
    plot = page.locator(".st-key-figure-window_attribution .js-plotly-plot")
    plot.scroll_into_view_if_needed()
    settle(page)
    x, y = plot.evaluate(
        """plot => {
            const cells = plot._fullData.find(trace => trace.mode === 'markers');
            const box = plot.getBoundingClientRect(), {xaxis, yaxis} = plot._fullLayout;
            return [box.x + xaxis._offset + xaxis.d2p(cells.x[13]),
                box.y + yaxis._offset + yaxis.d2p(cells.y[13])];
        }"""
    )
    page.mouse.click(x, y)
    said = page.get_by_role("heading", level=5).filter(has_text="DEWP at lag 4,")
    expect(said).to_be_visible()

    checks = page.get_by_test_id("stMain").locator("a[href*=trust]")
    expect(checks.first).to_have_text(re.compile("Not checked yet|Caution|Do not|passed"))
    checks.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Trust")
    go(page, "Explore")  # the choice is kept
    expect(page.get_by_text("would move this forecast most")).to_be_visible()
