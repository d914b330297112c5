"""The page Data: what was found, what is done about it, and what is to be forecast."""

import io
import json
import re
import string
import zipfile

import numpy as np
import pandas as pd
import pytest

from imv_core.windows.split import Split

ROWS = 3_000
MEDIAN = "median"


def _plain(text):
    return re.sub(rf"\\([{re.escape(string.punctuation)}])", r"\1", text)


def _texts(at):
    return [_plain(m.value) for m in at.markdown]


def _widget(kind, label):
    return next(widget for widget in kind if widget.label.startswith(label))


def _sound(at):
    assert [e.value for e in (*at.exception, *at.error)] == []
    return at


def _upload(at, *files):
    at.file_uploader(key="data-files").set_value([(name, data, "text/csv") for name, data in files])
    return at.run()


def _choice(at):
    return at.session_state["choice"]


def _frame(rows=ROWS):
    rng = np.random.default_rng(0)
    y = rng.normal(size=rows).cumsum()
    readings = rng.normal(size=rows // 6 + 2)
    frame = pd.DataFrame(
        {
            "y": y,
            "twin": 3 * y + rng.normal(size=rows) * 0.1,
            "drawn": np.interp(np.arange(rows) / 6, np.arange(len(readings)), readings),
            "a": rng.normal(size=rows),
            "still": 1.0,
            "state": np.where(rng.random(rows) < 0.5, "on", "off"),
        },
        index=pd.date_range("2024-01-01", periods=rows, freq="h", name="time"),
    )
    frame.iloc[5:50, 3] = np.nan
    return frame


def _csv(frame):
    return frame.to_csv().encode()


@pytest.fixture(scope="module")
def messy():
    """An hour that stands twice, with 1 and 3 in `a`, and twenty hours that are missing."""
    frame = _frame()
    stamps = frame.index.to_list()
    stamps[501] = stamps[500]
    frame.iloc[500, 3], frame.iloc[501, 3] = 1.0, 3.0
    return _csv(frame.set_axis(pd.DatetimeIndex(stamps, name="time")).drop(frame.index[700:720]))


def test_every_finding_is_told_with_what_is_done_about_it(visit, messy):
    at = _sound(_upload(visit("data"), ("messy.csv", messy)))
    told = "\n".join(_texts(at))
    for words in (
        "the first at 2024-01-21 20:00:00; the last row of each time was kept",
        "20 in a row; inserted without values",
        "'still' has the same value in every row",
        "'a' has 45 missing values",
        "'state' is text with 2 labels",
        "The step between rows is 1 hour",
        "'y' and 'twin' are nearly copies",
    ):
        assert words in told
    assert "findings: 9, 4 of them to look at" in at.expander[0].label.lower()


def test_rows_with_the_same_time_are_kept_as_chosen(visit, messy):
    at = _upload(visit("data"), ("messy.csv", messy))
    moment = pd.Timestamp("2024-01-21 20:00")
    for repeated, value in (("mean", 2.0), ("first", 1.0), ("last", 3.0)):
        _widget(at.selectbox, "Rows with the same time").set_value(repeated)
        _sound(at.run())
        assert at.session_state["table"].frame.loc[moment, "a"] == value


def test_what_missing_inputs_take_is_remembered_for_the_training(visit, messy):
    at = _upload(visit("data"), ("messy.csv", messy))
    _widget(at.selectbox, "Fill missing inputs with").set_value(MEDIAN)
    _sound(at.run())
    assert _choice(at).fill == MEDIAN
    visit("data", visit("train", at))
    assert _widget(at.selectbox, "Fill missing inputs with").value == MEDIAN


def test_a_table_is_resampled_and_one_can_go_back(visit, messy):
    at = _upload(visit("data"), ("messy.csv", messy))
    _widget(at.selectbox, "Target").set_value("a")
    at.run()
    hours = at.session_state["table"]
    _widget(at.selectbox, "One row per").set_value("6h")
    _widget(at.selectbox, "Combine numbers by").set_value("sum")
    _widget(at.button, "Resample the table").click()
    _sound(at.run())
    coarse = at.session_state["table"]
    assert (coarse.freq, len(coarse.frame)) == ("6h", 500)
    day = slice(pd.Timestamp("2024-02-10"), pd.Timestamp("2024-02-10 05:00"))
    assert coarse.frame.loc["2024-02-10", "y"].iloc[0] == pytest.approx(
        hours.frame.loc[day, "y"].sum()
    )
    assert any("3,000 rows were brought to 500 rows" in text for text in _texts(at))
    assert _choice(at).target == "a"  # stays as it was chosen
    _widget(at.button, "Undo the resampling").click()
    _sound(at.run())
    assert at.session_state["table"] is hours


def test_suspects_can_be_left_out_with_a_press(visit, messy):
    at = _sound(_upload(visit("data"), ("messy.csv", messy)))
    warned = [_plain(box.value) for box in at.warning]
    assert len(warned) == 2
    assert "'twin' is nearly the same as the target 'y'" in warned[0]
    assert "'drawn' runs in straight lines" in warned[1]
    for name in ("twin", "drawn"):
        _widget(at.button, "Leave it out").click()
        _sound(at.run())
        assert name not in _choice(at).variables
        assert name not in _widget(at.multiselect, "Variables: the inputs").value
    assert not at.warning
    assert set(_choice(at).variables) == {"y", "a", "state"}


def test_the_targets_own_past_is_used_or_left_out(visit, messy):
    at = _upload(visit("data"), ("messy.csv", messy))
    own_past, variables = at.toggle[0], _widget(at.multiselect, "Variables: the inputs")
    assert own_past.value
    assert "y" not in variables.options
    own_past.set_value(False)
    _sound(at.run())
    assert "y" not in _choice(at).variables
    assert "twin" in _choice(at).variables
    _widget(at.selectbox, "Target").set_value("a")
    _sound(at.run())
    assert not at.toggle[0].value
    assert "a" not in _choice(at).variables
    assert "y" in _choice(at).variables  # a target no longer, a variable like others
    _widget(at.button, "None").click()
    at.run()
    assert "Choose at least one variable, or the target's own past." in [
        w.value for w in at.warning
    ]
    at = _sound(visit("train", at))
    assert "No variable is chosen" in at.warning[0].value
    at = visit("data", at)
    at.toggle[0].set_value(True)
    at.run()
    assert _choice(at).variables == ("a",)
    _widget(at.button, "All").click()
    at.run()
    assert set(_choice(at).variables) == {"y", "twin", "drawn", "a", "state"}


def test_the_split_is_drawn_where_the_slider_stands(visit, messy):
    at = _upload(visit("data"), ("messy.csv", messy))
    at.slider[0].set_value((50, 60))
    _sound(at.run())
    choice, table = _choice(at), at.session_state["table"]
    assert (choice.train_share, choice.validation_share) == (0.5, 0.1)
    split = Split.by_share(table, 0.5, 0.1)
    layout = json.loads(at.get("plotly_chart")[0].proto.spec)["layout"]
    drawn = {pd.Timestamp(shape["x0"]) for shape in layout["shapes"]}
    assert table.frame.index[table.frame.index > split.train_end][0] in drawn
    assert table.frame.index[table.frame.index > split.validation_end][0] in drawn


def test_several_files_become_one_table_and_others_are_refused(visit):
    frame = _frame(400)
    halves = ("one.csv", _csv(frame.iloc[:150])), ("two.csv", _csv(frame.iloc[150:]))
    at = _sound(_upload(visit("data"), *halves))
    assert len(at.session_state["table"].frame) == 400
    assert any("2 files were put below one another" in text for text in _texts(at))
    at = _upload(at, halves[0], ("other.csv", _csv(frame.drop(columns="a"))))
    assert [e.value for e in at.exception] == []
    assert "'other.csv' has no column 'a'" in _plain(at.error[0].value)
    assert any("To open one file alone" in caption.value for caption in at.caption)
    assert len(at.session_state["table"].frame) == 400


def test_of_a_workbook_another_sheet_can_be_chosen(visit):
    book = io.BytesIO()
    with pd.ExcelWriter(book) as writer:
        _frame(300).to_excel(writer, sheet_name="first")
        _frame(400).to_excel(writer, sheet_name="<b>second")
    at = _sound(_upload(visit("data"), ("book.xlsx", book.getvalue())))
    assert len(at.session_state["table"].frame) == 300
    sheet = _widget(at.selectbox, "Sheet")
    assert sheet.options == ["first", "<b>second"]
    sheet.set_value("<b>second")
    _sound(at.run())
    assert len(at.session_state["table"].frame) == 400


def test_a_workbook_with_a_far_cell_is_refused_in_a_sentence(visit):
    book, hostile = io.BytesIO(), io.BytesIO()
    _frame(30).to_excel(book)
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(hostile, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'r="A2"', b"r='XFD1048576'"))
    at = _upload(visit("data"), ("book.xlsx", hostile.getvalue()))
    assert [e.value for e in at.exception] == []
    assert "'book.xlsx' is damaged, or takes more memory" in _plain(at.error[0].value)


def test_two_hundred_columns_with_any_names_are_shown(visit):
    rng = np.random.default_rng(0)
    names = [f"{'x' * 190} {i}" if i % 2 else f"<img src=x> $a$ \"{i}\" '😀'" for i in range(200)]
    frame = pd.DataFrame(rng.normal(size=(300, 200)), columns=names)
    frame.iloc[3] = np.nan
    at = _sound(_upload(visit("data"), ("wide.csv", _csv(frame))))
    variables = _widget(at.multiselect, "Variables: the inputs")
    assert set(variables.value) == set(names[1:])
    assert "199 of 199 variables are chosen." in [caption.value for caption in at.caption]
    written = [m.value for m in (*at.markdown, *at.caption, *at.warning)]
    assert not [text for text in written if re.search(r"(?<!\\)<img|(?<!\\)\$a", text)]
    _widget(at.button, "None").click()
    _sound(at.run())
    assert _choice(at).variables == (names[0],)


def test_a_sample_offers_no_choice_that_needs_its_file(visit):
    at = _sound(visit("data"))
    labels = [box.label for box in at.selectbox]
    assert "Fill missing inputs with" in labels
    assert "Rows with the same time" not in labels
