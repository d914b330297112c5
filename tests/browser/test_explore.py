"""One forecast by hand in a real browser: clicked, typed, stepped to, and changed."""

import re
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import eventually, in_address, reopen, settle


def _plot(page: Page, key: str):
    return page.locator(f".st-key-figure-{key} .js-plotly-plot")


def _point(page: Page, key: str, trace: str, place: int) -> tuple[float, float]:
    """Where a point of a trace lies on the screen.

    The trace is the first whose mode is `trace`.
    """
    plot = _plot(page, key)
    plot.scroll_into_view_if_needed()
    settle(page)
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
    return unquote(re.search(r"at=([^&]+)", page.url)[1])


def _title(page: Page):
    return page.get_by_role("heading", level=5).filter(has_text="was forecast to be")


@pytest.mark.parametrize("page", ["/explore"], indirect=True)
def test_a_forecast_is_found_by_click_key_date_and_error_and_its_link_leads_back(page):
    expect(_title(page)).to_contain_text("2014-12-31 23:00")

    x, y, time = _point(page, "around", "markers", 30)
    page.mouse.click(x, y)
    clicked = str(time)[:16]
    expect(_title(page)).to_contain_text(clicked.replace("T", " "))
    in_address(page, at=quote(clicked))
    settle(page)

    page.keyboard.press("Alt+n")
    expect(page).not_to_have_url(re.compile(quote(clicked)))
    settle(page)
    page.keyboard.press("Alt+p")
    in_address(page, at=quote(clicked))
    settle(page)

    hour = page.get_by_test_id("stDateTimeInput").get_by_role("spinbutton", name=re.compile("hour"))
    hour.click()
    page.keyboard.type("07")
    page.keyboard.press("Enter")
    typed = f"{clicked[:10]}T07:00"
    expect(_title(page)).to_contain_text(typed.replace("T", " "))
    in_address(page, at=quote(typed))
    settle(page)

    page.get_by_role("combobox", name=re.compile("largest errors")).click()
    page.get_by_role("option", name=re.compile(r"^3\. ")).click()
    expect(page).not_to_have_url(re.compile(quote(typed)))
    third = _at(page)
    expect(_title(page)).to_contain_text(third.replace("T", " "))
    settle(page)
    headings = page.get_by_role("heading", level=5).all_inner_texts()

    other = reopen(page)
    expect(_title(other)).to_contain_text(third.replace("T", " "))
    expect(other.get_by_role("heading", level=5)).to_have_text(headings)
    assert _at(other) == third


@pytest.mark.parametrize("page", ["/explore"], indirect=True)
def test_a_cell_of_the_map_is_found_in_its_series(page):
    x, y, lag = _point(page, "window_contribution", "markers", 13)  # the second variable
    page.mouse.click(x, y)
    said = page.get_by_role("heading", level=5).filter(has_text=f"DEWP at lag {lag},")
    expect(said).to_be_visible()
    expect(_plot(page, "cell")).to_be_visible()


@pytest.mark.parametrize("page", ["/explore"], indirect=True)
def test_a_changed_value_moves_the_forecast(page):
    page.get_by_text("What if the values had been different?").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()
    grid = page.get_by_test_id("stDataFrame").first
    cell = page.locator("#portal input")

    @eventually(page)
    def _the_first_value_of_the_target_is_open():  # the grid may be drawn once more
        settle(page)
        grid.click(position={"x": 200, "y": 52})
        page.keyboard.press("Enter")
        expect(cell).to_be_visible(timeout=2_000)

    cell.fill("500")
    page.keyboard.press("Enter")
    said = page.get_by_text(re.compile(r"Setting pm2.5 at lag 10 from \S+ to 500 "))
    expect(said).to_contain_text("the forecast of pm2.5")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text(re.compile("Setting all values of pm2.5 to"))).to_be_visible()

    @eventually(page)
    def _the_map_before_is_gone_and_the_new_one_drawn():
        assert [plot.is_visible() for plot in _plot(page, "what_if_attention").all()] == [True]

    page.get_by_role("button", name="Reset all values").click()
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()
