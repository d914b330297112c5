"""The page Learn as a whole: its chapters, and the ways to them."""

import re

import pytest

from dashboard.views.learn.lesson import SNIPPETS, TEXTS
from dashboard.views.learn.page import CHAPTERS

NUMBERS = list(CHAPTERS)


def _header(at):
    return at.header[0].value


@pytest.mark.parametrize("number", NUMBERS)
def test_a_link_leads_to_a_chapter(chapter, number):
    assert _header(chapter(number)) == f"{number}. {CHAPTERS[number].title}"


@pytest.mark.parametrize("odd", ["0", "7", "", "-1", "two", "<b>", "1.0"])
def test_a_link_to_no_chapter_leads_to_the_first(chapter, odd):
    assert _header(chapter(odd)).startswith(f"{NUMBERS[0]}. ")


def test_one_walks_from_chapter_to_chapter(chapter):
    at = chapter(NUMBERS[0])
    for number in NUMBERS[1:]:
        at.button(key="to-arrow_forward").click()
        at.run()
        assert _header(at).startswith(f"{number}. ")
    at.button(key="to-arrow_back").click()
    at.run()
    assert _header(at).startswith(f"{NUMBERS[-2]}. ")


@pytest.mark.parametrize("number", NUMBERS)
def test_a_chapter_has_an_idea_an_equation_a_question_and_lines_to_take_home(chapter, number):
    at = chapter(number)
    said = [m.value for m in at.markdown]
    assert len([text for text in said if text.startswith("**The idea.**")]) == 1
    assert any("$$" in text for text in said)
    assert len([text for text in said if text.startswith("**Question.**")]) == 1
    assert [e.label for e in at.expander if e.label.startswith("Take it home")]
    code = [c.value for c in at.get("code")]
    assert any("import imv_core" in text for text in code)
    assert any(re.search(r"^(def|class) ", text, re.MULTILINE) for text in code)


@pytest.mark.parametrize("number", NUMBERS)
def test_odd_positions_in_a_link_are_no_error(chapter, number):
    odd = dict.fromkeys(("window", "variable", "lag", "by", "step", "epoch", "y", "quiz"), "-99x")
    chapter(number, **odd)


def test_a_control_follows_the_address_unless_a_visitor_has_just_touched_it(chapter):
    at = chapter(2, window="7")
    at.query_params["window"] = "5"  # back in the browser
    assert at.run().slider(key="window").value == 5
    at.query_params["window"] = "7"  # an address that is not yet up to date
    assert at.slider(key="window").set_value(9).run().slider(key="window").value == 9


def test_every_text_and_snippet_belongs_to_a_chapter():
    names = {chapter.draw.__name__ for chapter in CHAPTERS.values()}
    assert {path.stem for path in TEXTS.glob("*.md")} - {"quiz"} == {*names, "begin"}
    assert {path.stem for path in SNIPPETS.glob("*.py")} - {"quiz"} == names


def test_formulas_are_whole():
    for path in TEXTS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert text.count("$$") % 2 == 0
        assert text.replace("$$", "").count("$") % 2 == 0
