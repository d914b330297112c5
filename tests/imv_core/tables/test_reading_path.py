"""A file passes each module of `imv_core.tables` about once on its way to a table."""

import io
import sys
import zipfile
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd
import pytest

from imv_core import read_table, tables

FOLDER = str(Path(tables.__file__).parent)
MOST_RETURNS = 7
HOURS = pd.date_range("2024-01-01", periods=50, freq="h")
FRAME = pd.DataFrame({"time": HOURS, "load": np.sin(range(50)), "wind": np.cos(range(50))})


def text() -> bytes:
    return FRAME.to_csv(index=False).encode()


def archive() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("data.csv", text())
    return data.getvalue()


def workbook() -> bytes:
    data = io.BytesIO()
    FRAME.to_excel(data, index=False)
    return data.getvalue()


def visited(data: bytes) -> list[str]:
    """The modules in which functions are called, one after the other."""
    modules: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        path = frame.f_code.co_filename
        is_new = event == "call" and path.startswith(FOLDER) and modules[-1:] != [path]
        modules.extend([path] if is_new else [])

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        read_table(data, name="data", isolate=False)
    finally:
        sys.setprofile(before)
    return modules


@pytest.mark.parametrize("make", [text, archive, workbook])
def test_the_path_of_a_file_seldom_returns_to_a_module(make):
    modules = visited(make())
    returns = sum(module in modules[:place] for place, module in enumerate(modules))
    assert len(set(modules)) > 8
    assert returns <= MOST_RETURNS


def test_an_archive_is_opened_once(monkeypatch):
    opened = []
    init = zipfile.ZipFile.__init__
    monkeypatch.setattr(
        zipfile.ZipFile, "__init__", lambda *args, **options: opened.append(init(*args, **options))
    )
    data = archive()
    opened.clear()
    read_table(data, name="data")
    assert len(opened) == 1
