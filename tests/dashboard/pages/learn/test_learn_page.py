"""The page Learn as a whole: its chapters, and the ways to them."""

import re

import pytest

from dashboard.pages.learn.chapter import HERE
from dashboard.pages.learn.page import CHAPTERS

NUMBERS = list(CHAPTERS)


def _header(at):
    return at.header[0].value


@pytest.mark.parametrize("odd", ["0", "7", "", "<b>"])
def test_a_link_to_no_chapter_leads_to_the_first(chapter, odd):
    assert _header(chapter(odd)).startswith(f"{NUMBERS[0]}. ")


def test_one_walks_from_chapter_to_chapter(chapter):
    at = chapter(NUMBERS[0])
    for number in NUMBERS[1:]:
        at.button(key="learn-to-arrow_forward").click()
        at.run()
        assert _header(at).startswith(f"{number}. ")
    at.button(key="learn-to-arrow_back").click()
    at.run()
    assert _header(at).startswith(f"{NUMBERS[-2]}. ")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_link_leads_to_an_idea_an_equation_a_question_and_lines_to_take_home(chapter, number):
    at = chapter(number)
    assert _header(at) == f"{number}. {CHAPTERS[number].title}"
    said = [m.value for m in at.markdown]
    assert len([text for text in said if text.startswith("**The idea.**")]) == 1
    assert any("$$" in text for text in said)
    assert len([text for text in said if text.startswith("**Question.**")]) == 1
    assert [e.label for e in at.expander if e.label.startswith("The same numbers in Python")]
    code = [c.value for c in at.get("code")]
    assert any("import imv_core" in text for text in code)
    assert any(re.search(r"^(def|class) ", text, re.MULTILINE) for text in code)


@pytest.mark.parametrize("odd", ["-99x", "inf", "0.3", ""])
def test_odd_positions_in_a_link_are_no_error(chapter, odd):
    keys = ("window", "variable", "lag", "by", "step", "raise", "raise_variable", "tanh", "y")
    keys += ("epoch", "objective", "reading", "level", "quiz", "view")
    at = chapter(NUMBERS[0], **dict.fromkeys(keys, odd))
    for _ in NUMBERS[1:]:
        at.button(key="learn-to-arrow_forward").click()
        at.run()
        assert [e.value for e in (*at.exception, *at.error)] == []


def test_back_in_the_browser_leads_to_the_chapter_before(chapter):
    at = chapter(1)
    at.button(key="learn-to-arrow_forward").click()
    at.run()
    assert at.query_params["chapter"] == "2"
    at.query_params["chapter"] = "1"
    at.run()
    assert _header(at).startswith("1. ")


def test_what_a_visitor_touches_goes_before_an_older_address(chapter):
    at = chapter(2, lag="5")
    at.slider(key="learn-lag").set_value(7)
    at.run()
    at.query_params["lag"] = "5"  # as a browser tells it that lags behind
    at.run()
    assert at.slider(key="learn-lag").value == 7
    assert at.query_params["lag"] == "7"


def test_every_text_and_snippet_belongs_to_a_chapter():
    names = {part.__name__ for chapter in CHAPTERS.values() for part in chapter.parts}
    assert {path.parent.name for path in HERE.rglob("text.md")} == {*names, HERE.name}
    assert {path.parent.name for path in HERE.glob("*/snippet.py")} == names


def test_formulas_are_whole():
    for path in HERE.rglob("text.md"):
        text = path.read_text(encoding="utf-8")
        assert text.count("$$") % 2 == 0
        assert text.replace("$$", "").count("$") % 2 == 0
