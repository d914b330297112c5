"""No CSV file that is written holds text that a spreadsheet would run."""

import ast
import io

import numpy as np
import pandas as pd
import pytest

from imv_core import IMVForecaster, read_table
from imv_core.csv_output import inert, write_csv
from tests.conftest import ROOT

RISKY = [
    '=HYPERLINK("http://x","y")',
    "@SUM(1+1)",
    "-1+1",
    "+1",
    "\t=1",
    "\r=1",
    "\tplain",
    " =1",
    '"=1',
    " \u00a0\"=cmd|' /C calc'!A0",
    "＝1+1",
    "\ufeff=1",
]
HARMLESS = ["wind", "", "a=b", "'=1", "x-1", "2020-01-01", "größe", "(=1)"]


def _written(frame, **options):
    text = io.StringIO()
    write_csv(frame, text, **options)
    return text.getvalue()


def _read(text):
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


@pytest.mark.parametrize("text", RISKY)
def test_what_a_spreadsheet_would_run_stands_behind_an_apostrophe(text):
    frame = pd.DataFrame({text: [1.0], "label": [text], "more": pd.Categorical([text])})
    back = _read(_written(frame))
    there = f"'{text}".replace("\r", "\n")
    assert list(back) == [there, "label", "more"]
    assert list(back.iloc[0, 1:]) == [there] * 2


def test_no_text_begins_a_line_of_its_own():
    frame = pd.DataFrame({"a\r=1": ["b\r=2", "c\r\n=3"]})
    assert _written(frame) == '"a\n=1"\n"b\n=2"\n"c\n=3"\n'


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_stays_as_it_is(text):
    assert inert(text) == text
    assert inert(inert("=1")) == inert("=1")


def test_numbers_times_and_gaps_stay_what_they_are():
    frame = pd.DataFrame(
        {
            "time": pd.date_range("2020-01-01", periods=3, freq="h"),
            "value": [-1.5, np.nan, 1e-7],
            "count": [-3, 0, 4],
            "mixed": [-2.5, "-x", None],
            "known": [True, False, True],
        }
    )
    text = _written(frame)
    back = pd.read_csv(io.StringIO(text), parse_dates=["time"])
    pd.testing.assert_frame_equal(back.drop(columns="mixed"), frame.drop(columns="mixed"))
    assert _read(text)["mixed"].tolist() == ["-2.5", "'-x", ""]


def test_only_what_is_risky_differs_from_a_plain_file():
    frame = pd.DataFrame({"a": [-1.25, 2], "b": ["x", "y z"]})
    assert _written(frame) == frame.to_csv(index=False)
    assert _written(frame, header=False) == frame.to_csv(index=False, header=False)


def test_a_written_explanation_is_inert_and_can_be_read_again(world):
    frame = world.frame[["y", "x2"]].iloc[:200].rename(columns={"x2": "=1+1"})
    table = read_table(frame, name="formulas")
    model = IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=3).fit(table)
    text = io.StringIO()
    model.explain(table).write_csv(text)
    assert "'=1+1" in text.getvalue()
    assert ",=" not in text.getvalue()
    written = frame.reset_index(names="time")
    assert "'=1+1" in read_table(_written(written).encode(), name="again.csv").frame


def _writes_csv(tree):
    """Lines that write CSV by other ways."""
    attributes = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    return [n.lineno for n in attributes if n.attr in ("to_csv", "DictWriter", "savetxt")] + [
        n.lineno for n in attributes if n.attr == "writer" and getattr(n.value, "id", "") == "csv"
    ]


def test_every_csv_file_is_written_by_the_one_function():
    # the scripts in sample_data write names and numbers of their own
    paths = [p for f in ("imv_core", "dashboard", "benchmarks") for p in (ROOT / f).rglob("*.py")]
    found = {p.name: _writes_csv(ast.parse(p.read_text(encoding="utf-8"))) for p in paths}
    assert len(found) > 50
    assert {name for name, lines in found.items() if lines} == {"csv_output.py"}
