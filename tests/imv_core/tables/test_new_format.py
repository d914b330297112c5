"""A new file format is a reader, its first bytes in one list and its place in another."""

import pandas as pd
import pytest

from imv_core import TableError, read_table
from imv_core.tables import child_parser, unpacking
from imv_core.tables.findings import read_as
from imv_core.tables.raw_table import from_frame

MAGIC = b"DUMMY\n"


def _read(request, data):
    """Read a number per line after the first."""
    values = [float(line) for line in data.removeprefix(MAGIC).split()]
    times = pd.date_range("2024-01-01", periods=len(values), freq="h")
    frame = pd.DataFrame({"time": times, "y": values, "x": values[::-1]})
    return None, from_frame(frame, request.name, read_as(request.name, request.packing, "Dummy"))


@pytest.fixture(autouse=True)
def _registered(monkeypatch):
    monkeypatch.setitem(unpacking.SIGNATURES, MAGIC, "dummy")
    monkeypatch.setitem(
        child_parser.READERS, "dummy", child_parser.Reader(_read, "'{}' is no Dummy.")
    )


def test_a_new_format_is_found_by_its_first_bytes_and_read():
    table = read_table(MAGIC + b"1\n2\n4\n8\n", name="powers.dummy", isolate=False)
    assert table.frame["y"].tolist() == [1, 2, 4, 8]
    assert table.freq == "h"
    assert "Dummy" in table.findings[0].text


def test_a_damaged_file_of_a_new_format_is_a_sentence():
    with pytest.raises(TableError, match="'powers' is no Dummy"):
        read_table(MAGIC + b"one\n", name="powers", isolate=False)
