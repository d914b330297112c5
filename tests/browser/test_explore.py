"""One forecast by hand in a real browser: clicked, typed, stepped to, and changed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settle


def _plot(page: Page, key: str):
    return page.locator(f".st-key-figure-{key} .js-plotly-plot")


def _point(page: Page, key: str, trace: str, place: int) -> tuple[float, float]:
    """Where a point of a trace lies on the screen.

    The trace is the first whose mode is `trace`.
    """
    plot = _plot(page, key)
    plot.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    return plot.evaluate(
        """(g, [mode, k]) => {
            const trace = g._fullData.find(t => t.mode === mode && t.marker.opacity === 0);
            const box = g.getBoundingClientRect(), full = g._fullLayout;
            const x = full.xaxis.d2p(trace.x[k]), y = full.yaxis.d2p(trace.y[k]);
            return [box.x + full.xaxis._offset + x, box.y + full.yaxis._offset + y, trace.x[k]];
        }""",
        [trace, place],
    )


def _at(page: Page) -> str:
    return re.search(r"at=([^&]+)", page.url)[1].replace("%3A", ":")


def _title(page: Page):
    return page.get_by_role("heading", level=5).filter(has_text="was forecast to be")


@pytest.mark.parametrize("page", ["/explore"], indirect=True)
def test_a_forecast_is_found_by_click_key_date_and_error_and_its_link_leads_back(page):
    expect(_title(page)).to_contain_text("2014-12-31 23:00")

    x, y, time = _point(page, "around", "markers", 30)
    page.mouse.click(x, y)
    expect(_title(page)).to_contain_text(str(time)[:16].replace("T", " "))
    settle(page)
    clicked = _at(page)

    page.keyboard.press("Alt+n")
    page.wait_for_function("at => !location.href.includes(encodeURIComponent(at))", arg=clicked)
    settle(page)
    page.keyboard.press("Alt+p")
    page.wait_for_function("at => location.href.includes(encodeURIComponent(at))", arg=clicked)
    settle(page)

    hour = page.get_by_test_id("stDateTimeInput").get_by_role("spinbutton", name=re.compile("hour"))
    hour.click()
    page.keyboard.type("07")
    page.keyboard.press("Enter")
    expect(_title(page)).to_contain_text(clicked[:10] + " 07:00")
    settle(page)

    page.get_by_role("combobox", name=re.compile("largest errors")).click()
    page.get_by_role("option", name=re.compile(r"^3\. ")).click()
    settle(page)
    third = _at(page)
    assert third != clicked
    headings = page.get_by_role("heading", level=5).all_inner_texts()

    other = page.context.new_page()
    other.goto(page.url)
    expect(_title(other)).to_contain_text(third.replace("T", " "))
    settle(other)
    assert other.get_by_role("heading", level=5).all_inner_texts() == headings
    assert _at(other) == third


@pytest.mark.parametrize("page", ["/explore"], indirect=True)
def test_a_cell_of_the_map_is_found_in_its_series(page):
    x, y, lag = _point(page, "window_attention", "markers", 13)  # the second variable
    page.mouse.click(x, y)
    said = page.get_by_role("heading", level=5).filter(has_text=f"DEWP at lag {lag},")
    expect(said).to_be_visible()
    expect(_plot(page, "cell")).to_be_visible()


@pytest.mark.parametrize("page", ["/explore"], indirect=True)
def test_a_changed_value_moves_the_forecast(page):
    page.get_by_text("What if it had seen other values?").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()
    settle(page)
    grid = page.get_by_test_id("stDataFrame").locator("canvas").first
    cell = page.locator("#portal input")
    for _ in range(8):  # the grid moves while figures above it are drawn
        page.wait_for_timeout(1_500)
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        page.mouse.click(box["x"] + 200, box["y"] + 52)  # the first value of the target
        page.keyboard.press("Enter")
        page.wait_for_timeout(1_000)
        if cell.count():
            break
    cell.fill("500")
    page.keyboard.press("Enter")
    said = page.get_by_text(re.compile(r"Setting pm2.5 at lag 10 from \S+ to 500 "))
    expect(said).to_contain_text("the forecast of pm2.5")
    page.get_by_role("button", name="Freeze", exact=True).click()
    expect(page.get_by_text(re.compile("Holding pm2.5 at"))).to_be_visible()
    expect(_plot(page, "what_if_attention")).to_have_count(1)  # the one before is gone
    expect(_plot(page, "what_if_attention")).to_be_visible()
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()
