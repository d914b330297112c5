"""The report in a browser: from a file, without a network, whatever the columns are called."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

from dashboard.report import html
from imv_core import IMVForecaster, read_table
from tests.browser.conftest import PATIENCE

CAUGHT = "document.title='caught'"
HOSTILE = [
    f"</script><script>{CAUGHT}</script>",
    f'<img src=x onerror="{CAUGHT}">',
    f"<!--<script>{CAUGHT}//",
    f'" onfocus="{CAUGHT}" autofocus="',
    f'<a href="javascript:{CAUGHT}">b</a>',
]


@pytest.fixture(scope="module")
def hostile_report(tmp_path_factory):
    """Of a table whose names would like to be a page."""
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(300, 5)), columns=HOSTILE)
    table = read_table(frame, name=HOSTILE[0])
    model = IMVForecaster(HOSTILE[1], max_epochs=2, hidden_size=2, lookback=4, horizon=2)
    explanation = model.fit(table).explain(table)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html(model, table, explanation, date(2026, 3, 1)), encoding="utf-8")
    return path


@pytest.fixture
def read(browser):
    """Open a file without a network; fails where the browser complains or asks for anything."""
    contexts, complaints = [], []

    def read(path, **options):
        context = browser.new_context(offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url[:100]))
        page.goto(f"file://{path}")
        return page

    yield read
    for context in contexts:
        context.close()
    assert [c for c in complaints if not c.startswith(("file://", "data:image/"))] == []


def _assert_drawn(page):
    """Every place of a figure holds one, as wide as its place."""
    page.locator("html[data-drawn]").wait_for()
    widths = page.evaluate(
        """() => [...document.querySelectorAll('.chart')].map(place =>
            [place.clientWidth, place.querySelector('.main-svg').clientWidth])"""
    )
    assert len(widths) == int(page.locator("html").get_attribute("data-drawn")) > 8
    assert all(place == figure > 200 for place, figure in widths)
    assert page.locator(".chart[role=img][aria-label]").count() == len(widths)


def test_every_figure_is_drawn_offline_on_a_phone_and_names_do_nothing(read, hostile_report):
    page = read(hostile_report, viewport={"width": 400, "height": 900})
    _assert_drawn(page)
    assert page.title().startswith("What drives <img")
    assert page.evaluate("document.documentElement.scrollWidth") == 400
    page.locator("details", has=page.locator("math")).first.locator("summary").click()
    expect(page.locator("details[open] math").first).to_be_visible()


def test_it_is_light_or_dark_and_printed_on_white(read, hostile_report):
    page = read(hostile_report, color_scheme="dark")
    _assert_drawn(page)
    ink = "() => getComputedStyle(document.querySelector('.chart .xtick text')).fill"
    dark = page.evaluate(ink)
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"dark => ({ink})() !== dark", arg=dark)
    light = page.evaluate(ink)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"dark => ({ink})() === dark", arg=dark)
    on_paper = page.evaluate(f"(dispatchEvent(new Event('beforeprint')), ({ink})())")
    assert on_paper == light


def test_an_old_browser_says_that_it_cannot_draw_and_shows_the_numbers(browser, hostile_report):
    context = browser.new_context(offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    page.goto(f"file://{hostile_report}")
    expect(page.get_by_text("This browser cannot draw the figures.")).to_be_visible()
    expect(page.get_by_role("table", name="Importance of variables")).to_be_visible()
    context.close()


def test_the_button_in_the_sidebar_gives_a_report_that_opens_offline(page, read, tmp_path):
    with page.expect_download() as download:
        page.get_by_test_id("stSidebar").get_by_role("button", name="Report").click()
    assert download.value.suggested_filename == "report.html"
    path = tmp_path / "report.html"
    download.value.save_as(path)
    assert path.stat().st_size < 5_000_000
    report = read(path, viewport={"width": 1440, "height": 900})
    _assert_drawn(report)
    expect(report.get_by_role("heading", level=1)).to_have_text("What drives pm2.5?")
