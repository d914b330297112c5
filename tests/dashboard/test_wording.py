"""Names from files stay text wherever Markdown is understood."""

import doctest
import re
import string

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import wording
from dashboard.wording import number, plain, sentence, when

ALIVE = r"\`*_{}[]()#+-.!|$:~<>&"
ESCAPED = re.compile(rf"\\([{re.escape(string.punctuation)}])")


def _shown(text):
    """What Markdown makes of escapes (CommonMark 2.4: a backslash before punctuation)."""
    return ESCAPED.sub(r"\1", text)


@pytest.mark.parametrize(
    "name", ["a\ud800b", "\udcef", "a\x00b", "\x1b[31mred", "a\u202eb", "\x7f"]
)
def test_what_no_page_can_show_is_replaced(name):
    for text in (plain(name), sentence(name)):
        assert "�" in text
        assert text.encode().decode().isprintable()


@given(st.text() | st.text(alphabet=ALIVE + " \n\taé😀", max_size=200))
def test_no_special_character_is_left_unescaped(name):
    text = plain(name, longest=50)
    assert not set(ESCAPED.sub("", text)) & set(ALIVE)
    assert "\n" not in text


@given(st.text(alphabet=ALIVE + "aé😀 ", max_size=80))
def test_what_is_shown_is_the_name_as_it_is_written(name):
    assert _shown(plain(name)) == " ".join(name.split())


@pytest.mark.parametrize(
    "name",
    [
        "**bold**",
        "# heading",
        "<img src=x onerror=alert(1)>",
        "$\\frac{1}{2}$",
        ":red[warning]",
        ":material/delete:",
        "![](http://example.org/seen.png)",
        "[link](javascript:alert(1))",
        "https://example.org",
        "- item",
        "| a | b |",
        "&lt;b&gt;",
        "~~gone~~",
        "ends with \\",
    ],
)
def test_markup_does_not_come_to_life(name):
    text = plain(name)
    assert _shown(text) == name
    assert not set(ESCAPED.sub("", text)) & set(ALIVE)


def test_newlines_become_spaces():
    assert plain("a\n# b\r\n\tc") == "a \\# b c"


def test_long_names_are_cut_and_say_so():
    assert plain("x" * 200) == "x" * 79 + "…"
    assert plain("x" * 80) == "x" * 80


def test_a_sentence_about_a_file_is_text_as_well():
    error = ValueError("Column '![](http://example.org/a.png)' has text in row 3.")
    assert _shown(sentence(error)) == str(error)
    assert "![" not in sentence(error)


@pytest.mark.parametrize(
    ("value", "text"),
    [(19.3747, "19.37"), (11.0, "11.00"), (-0.00123456, "-0.001235"), (1234567.8, "1,234,568")],
)
def test_a_number_has_four_digits_and_its_thousands_apart(value, text):
    assert number(value) == text


def test_a_time_is_told_to_the_minute_and_a_row_by_its_number():
    assert when(pd.Timestamp("2015-01-01 00:00")) == "2015-01-01 00:00"
    assert when(pd.Timestamp("2015-01-01 00:00:30")) == "2015-01-01 00:00:30"
    assert when(7) == "row 7"


def test_the_examples_are_true():
    assert doctest.testmod(wording).attempted
    assert not doctest.testmod(wording).failed
