"""The page Data by hand: files in, what is done about them, and the split moved on the plot."""

import io

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import eventually, go, settle


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    times = pd.date_range("2024-01-01", periods=1_000, freq="h", name="time")
    return pd.DataFrame(rng.normal(size=(1_000, 3)), times, ["load", "<i>wind</i>", "sun"])


def _upload(page: Page, **files: bytes) -> None:
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        [
            {"name": name.replace("_", "."), "mimeType": "text/csv", "buffer": data}
            for name, data in files.items()
        ]
    )


def _lines(page: Page) -> list[str]:
    """Where the parts begin, as the plot in the browser has it."""
    return page.evaluate(
        """() => [...new Set(document.querySelector('.js-plotly-plot')
            .layout.shapes.map(shape => String(shape.x0)))].sort()"""
    )


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_a_workbook_is_read_its_split_moved_by_keyboard_and_its_rows_resampled(page, frame):
    book = io.BytesIO()
    frame.to_excel(book, sheet_name="hours")
    _upload(page, mine_xlsx=book.getvalue())
    expect(page.get_by_role("heading", name="mine.xlsx")).to_be_visible()
    expect(page.get_by_text("is read as a workbook, sheet 'hours'")).to_be_visible()
    expect(page.locator(".js-plotly-plot i")).to_have_count(0)  # a name stays a name

    settle(page)
    before = _lines(page)
    page.get_by_role("slider").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("670 rows from")).to_be_visible()

    @eventually(page)
    def _only_the_middle_line_has_moved():
        after = _lines(page)
        assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]

    page.get_by_text("Use the target's own past too").click()
    settle(page)
    page.get_by_role("button", name="Resample", exact=False).first.click()
    page.get_by_role("button", name="Resample the table").click()
    expect(page.get_by_role("heading", name="mine.xlsx, mean of each 2 hours")).to_be_visible()
    expect(page.get_by_text("1,000 rows were brought to 500 rows")).to_be_visible()
    expect(page.get_by_role("switch", name="Use the target's own past too")).not_to_be_checked()
    page.get_by_role("button", name="Undo the resampling").click()
    expect(page.get_by_role("heading", name="mine.xlsx", exact=True)).to_be_visible()
    go(page, "Train")
    expect(page.get_by_text("from 2 variables")).to_be_visible()


@pytest.mark.parametrize("page", ["/data"], indirect=True)
def test_two_files_uploaded_together_are_one_table(page, frame):
    _upload(page, a_csv=frame[:600].to_csv().encode(), b_csv=frame[600:].to_csv().encode())
    expect(page.get_by_role("heading", name="a.csv and 1 more")).to_be_visible()
    expect(page.get_by_text("2 files were put below one another")).to_be_visible()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("1,000")
