"""The pages Forecast and Explain answer to their controls in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import eventually, pick


def _traces(page: Page, text: str) -> dict:
    """Names, kinds and lengths of what is drawn in the figure whose text alternative holds that."""
    drawn = page.evaluate(
        """text => {
            const label = [...document.querySelectorAll('[aria-label]')]
                .find(e => e.getAttribute('aria-label').includes(text)
                    && e.querySelector('.js-plotly-plot .main-svg'));
            const plot = label?.querySelector('.js-plotly-plot');
            return plot && {
                names: plot._fullData.map(t => t.name),
                types: plot._fullData.map(t => t.type),
                lengths: plot._fullData.map(t => (t.y || t.z || []).length),
                range: plot._fullLayout.xaxis.range,
                groups: Array.from(plot._fullData[0].x || []),
            };
        }""",
        text,
    )
    assert drawn, f"There is no figure of {text!r}."
    return drawn


@pytest.mark.parametrize("page", ["/forecast"], indirect=True)
def test_errors_by_the_calendar(page):
    pick(page, "Errors by", "weekday")
    expect(page.get_by_text("largest in weekday")).to_be_visible()

    @eventually(page)
    def _weekdays_are_drawn():
        assert _traces(page, "largest in weekday")["groups"][0] == "Mon"


@pytest.mark.parametrize("page", ["/forecast"], indirect=True)
def test_the_range_slider_moves_through_the_whole_test_part(page):
    drawn = _traces(page, "forecast 1 step")
    assert {"50% interval", "90% interval"} <= set(drawn["names"])
    assert max(drawn["lengths"]) > 6_000
    box = page.locator(".rangeslider-slidebox").first
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 200, y, steps=4)
    page.mouse.up()

    @eventually(page)
    def _some_weeks_before_are_shown():
        assert _traces(page, "forecast 1 step")["range"][1] < drawn["range"][0]


@pytest.mark.parametrize("page", ["/explain"], indirect=True)
def test_importance_by_the_calendar_and_as_a_map(page):
    pick(page, "Importance by", "weekday")
    expect(page.get_by_text("By weekday the importance of")).to_be_visible()

    @eventually(page)
    def _weekdays_are_drawn():
        days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        assert _traces(page, "By weekday")["groups"] == days

    pick(page, "Draw as", "Heatmap")
    expect(page.locator(".heatmaplayer image")).to_have_count(4)

    @eventually(page)
    def _time_is_a_map():
        assert _traces(page, "Over time the importance")["types"] == ["heatmap"]


@pytest.mark.parametrize("page", ["/explain"], indirect=True)
def test_a_stretch_is_chosen_with_the_keyboard_down_to_single_windows(page):
    end = page.get_by_role("slider").last
    end.focus()
    end.press("Home")  # to the other end: as short as can be
    expect(page.get_by_text("window by window")).to_be_visible()


@pytest.mark.parametrize("page", ["/explain"], indirect=True)
def test_the_order_of_variables_is_that_of_all_figures(page):
    page.get_by_label("Order of variables", exact=True).click()
    page.get_by_role("option", name="by name").click()

    @eventually(page)
    def _all_are_sorted():
        rows = page.evaluate(
            """() => [...document.querySelectorAll('.js-plotly-plot')]
                .map(plot => plot._fullLayout?.yaxis.ticktext).filter(Boolean)
                .map(names => Array.from(names))"""
        )
        assert len(rows) == 4
        assert all(names == sorted(names, key=str.casefold) for names in rows)
