"""The page Train by hand: presets, the queue, going on, and looking after the runs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import eventually, go, settle

HEAD, ROW = 35, 35  # pixels of the list of runs
UNCHECKED = re.compile("Not checked yet|Being checked")


@pytest.fixture
def train(page):
    """The page Train on the planted sample."""
    page.get_by_role("button", name="Planted lags").click()
    expect(page.get_by_role("heading", name="planted_lags.csv")).to_be_visible()
    go(page, "Train")
    return page


def _set(page: Page, label: str, value: float) -> None:
    box = page.get_by_role("spinbutton", name=label)
    box.fill(str(value))
    box.press("Enter")
    settle(page)


def _press(page: Page, name: str) -> None:
    settle(page)  # a button that is still moved by what is drawn above it would be missed
    main = page.get_by_test_id("stMain")
    main.get_by_role("button", name=name, exact=True).first.click()
    settle(page)


def _choose(page: Page, *rows: int) -> None:
    """Rows of the list; it is a canvas."""
    grid = page.get_by_test_id("stDataFrame").first
    for row in rows:
        grid.click(position={"x": 15, "y": HEAD + ROW * row + ROW // 2})
        settle(page)


def _until_checked(page: Page) -> None:
    """The checks that follow a training are over: they redraw the page while they go on."""
    expect(page.get_by_text("See what drives them").first).to_be_visible()
    expect(page.get_by_text(UNCHECKED)).to_have_count(0)
    expect(page.get_by_text("Also running")).to_have_count(0)
    settle(page)


def _epochs(page: Page) -> int:
    return int(re.search(r"epoch (\d+)", page.get_by_test_id("stProgress").inner_text())[1])


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_a_preset_sets_what_is_under_the_fold_and_a_change_makes_it_custom(train):
    train.get_by_text("More settings").click()
    train.get_by_text("The paper's", exact=True).click()
    expect(train.get_by_role("radio", name="hidden states (the paper's)")).to_be_checked()
    expect(train.get_by_role("spinbutton", name="Maximum epochs")).to_have_value("20")
    settle(train)
    _set(train, "Hidden units per variable", 4)
    expect(train.get_by_role("radio", name="Custom")).to_be_checked()
    go(train, "Explain")
    go(train, "Train")
    expect(train.get_by_role("radio", name="Custom")).to_be_checked()
    train.get_by_text("Balanced", exact=True).click()
    expect(train.get_by_role("radio", name="Custom")).to_have_count(0)


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_two_trainings_queue_are_stopped_gone_on_with_compared_deleted_and_brought_back(train):
    page = train
    page.get_by_text("More settings").click()
    page.get_by_text("hidden states (the paper's)").click()
    settle(page)
    small = {"Lookback": 4, "Hidden units per variable": 4}  # so that it is soon checked
    for label, value in {**small, "Maximum epochs": 500, "Early-stopping patience": 500}.items():
        _set(page, label, value)
    _press(page, "Train")
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text("left at most")
    _set(page, "Lookback", 3)
    _press(page, "Train")
    expect(progress.first).to_contain_text("Next in the queue, behind y, planted_lags")

    _press(page, "Remove from the queue")
    expect(page.get_by_text("It was taken out of the queue.")).to_be_visible()
    _press(page, "Stop, keep the best epoch so far")
    _press(page, "Stop")  # the checks that follow
    expect(page.get_by_text("Also running")).to_have_count(0)

    _choose(page, 1)  # the first training; the list has the newest on top
    _press(page, "Open")
    expect(page.get_by_text("epochs; the weights are those of").first).to_be_visible()
    done = int(re.search(r"(\d+) epochs; the weights", page.inner_text("body"))[1])
    _press(page, "Continue training")
    expect(progress).to_contain_text("left at most")
    assert _epochs(page) > done
    _press(page, "Stop, keep the best epoch so far")
    expect(page.get_by_text("Stopped: y, planted_lags.csv")).to_be_visible()
    _until_checked(page)

    _choose(page, 1)
    name = page.get_by_role("textbox", name="Name")
    name.fill("<b>mine</b>")
    name.press("Enter")
    _press(page, "Rename")
    expect(page.get_by_text("Stopped: <b>mine</b>")).to_be_visible()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("<b>mine</b>")  # still chosen
    _choose(page, 0)
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(page.get_by_text("has no model yet")).to_be_visible()
    _choose(page, 1)  # no longer

    _press(page, "Delete")
    expect(page.get_by_text("Deleted: y, planted_lags.csv")).to_be_visible()
    expect(page.get_by_text("Deleted runs (1)")).to_be_visible()
    _press(page, "Bring back")
    expect(page.get_by_text("Deleted runs")).to_have_count(0)


@pytest.mark.parametrize("page", ["/train"], indirect=True)
def test_two_models_of_one_table_are_compared(page):
    page.get_by_text("Load a model file that somebody sent").click()
    with page.expect_download() as download:
        _press(page, "Download the model")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(download.value.path())
    _press(page, "Use it on the open data")
    expect(page.get_by_text("Finished: pm2.5, from")).to_be_visible()
    settle(page)
    _choose(page, 0, 1)
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(page.get_by_text("Both rely most on pm2.5")).to_be_visible()
    expect(page.get_by_text("Their settings are the same.")).to_be_visible()

    @eventually(page)
    def _their_bars_are_the_same():
        mine, theirs = page.evaluate(
            """() => [...document.querySelectorAll('.js-plotly-plot')].at(-1)
                ._fullData.filter(trace => trace.type === 'bar')
                .map(trace => Array.from(trace.x))"""
        )
        # one was computed here, the other where the sample was trained
        assert mine == pytest.approx(theirs, abs=1e-6)
