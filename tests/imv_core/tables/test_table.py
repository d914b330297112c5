import gzip
import io
import lzma
import zipfile
from contextlib import suppress

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imv_core.errors import TableError
from imv_core.tables import unpacking
from imv_core.tables.table import Table, read_table
from tests.conftest import SAMPLES

HOURS = [f"2024-05-01 {hour:02}:00" for hour in range(24)]


def as_csv(header, rows, separator=","):
    lines = [separator.join(map(str, row)) for row in [header, *rows]]
    return ("\n".join(lines) + "\n").encode()


def hourly(**columns):
    """A file with an hourly time column, and a variable 'b' beside the given ones."""
    columns = {"b": np.sin(range(24)).round(4), **columns}
    return as_csv(["time", *columns], zip(HOURS, *columns.values(), strict=True))


def findings(table, kind):
    return [finding for finding in table.findings if finding.kind == kind]


def the_finding(table, kind):
    (finding,) = findings(table, kind)
    return finding


def the_error(source, **arguments):
    with pytest.raises(TableError) as caught:
        read_table(source, **arguments)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


WALK = np.random.default_rng(0).normal(size=24).cumsum().round(3) * 1000


# --- one truth, written in many ways ---


def written(separator=",", decimal=".", thousands="", date="%Y-%m-%d %H:%M"):
    number = "{:,.3f}" if thousands else "{:.3f}"
    sign = str.maketrans({",": thousands, ".": decimal})
    rows = [
        (
            stamp.strftime(date),
            number.format(x).translate(sign),
            f"{i % 7}{decimal}5",
            "süd–öst"[:3],
        )
        for i, (stamp, x) in enumerate(zip(pd.to_datetime(HOURS), WALK, strict=True))
    ]
    quoted = [[f'"{cell}"' if separator in cell else cell for cell in row] for row in rows]
    return as_csv(["Zeit", "größe", "b", "ort"], quoted, separator).decode()


def assert_is_the_walk(table):
    assert list(table.frame) == ["größe", "b", "ort"]
    assert list(table.frame.index) == list(pd.to_datetime(HOURS))
    assert table.frame["größe"].tolist() == pytest.approx(WALK.round(3))
    assert table.frame["b"].tolist() == [i % 7 + 0.5 for i in range(24)]
    assert set(table.frame["ort"]) == {"süd"}
    assert table.freq == "h"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(("decimal", "thousands"), [(".", ""), (",", ""), (",", "."), (".", ",")])
def test_every_separator_and_decimal_sign_gives_the_same_numbers(separator, decimal, thousands):
    table = read_table(written(separator, decimal, thousands).encode())
    assert_is_the_walk(table)
    words = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[separator]
    text = the_finding(table, "format").text
    assert f"{words}-separated" in text
    assert f"decimal {'comma' if decimal == ',' else 'point'}" in text


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "byte order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Latin-1"),
        ("latin-1", "Latin-1"),
    ],
)
def test_every_encoding_gives_the_same_names_and_labels_and_is_reported(encoding, expected):
    table = read_table(written().encode(encoding))
    assert_is_the_walk(table)
    finding = the_finding(table, "format")
    assert expected in finding.text
    assert finding.warning == (expected == "Latin-1")


def test_a_script_that_is_not_western_is_not_taken_for_accents():
    rows = [(i, i % 5, i % 3) for i in range(30)]
    data = as_csv(["температура воздуха", "влажность воздуха", "скорость ветра"], rows)
    table = read_table(data.decode().encode("cp1251"))
    assert list(table.frame) == ["влажность воздуха", "скорость ветра"]


def zipped(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("packed", "expected"),
    [
        (gzip.compress(written().encode()), "gzip"),
        (lzma.compress(written().encode()), "xz"),
        (zipped({"data.csv": written(), "readme.md": "About the data."}), "zip"),
    ],
    ids=["gzip", "xz", "zip"],
)
def test_packed_files_are_recognised_by_their_bytes_under_any_name(tmp_path, packed, expected):
    path = tmp_path / "plain.csv"
    path.write_bytes(packed)
    table = read_table(path)
    assert_is_the_walk(table)
    assert expected in the_finding(table, "format").text
    assert table.name == "plain.csv"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_and_blank_lines_do_not_matter(newline):
    assert_is_the_walk(read_table(("\n" + written() + "\n\n").replace("\n", newline).encode()))


def test_parquet_frame_and_csv_hold_the_same_table():
    from_csv = read_table(written().encode())
    frame = from_csv.frame.rename_axis("when")
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    for source in (frame, frame.reset_index(), buffer.getvalue(), io.BytesIO(buffer.getvalue())):
        table = read_table(source)
        pd.testing.assert_frame_equal(table.frame, from_csv.frame)
        assert table.fingerprint == from_csv.fingerprint


def test_reading_a_frame_leaves_it_as_it_was():
    frame = pd.DataFrame({"a ": [3, 1, 2], "b": [1.0, np.inf, 3.0]}, index=[5, 6, 9])
    before = frame.copy()
    read_table(frame)
    pd.testing.assert_frame_equal(frame, before)


# --- cells ---


def test_quoted_and_padded_numbers_are_numbers():
    table = read_table(hourly(a=[f'"  {i}.25 "' for i in range(24)]))
    assert table.frame["a"].tolist() == [i + 0.25 for i in range(24)]


@pytest.mark.parametrize(
    "token", ["", "NA", "N/A", "n/a", "NaN", "NULL", "None", "?", "-", " NA ", '" n.a. "']
)
def test_each_way_to_say_nothing_is_missing_and_counted(token):
    values = [str(i * i) for i in range(24)]
    values[5] = values[9] = values[10] = token
    table = read_table(hourly(a=values))
    assert np.flatnonzero(table.frame["a"].isna()).tolist() == [5, 9, 10]
    finding = the_finding(table, "missing")
    assert finding.columns == ("a",)
    assert "3 missing values (12.5%)" in finding.text
    assert finding.warning


def test_infinite_values_are_missing_and_reported():
    values = [str(i * i) for i in range(24)]
    values[3], values[4] = "inf", "-inf"
    table = read_table(hourly(a=values))
    assert table.frame["a"].isna().sum() == 2
    assert any("2 infinite values" in finding.text for finding in findings(table, "missing"))


def test_truth_values_become_0_and_1_even_with_gaps():
    table = read_table(hourly(a=["True", "false"] * 12, c=["TRUE", "", "false"] * 8))
    assert table.frame["a"].tolist() == [1, 0] * 12
    assert table.frame["c"].isna().sum() == 8
    assert table.frame["c"].dropna().tolist() == [1, 0] * 8
    assert table.categorical == []


def test_text_among_numbers_is_an_error_that_names_column_line_text_and_remedy():
    values = [str(i * i) for i in range(24)]
    values[16] = "n/a*"
    sentence = the_error(b"\n" + hourly(pm25=values))
    assert sentence == (
        "Column 'pm25' has text in line 19 ('n/a*'). Remove it or leave the cell empty."
    )


def test_text_with_few_numbers_stays_labels():
    table = read_table(hourly(a=["N", "SE", "7", "cv"] * 6))
    assert table.categorical == ["a"]
    assert table.frame["a"].tolist() == ["N", "SE", "7", "cv"] * 6
    assert the_finding(table, "text").columns == ("a",)


@pytest.mark.parametrize(
    "texts", [[f"remark {i}" for i in range(24)], [f"remark {i}" for i in range(23)] + [""]]
)
def test_text_that_differs_in_nearly_every_row_is_left_out_and_reported(texts):
    table = read_table(hourly(a=np.cos(range(24)), remark=texts))
    assert list(table.frame) == ["b", "a"]
    assert the_finding(table, "dropped").columns == ("remark",)


def test_constant_columns_stay_with_a_warning_and_are_not_usable():
    table = read_table(hourly(a=[7] * 24, c=["x"] * 24, d=range(100, 124)))
    assert table.usable == ["b", "d"]
    assert list(table.frame) == ["b", "a", "c", "d"]
    assert [(f.columns, f.warning) for f in findings(table, "constant")] == [
        (("a",), True),
        (("c",), True),
    ]


@pytest.mark.parametrize("start", [0, 1])
def test_a_running_counter_and_empty_columns_are_left_out_and_reported(start):
    table = read_table(hourly(No=range(start, start + 24), void=[""] * 24, c=WALK))
    assert list(table.frame) == ["b", "c"]
    assert [f.columns[0] for f in findings(table, "dropped")] == ["No", "void"]


def test_a_copy_is_reported_and_a_mere_relative_is_not():
    noise = np.random.default_rng(1).normal(size=24)
    table = read_table(hourly(a=WALK, copy=WALK * -3 + 2, relative=WALK + 100 * noise))
    finding = the_finding(table, "copies")
    assert finding.columns == ("a", "copy")
    assert finding.warning


# --- names ---


def test_double_empty_and_padded_names_become_unique_names():
    rows = [(i * i, i % 3, i % 5, i % 7, i % 4) for i in range(9)]
    table = read_table(as_csv([" a ", "a", "", "a (2)", "a"], rows))
    assert list(table.frame) == ["a", "a (2)", "column 3", "a (2) (2)", "a (3)"]
    assert table.frame["a (3)"].tolist() == [i % 4 for i in range(9)]
    assert the_finding(table, "renamed").columns == ("a (2)", "a (2) (2)", "a (3)")


@pytest.mark.parametrize(
    "name",
    [
        'say "hi", or not',
        "<b>bold</b><script>alert(1)</script>",
        "🌡️ température",
        "x" * 200,
        "../../etc/passwd",
        "=1+1",
        "__import__('os')",
        "self",
        "{0} %s",
        "line\nbreak",
    ],
)
def test_names_are_plain_data_and_survive_untouched(tmp_path, name):
    quoted = '"' + name.replace('"', '""') + '"'
    table = read_table(as_csv([quoted, "b"], [(i * i, i % 3) for i in range(9)]))
    assert list(table.frame) == [name, "b"]
    table.to_parquet(tmp_path / "table.parquet")
    assert list(Table.from_parquet(tmp_path / "table.parquet").frame) == [name, "b"]


def test_numbered_columns_are_names_and_a_first_line_of_values_is_an_error():
    rows = [(0.5 * i * i, i % 3) for i in range(9)]
    assert list(read_table(as_csv([0, 1], rows)).frame) == ["0", "1"]
    assert "first line" in the_error(as_csv([3.5, 2], rows))
    assert "first line" in the_error(hourly().split(b"\n", 1)[1])


# --- the stored table ---


def test_a_table_survives_parquet_without_loss(tmp_path):
    sources = {
        "timed": hourly(a=["N", "", "S", "E"] * 6, time2=WALK).replace(b"time2", b"date"),
        "untimed": as_csv("ab", [(i * i, i % 3) for i in range(9)]),
    }
    for name, source in sources.items():
        table = read_table(source, name=f"{name} \N{SNOWMAN}.csv")
        path = tmp_path / f"{name}.parquet"
        table.to_parquet(path)
        back = Table.from_parquet(path)
        pd.testing.assert_frame_equal(back.frame, table.frame, check_index_type="exact")
        assert (back.name, back.freq, back.findings) == (table.name, table.freq, table.findings)
        assert back.fingerprint == table.fingerprint
        assert type(back.frame.index) is type(table.frame.index)


@given(
    columns=st.lists(st.text(min_size=1), min_size=2, max_size=4, unique=True),
    seed=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None)
def test_any_names_and_numbers_survive_parquet(tmp_path_factory, columns, seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(8, len(columns))) * 10.0 ** rng.integers(-300, 300)
    values[rng.random(values.shape) < 0.2] = np.nan
    try:
        table = read_table(pd.DataFrame(values, columns=columns))
    except TableError:  # a column without a value, by chance
        return
    path = tmp_path_factory.mktemp("stored") / "table.parquet"
    table.to_parquet(path)
    back = Table.from_parquet(path)
    pd.testing.assert_frame_equal(back.frame, table.frame, check_exact=True)
    assert back.fingerprint == table.fingerprint


def test_only_stored_tables_are_restored(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "other.parquet")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing else")
    for name in ("other.parquet", "broken.parquet", "absent.parquet"):
        with pytest.raises(TableError, match=name):
            Table.from_parquet(tmp_path / name)


def test_the_fingerprint_follows_the_content_and_not_the_name():
    source = hourly(a=["N", "S"] * 12)
    same = read_table(source, name="one").fingerprint
    assert read_table(source, name="two").fingerprint == same
    changes = [
        source.replace(b"05-01 23", b"05-02 00"),
        source.replace(b"time,b", b"time,c"),
        source.replace(b"0.8415", b"0.8416"),
        source.replace(b"N\n", b"W\n", 1),
    ]
    assert len({same, *(read_table(changed).fingerprint for changed in changes)}) == 5


# --- files that are no table ---


def test_a_png_named_csv_gets_one_clear_sentence(tmp_path):
    path = tmp_path / "data.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert the_error(path) == "'data.csv' is a PNG picture. Choose a CSV, Excel or Parquet file."


PROSE = b"""It was the best of times, it was the worst of times,
it was the age of wisdom
it was the age of foolishness, it was the epoch of belief, it was
the epoch of incredulity
"""
BROKEN = {
    "empty": (b"", "is empty"),
    "blanks": (b" \n\n ", "is empty"),
    "byte order mark": (b"\xef\xbb\xbf", "is empty"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(100), "JPEG"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
    "xlsx": (
        zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}),
        "save it again as .xlsx or CSV",
    ),
    "xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "save it again as .xlsx or CSV"),
    "html": (b"<!DOCTYPE html><html><body>1,2</body></html>", "web page"),
    "json": (b'[{"a": 1, "b": 2}, {"a": 2, "b": 3}]', "JSON"),
    "json numbers": (b"[1, 2, 3]", "JSON"),
    "binary": (bytes(range(256)) * 4, "no text file"),
    "prose": (PROSE, "no table"),
    "one column": (b"a\n1\n2\n3\n4\n", "single column"),
    "time and one": (
        as_csv(["time", "a"], zip(HOURS, WALK, strict=True)),
        "1 usable variable ('a')",
    ),
    "header only": (b"time,a,b\n", "no rows"),
    "two rows": (b"a,b\n1,2\n2,5\n", "has 2 rows"),
    "labels only": (b"a,b\n" + b"x,y\ny,x\n" * 9, "no column of numbers"),
    "short row": (b"a,b,c\n1,2,3\n\n4,5\n7,8,9\n7,8,9\n", "Line 4 of"),
    "long row": (b"a,b,c\n1,2,3\n4,5,6,7\n7,8,9\n7,8,9\n", "Line 3 of"),
    "long first row": (b"a,b,c\n1,2,3,4\n4,5,6\n7,8,9\n7,8,9\n", "Line 2 of"),
    "title above": (b"Station 7\na,b\n1,2\n3,4\n5,6\n7,8\n", "Line 2 of"),
    "open quote": (b'a,b\n1,2\n3,"4\n5,6\n7,8\n7,8\n', "quotation mark"),
    "cut gzip": (gzip.compress(written().encode())[:-20], "cut off or damaged"),
    "cut xz": (lzma.compress(written().encode())[:-20], "cut off or damaged"),
    "cut zip": (zipped({"a.csv": written()})[:-30], "cut off or damaged"),
    "broken parquet": (b"PAR1" + bytes(50) + b"PAR1", "damaged Parquet"),
    "two in a zip": (zipped({"a.csv": b"a,b", "b.csv": b"a,b"}), "2 files ('a.csv' and 'b.csv')"),
    "empty zip": (zipped({}), "no file"),
    "packed twice": (gzip.compress(gzip.compress(b"a,b")), "packed twice"),
    "odd utf-16": (b"\xff\xfea", "damaged"),
}


@pytest.mark.parametrize(("data", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_table_is_refused_in_one_sentence(data, expected):
    sentence = the_error(data, name="data.csv")
    assert expected in sentence
    assert "'data.csv'" in sentence


def test_a_missing_path_and_a_folder_are_named(tmp_path):
    assert "There is no file" in the_error(tmp_path / "absent.csv")
    assert "is a folder" in the_error(tmp_path)
    assert "cannot be opened" in the_error("null\0byte.csv")
    assert "binary mode" in the_error(io.StringIO("a,b\n1,2\n"))


@pytest.mark.parametrize(
    "pack", [gzip.compress, lzma.compress, lambda data: zipped({"a.csv": data})]
)
def test_a_bomb_is_not_unpacked_beyond_the_limit(monkeypatch, pack):
    monkeypatch.setattr(unpacking, "MAX_BYTES", 2**20)
    assert "holds more than" in the_error(pack(b"a,b\n" + bytes(2**21)))


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_arbitrary_bytes_raise_nothing_but_a_table_error(data):
    with suppress(TableError):
        assert len(read_table(data).frame) >= 3


CELLS = ["", "1", "2.5", "3,5", " 7 ", "NA", "inf", "1e999", "-1.5e308", "9" * 20, "True", "x", "é"]
CELLS += ["2024-01-02", "9999-12-31", "02/03/2024", "31.12.99", "2024-02-30", "20240102", "12:30"]
CELLS += ["1700000000", '"', "'", ";", "\t", "\r", "\x85"]
NAMES = ["a", "b", "time", "date", "year", "month", "day", "hour", "", "a", '"q"']


@given(
    names=st.lists(st.sampled_from(NAMES), min_size=1, max_size=5),
    cells=st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=5), max_size=8),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    packed=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_almost_tables_raise_nothing_but_a_table_error(names, cells, separator, packed):
    rows = [[row[i % len(row)] for i in range(len(names))] for row in cells]
    data = as_csv(names, rows, separator)
    with suppress(TableError):
        table = read_table(gzip.compress(data) if packed else data)
        assert table.frame.index.is_monotonic_increasing
        assert table.frame.index.is_unique
        assert len(table.usable) >= 2


# --- the samples ---


def test_the_air_quality_sample_is_read_as_it_is_described():
    table = read_table(SAMPLES / "beijing_pm25.csv")
    assert table.freq == "h"
    assert len(table.frame) == 43_824
    assert table.categorical == ["cbwd"]
    assert table.numeric == ["pm2.5", "DEWP", "TEMP", "PRES", "Iws", "Is", "Ir"]
    assert "2,067 missing values (4.7%)" in the_finding(table, "missing").text
    assert the_finding(table, "dropped").columns == ("No",)
    assert the_finding(table, "time").columns == ("year", "month", "day", "hour")


def test_the_energy_sample_has_padded_numbers_and_a_pair_of_copies():
    table = read_table(SAMPLES / "appliances_energy.csv.xz")
    assert table.freq == "10min"
    assert table.frame.shape == (19_735, 28)
    assert len(table.numeric) == 28
    assert table.frame["Appliances"].iloc[0] == 60
    assert the_finding(table, "copies").columns == ("rv1", "rv2")
