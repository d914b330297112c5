"""Files that are damaged or meant to do harm: one sentence each, and the process lives on."""

import gzip
import io
import subprocess
import sys
import time
import zipfile
from contextlib import suppress

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from imv_core import Table, TableError, read_table
from imv_core.tables import child_messages, child_parser
from imv_core.tables.raw_table import RawTable, RowNumber
from tests.conftest import ROOT

ROWS = [["a", "b"], *([i * i, i % 7] for i in range(1, 12))]


def book(rows=ROWS):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def rewritten(change, rename=str):
    """A workbook whose parts were changed by hand."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            new.writestr(rename(name), change(old.read(name)))
    return data.getvalue()


def with_place(place):
    return rewritten(lambda part: part.replace(b'r="A2"', place))


def in_folder(folder):
    def change(part):
        far = part.replace(b'r="A2"', b"r='XFD1048576'")
        return far.replace(b"worksheets/sheet1", folder.encode() + b"/sheet1")

    return rewritten(change, lambda name: name.replace("worksheets/", f"{folder}/"))


def with_many_strings():
    data = io.BytesIO(book())
    with zipfile.ZipFile(data, "a") as archive:
        namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        count = b'" uniqueCount="4294967295"><si><t>a</t></si></sst>'
        archive.writestr("xl/sharedStrings.xml", b'<sst xmlns="' + namespace.encode() + count)
    return data.getvalue()


def parquet(columns, **options):
    data = io.BytesIO()
    pq.write_table(pa.table(columns), data, **options)
    return data.getvalue()


def the_error(data, **options):
    with pytest.raises(TableError) as caught:
        read_table(data, name="data.bin", **options)
    sentence = str(caught.value)
    assert "'data.bin'" in sentence
    assert "\n" not in sentence
    return sentence


WORKBOOKS = {
    "in single quotes": with_place(b"r='XFD1048576'"),
    "in lower case": with_place(b'r="xfd1048576"'),
    "with blanks and a newline": with_place(b'r \n= "XFD1048576"'),
    "with zeros": with_place(b'r="XFD000001048576"'),
    "that is no place": with_place(b'r="ZZZZZZ99999999999"'),
    "of a row without places": rewritten(
        lambda part: part.replace(b'<row r="3"', b'<row r="100000000"').replace(b'r="A3"', b"")
    ),
    "in another folder": in_folder("other"),
    "with too many shared strings": with_many_strings(),
}


@pytest.mark.parametrize("data", WORKBOOKS.values(), ids=WORKBOOKS)
def test_a_workbook_with_a_far_cell_costs_a_child_and_not_the_process(data):
    assert len(data) < 20_000
    assert the_error(data)


def test_cells_far_apart_in_many_sheets_are_refused_at_once():
    workbook = openpyxl.Workbook()
    for number in range(10):
        sheet = workbook.create_sheet(f"sheet {number}")
        sheet["A1"] = sheet["AF1048576"] = 1
    data = io.BytesIO()
    workbook.save(data)
    assert "too far from one another" in the_error(data.getvalue(), isolate=False)


def test_a_child_that_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(child_parser, "LEAST_SECONDS", 0.01)
    assert "takes longer than 0.02 seconds" in the_error(book())


def test_a_child_without_memory_is_one_sentence(monkeypatch):
    monkeypatch.setattr(child_parser, "LEAST_MEMORY", 2**20)
    monkeypatch.setattr(child_parser, "MEMORY_PER_BYTE", 0)
    assert "memory" in the_error(book([["a", "b"], *([i, i * i % 7] for i in range(20_000))]))


def test_an_answer_that_is_none_of_ours_is_one_sentence(monkeypatch):
    for answer in (b"", b"{}", b"[]\n", b'{"names": ["a"]}\nARROW', b'{"names": [1]}\n', b"\xff\n"):
        monkeypatch.setattr(child_parser, "parse_in_child", lambda *_, answer=answer: answer)
        assert "cannot be read" in the_error(book())


def test_a_child_is_found_from_any_folder_and_needs_no_main_module(tmp_path):
    (tmp_path / "data.xlsx").write_bytes(book())
    (tmp_path / "json.py").write_text("raise SystemExit('a module of the visitor was imported')")
    script = f"import sys; sys.path.append({str(ROOT)!r}); import imv_core; "
    script += "print(len(imv_core.read_table('data.xlsx').frame), 'torch' in sys.modules)"
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "read.py").write_text(script)
    ran = subprocess.run(
        [sys.executable, "script/read.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.stdout.split() == ["11", "False"], ran.stderr


# --- the same table, whether a child reads it or not ---

START = pd.Timestamp("2024-05-01")
MIXED = pd.DataFrame(
    {
        "when": [START + pd.Timedelta(hours=i) for i in range(12)],
        "number": [i * i / 4 for i in range(12)],
        "whole": [None, *range(11)],
        "state": ["on", "off", None] * 4,
        "truth": [True, False, False] * 4,
        "mixed": [1, "x", 2.5, None] * 3,
    }
)


@pytest.mark.parametrize("kind", ["workbook", "parquet", "times as index"])
def test_a_child_reads_the_same_table(kind):
    data = io.BytesIO()
    if kind == "workbook":
        rows = [["notes"], [], list(MIXED), *MIXED.astype(object).to_numpy().tolist()]
        rows.insert(9, [])
        rows = [[None if pd.isna(cell) else cell for cell in row] for row in rows]
        data = io.BytesIO(book(rows))
    elif kind == "parquet":
        MIXED.astype({"mixed": "str", "state": "category", "whole": "Int64"}).to_parquet(data)
    else:
        MIXED.set_index("when").drop(columns="mixed").to_parquet(data)
    inside, outside = (read_table(data.getvalue(), isolate=isolate) for isolate in (False, True))
    pd.testing.assert_frame_equal(outside.frame, inside.frame)
    assert outside.findings == inside.findings
    assert outside.fingerprint == inside.fingerprint
    assert len(outside.frame) == 12
    assert list(outside.frame["state"].dropna().unique()) == ["on", "off"]


def test_what_a_child_sends_keeps_kinds_names_and_places():
    cells = {
        "": [1, 2, 3],
        "__index_level_0__": [True, False, True],
        "time": pd.to_datetime(["2024-01-01", None, "2024-01-03"]).tz_localize("Europe/Berlin"),
        "span": pd.to_timedelta([1, None, 3], unit="h"),
        "text\n": pd.Series(["é", None, "\N{SNOWMAN}"], dtype="str"),
    }
    frame = pd.DataFrame(cells).set_axis(pd.Index([4, 6, 7]), axis=0)
    frame["text\n"] = cells["text\n"].to_numpy()
    frame["text\n"] = frame["text\n"].astype("str")
    raw = RawTable("name", frame, RowNumber("s"), (), pd.DatetimeIndex(frame["time"].ffill()))
    back = child_messages.read_raw_table(child_messages.table_message(raw, "s"), "name")
    pd.testing.assert_frame_equal(back.frame, frame, check_column_type=False)
    assert back.stamps.equals(raw.stamps)
    assert back.locate(6) == "row 7 of 's'"


# --- sizes are known before anything is made of them ---

LABELS = pa.DictionaryArray.from_arrays(np.zeros(20_000, dtype=np.int32), ["x" * 100_000])
BOMBS = {
    "a long label in many rows": lambda: parquet({"a": [1.0, 2.0] * 10_000, "s": LABELS}),
    "a long text in many rows": lambda: parquet(
        {"a": [1.0, 2.0] * 10_000, "s": LABELS}, store_schema=False
    ),
    "many columns of Parquet": lambda: parquet({f"c{i}": [1.0, 2.0, 3.0] for i in range(10_001)}),
    "a line of commas": lambda: b"," * 10**7,
    "a line of commas below": lambda: b"a,b\n1,2\n" + b"," * 10**7,
    "many lines of commas": lambda: b"a,b\n" + (b"1,2" + b"," * 10**6 + b"\n") * 10,
    "many names": lambda: b",".join(b"c%d" % i for i in range(20_000)) + b"\n1,2\n" * 9,
    "one name, many times": lambda: b",".join([b"a"] * 20_000) + b"\n1,2\n" * 9,
    "a name of many lines": lambda: b'"' + b"a\n" * 10**6 + b'",b\n1,2\n3,4\n',
}


@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
def test_what_unpacks_to_more_than_it_should_is_refused_at_once(make):
    data = make()
    start = time.process_time()
    assert the_error(data, isolate=False)
    assert time.process_time() - start < 5  # work, not the time of a busy machine


def test_columns_of_one_name_are_numbered_in_a_moment():
    header = ",".join(["a"] * 2_000)
    rows = "\n".join(",".join(str(i * j % 11) for j in range(2_000)) for i in range(1, 6))
    names = list(read_table(f"{header}\n{rows}\n".encode()).frame)
    assert names[-1] == "a (2000)"
    assert len(set(names)) == len(names) > 1_500


def test_memory_that_runs_out_over_a_text_is_one_sentence(monkeypatch):
    def out_of_memory(*_, **__):
        raise MemoryError

    monkeypatch.setattr(pd, "read_csv", out_of_memory)
    assert "more memory" in the_error(b"a,b\n1,2\n3,4\n5,7\n")


# --- odd values ---


@pytest.mark.parametrize(
    "data",
    [
        b"time,a,b\n0000-01-01,2,2\n0001-01-01,3,3\n0002-01-01,6,6\n0003-01-01,11,4\n",
        b"time,a,b\n9998-01-01,2,2\n9999-01-01,3,3\n9999-02-01,6,6\n",
        parquet(
            {
                "time": pa.array([2**62 + i for i in range(3)], pa.timestamp("ms")),
                "a": [1.0, 2.0, 4.0],
                "b": [1.0, 3.0, 2.0],
            }
        ),
    ],
    ids=["year 0", "year 9999", "milliseconds"],
)
def test_times_beyond_all_calendars_are_one_sentence(data):
    assert "beyond the years 1 to 9000" in the_error(data, isolate=False)


def test_times_closer_than_a_microsecond_are_named_for_what_they_are():
    stamps = pa.array([10**18 + i for i in range(3)], pa.timestamp("ns"))
    data = parquet({"time": stamps, "a": [1.0, 2.0, 4.0], "b": [1.0, 3.0, 2.0]})
    with suppress(TableError):
        assert len(read_table(data, isolate=False).frame) == 3


def test_lone_surrogates_are_replaced_wherever_they_come_in():
    cells = pd.Series(["x\udfff", "y", "x\udfff"], dtype=object)
    frame = pd.concat([pd.Series([1.0, 4.0, 9.0]), pd.Series([1.0, 3.0, 2.0]), cells], axis=1)
    frame.columns = pd.Index(["a\ud800", "b", "c"], dtype=object)
    table = read_table(frame, name="n\ud800")
    texts = [table.name, *table.frame.columns, *table.frame["c"]]
    for text in (*texts, *(finding.text for finding in table.findings)):
        assert text.encode()
    with pytest.raises(TableError) as caught:
        read_table("none\udcff.csv")
    assert str(caught.value).encode()


SOUND = {
    "csv": pd.DataFrame(MIXED).to_csv(index=False).encode(),
    "gzip": gzip.compress(b"a,b\n" + b"1,2\n4,5\n9,7\n" * 9, mtime=0),
    "xlsx": book(),
    "parquet": parquet({"a": [1.0, 4.0, 9.0], "s": ["x", "y", "x"], "b": [1, 3, 2]}),
    "zip": rewritten(bytes, lambda name: name.replace("xl/", "yl/")),
}


@pytest.mark.parametrize("kind", SOUND)
def test_a_file_with_changed_bytes_is_read_or_refused(kind):
    rng = np.random.default_rng(0)
    for _ in range(40):
        data = bytearray(SOUND[kind])
        for place in rng.integers(0, len(data), rng.integers(1, 4)):
            data[place] = rng.integers(0, 256)
        with suppress(TableError):
            assert len(read_table(bytes(data), isolate=False).frame) >= 3


def test_a_stored_table_with_changed_bytes_is_read_or_refused(tmp_path):
    path = tmp_path / "table.parquet"
    read_table(MIXED).to_parquet(path)
    sound, rng = path.read_bytes(), np.random.default_rng(0)
    for _ in range(200):
        data = bytearray(sound)
        data[rng.integers(0, len(data))] ^= 1 << rng.integers(0, 8)
        path.write_bytes(data)
        with suppress(TableError):
            assert isinstance(Table.from_parquet(path).name, str)


@pytest.mark.parametrize(
    "about",
    [
        "[]",
        "7",
        "{",
        "\udc80",
        '{"name": "x"}',
        '{"name": 7, "freq": null, "findings": []}',
        '{"name": "x", "freq": 3, "findings": []}',
        '{"name": "x", "freq": "soon", "findings": []}',
        '{"name": "x", "freq": null, "findings": [{"kind": "step"}]}',
        '{"name": "x", "freq": null, "findings": [{"other": "step"}]}',
    ],
)
def test_a_stored_table_with_odd_metadata_is_refused(tmp_path, about):
    path = tmp_path / "table.parquet"
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0]})
    metadata = {b"imv_core.table": about.encode("utf-8", "surrogateescape")}
    table = pa.Table.from_pandas(frame)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, **metadata}), path)
    with pytest.raises(TableError, match="damaged or no stored table"):
        Table.from_parquet(path)


# --- values that cannot be computed with ---


@pytest.mark.parametrize("value", [1e39, 1e155, -3.4028235e38, 1.797e308, 9.96921e36, 1e20])
def test_a_value_that_cannot_be_computed_with_is_missing_and_named_by_its_row(value):
    lines = [f"{i * i % 13},{i * 7 % 5 - 2}" for i in range(40)]
    lines[11] = f"{value!r},1"
    table = read_table("\n".join(["load,b", *lines]).encode())
    assert np.isnan(table.frame["load"].iloc[11])
    (text,) = [f.text for f in table.findings if "too large to compute with" in f.text]
    assert "1 value" in text
    assert f"{value:g} in line 13" in text


@pytest.mark.parametrize(
    "values",
    [
        [0.0] * 99 + [1e25],
        [1e25 * i for i in range(1, 101)],
        [1e-9 * i for i in range(1, 100)] + [1e6],
        [10.0 ** (i / 4) for i in range(100)],
        [1e39 + 1e38 * (i % 7) for i in range(100)],
    ],
    ids=["mostly zero", "large", "an outlier", "of all sizes", "beyond single precision"],
)
def test_measurements_stay_however_large_they_are(values):
    frame = pd.DataFrame({"a": values, "b": np.sin(range(100))})
    np.testing.assert_array_equal(read_table(frame).frame["a"], values)
