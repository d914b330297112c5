"""What the dashboard is for, by hand in a real browser."""

import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from imv_core.synthetic.worlds import additive_lags
from tests.browser.conftest import eventually, go, heatmaps, opened, settle


@pytest.fixture(scope="module")
def csv() -> bytes:
    """Planted drivers x2, x5 and x7; a name that would be HTML; German separators."""
    frame = additive_lags(rows=1_500, seed=1).frame.rename(columns={"x1": "<b>x1</b>"})
    return frame.to_csv(sep=";", decimal=",").encode("utf-16")


def _set_number(page: Page, label: str, value: int) -> None:
    box = page.get_by_role("spinbutton", name=label)
    box.fill(str(value))
    box.press("Enter")
    settle(page)


def _start_a_long_training(page: Page, epochs: int) -> None:
    """Over hidden states, from random weights: a start from regression may end at once."""
    page.get_by_text("More settings").click()
    _set_number(page, "Maximum epochs", epochs)
    page.get_by_text("hidden states (the paper's)").click()
    expect(page.get_by_role("radio", name="hidden states (the paper's)")).to_be_checked()
    settle(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("left at most")


def _epoch(page: Page) -> int:
    found = re.search(r"epoch (\d+)", page.get_by_test_id("stProgress").inner_text())
    return int(found[1]) if found else 0


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_upload_train_watch_stop_and_see_why(page, csv):
    upload = page.get_by_test_id("stFileUploaderDropzoneInput")
    upload.set_input_files({"name": "mine.csv", "mimeType": "text/csv", "buffer": csv})
    expect(page.get_by_role("heading", name="mine.csv")).to_be_visible()
    expect(page.get_by_text("decimal comma")).to_be_visible()
    expect(page.get_by_text("UTF-16")).to_be_visible()

    go(page, "Explain")
    expect(page.get_by_text("There is no model for this data yet.")).to_be_visible()

    go(page, "Train")
    _start_a_long_training(page, 400)
    first = _epoch(page)

    @eventually(page)
    def _it_goes_on():
        assert _epoch(page) > first + 2

    expect(page.get_by_text("is the best so far by validation loss")).to_be_visible()

    settle(page)
    page.get_by_role("button", name="Stop, keep the best epoch so far").click()
    expect(page.get_by_text("Stopped: y, mine.csv")).to_be_visible()
    expect(page.get_by_text("the weights are those of epoch")).to_be_visible()

    go(page, "Forecast")
    expect(page.get_by_text("IMV-LSTM ranks")).to_be_visible()

    @eventually(page)
    def _the_forecast_is_drawn():
        names = page.evaluate(
            """() => document.querySelector('.js-plotly-plot')
                ?._fullData?.map(trace => trace.name) ?? []"""
        )
        assert {"actual", "forecast", "beyond the last row"} <= set(names)

    go(page, "Explain")

    @eventually(page)
    def _shares_sum_to_one():
        by_hour, temporal, joint = (np.array(z) for z in heatmaps(page, 3))
        np.testing.assert_allclose(by_hour.sum(axis=0), 1, atol=1e-4)
        assert temporal.shape == joint.shape == (9, 10)
        np.testing.assert_allclose(temporal.sum(axis=1), 1, atol=1e-4)
        assert joint.sum() == pytest.approx(1, abs=1e-4)

    assert page.locator(".js-plotly-plot b").count() == 0  # a name stays a name


def test_the_sample_goes_through_all_pages(page):
    expect(page.get_by_role("heading", name="What drives pm2.5?")).to_be_visible()

    @eventually(page)
    def _two_maps_are_drawn():
        assert [np.shape(z) for z in heatmaps(page, 2)] == [(8, 10), (8, 10)]

    expect(page.get_by_text("carries")).to_be_visible()
    figures = {"Data": 1, "Train": 2, "Forecast": 5, "Explain": 5, "Explore": 3, "Overview": 4}
    for name, count in figures.items():
        go(page, name)
        expect(page.locator(".js-plotly-plot")).to_have_count(count)
    page.get_by_role("button", name="What is this?").first.click()
    expect(page.get_by_text("locally weighted split conformal prediction")).to_be_visible()


@pytest.mark.parametrize("page", ["/explain"], indirect=True)
def test_the_numbers_behind_a_figure_come_as_csv(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).first.click()
    text = download.value.path().read_text()
    assert text.startswith("variable,importance,low,high,")
    assert len(text.splitlines()) == 9


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_a_reload_in_the_middle_of_a_training_finds_it_again(page):
    page.get_by_role("button", name="Planted lags").click()
    expect(page.get_by_role("heading", name="planted_lags.csv")).to_be_visible()
    go(page, "Train")
    _start_a_long_training(page, 300)
    before = _epoch(page)
    page.reload()
    opened(page)
    expect(page.get_by_test_id("stProgress")).to_contain_text("left at most")
    assert _epoch(page) >= before
    settle(page)
    page.get_by_role("button", name="Stop, keep the best epoch so far").click()
    expect(page.get_by_text("Stopped: y, planted")).to_be_visible()


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_a_picture_named_csv_gets_one_sentence(page):
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "photo.csv", "mimeType": "text/csv", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(99)}
    )
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    expect(page.get_by_test_id("stAlert")).to_contain_text("photo.csv")
    expect(page.get_by_role("heading", name="beijing_pm25.csv")).to_be_visible()
