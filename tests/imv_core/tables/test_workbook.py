"""Workbooks become the tables that their sheets show."""

import io
import zipfile
from datetime import datetime, timedelta

import openpyxl
import pandas as pd
import pytest

from imv_core import TableError, read_table
from imv_core.tables import unpacking

START = datetime(2024, 5, 1)
ROWS = [
    [START + timedelta(hours=i), float(i % 7), i / 2, "on" if i % 2 else "off"] for i in range(60)
]
NAMES = ["time", "load", "2020", "state"]


def book(**sheets: list[list[object]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def error_text(data: bytes, **options: str) -> str:
    with pytest.raises(TableError) as error:
        read_table(data, name="data.xlsx", **options)
    return str(error.value)


def test_a_sheet_is_read_as_the_same_table_in_text_would_be():
    frame = pd.DataFrame(ROWS, columns=NAMES)
    sheet = read_table(book(data=[NAMES, *ROWS]), name="data.xlsx")
    text = read_table(frame.to_csv(index=False).encode(), name="data.csv")
    pd.testing.assert_frame_equal(sheet.frame, text.frame, check_dtype=False)
    assert (sheet.freq, sheet.numeric, sheet.categorical) == (
        text.freq,
        ["load", "2020"],
        ["state"],
    )


def test_the_first_sheet_with_a_table_is_read_and_the_others_are_named():
    data = book(cover=[["A report"]], data=[NAMES, *ROWS], more=[["time", "x"], [START, 1.0]])
    (form,) = [f for f in read_table(data, name="data.xlsx").findings if f.kind == "format"]
    assert form.warning
    assert "sheet 'data'; it has others: 'cover' and 'more'" in form.text


def test_a_sheet_can_be_chosen():
    other = [["time", "a", "b"], *[[row[0], row[1], -row[2]] for row in ROWS]]
    data = book(data=[NAMES, *ROWS], other=other)
    table = read_table(data, name="data.xlsx", sheet="other")
    assert list(table.frame.columns) == ["a", "b"]
    assert not [f for f in table.findings if f.kind == "format" and f.warning]
    assert "has no sheet 'third'. Choose one of 'data' and 'other'" in error_text(
        data, sheet="third"
    )


def test_lines_above_the_names_are_passed_over_and_rows_are_counted_as_the_sheet_does():
    rows = [["Measured in May"], [], NAMES, *ROWS]
    table = read_table(book(data=rows), name="data.xlsx")
    assert len(table.frame) == 60
    rows[3 + 9] = [*ROWS[9][:1], "n/a?", *ROWS[9][2:]]
    assert "text in row 13 of 'data' ('n/a?')" in error_text(book(data=rows))


def test_empty_cells_are_missing_values():
    rows = [list(row) for row in ROWS]
    rows[5][1] = None
    table = read_table(book(data=[NAMES, *rows]), name="data.xlsx")
    assert table.frame["load"].isna().sum() == 1


def test_a_year_that_heads_a_column_is_no_broken_number():
    table = read_table(book(data=[["time", "load", 2020, "state"], *ROWS]), name="data.xlsx")
    assert "2020" in table.frame.columns


@pytest.mark.parametrize(
    ("sheets", "sentence"),
    [
        ({"data": [["only a title"]]}, "'data.xlsx' holds no table"),
        ({"data": [NAMES]}, "'data.xlsx' holds no table"),
        ({"data": []}, "'data.xlsx' holds no table"),
    ],
)
def test_a_workbook_without_a_table_is_one_sentence(sheets, sentence):
    assert sentence in error_text(book(**sheets))


def test_a_sheet_without_a_table_is_named():
    data = book(data=[NAMES, *ROWS], empty=[])
    assert "Sheet 'empty' of 'data.xlsx' holds no table" in error_text(data, sheet="empty")


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_a_workbook_that_was_cut_off_is_one_sentence(cut):
    data = book(data=[NAMES, *ROWS])
    assert error_text(data[: int(len(data) * cut)]).endswith(".")


def test_a_damaged_sheet_is_one_sentence():
    whole, broken = io.BytesIO(book(data=[NAMES, *ROWS])), io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(broken, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            is_sheet = "worksheets" in member
            new.writestr(member, content[: len(content) // 2] + b"<<" if is_sheet else content)
    assert error_text(broken.getvalue()).endswith("CSV.")


def test_a_workbook_that_unpacks_to_more_than_memory_is_refused(monkeypatch):
    monkeypatch.setattr(unpacking, "MAX_BYTES", 1_000)
    assert "holds more than" in error_text(book(data=[NAMES, *ROWS]))


def test_an_office_document_without_sheets_is_one_sentence():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("[Content_Types].xml", "")
        archive.writestr("word/document.xml", "")
    assert "is an Office document without sheets" in error_text(data.getvalue())


def test_a_text_has_no_sheet():
    assert "is no workbook, so it has no sheet 'data'" in error_text(
        b"a,b\n1,2\n2,3\n3,4\n", sheet="data"
    )


def test_cells_too_far_from_one_another_are_refused_before_room_is_made_for_all():
    workbook = openpyxl.Workbook()
    workbook.active.append(NAMES)
    workbook.active["XFD1048576"] = 1
    data = io.BytesIO()
    workbook.save(data)
    assert "cells too far from one another" in error_text(data.getvalue())


@pytest.mark.parametrize("member", ["content.xml", "xl/workbook.bin"])
def test_a_workbook_of_another_kind_is_one_sentence(member):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(member, "")
    assert "is a workbook of another kind" in error_text(data.getvalue())
