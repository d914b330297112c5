"""IMV-LSTM in six short chapters, each with one idea, one equation and something to touch."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard import state
from dashboard.views.learn.attention import attention
from dashboard.views.learn.belief import belief
from dashboard.views.learn.blame import blame
from dashboard.views.learn.lesson import choose, tell
from dashboard.views.learn.mixture import mixture
from dashboard.views.learn.poke import poke
from dashboard.views.learn.rows import rows
from dashboard.views.panel import said


class Chapter(NamedTuple):
    """A chapter of the page."""

    title: str
    draw: Callable[[], None]


CHAPTERS = {
    "1": Chapter("One matrix, a row per variable", rows),
    "2": Chapter("Variables stay apart, or not", poke),
    "3": Chapter("Attention twice", attention),
    "4": Chapter("A mixture of forecasters", mixture),
    "5": Chapter("Learning by blaming", blame),
    "6": Chapter("May I believe it?", belief),
}


def page() -> None:
    """The chapter that the link or the visitor chose."""
    st.title("Learn")
    titles = {number: f"{number}. {chapter.title}" for number, chapter in CHAPTERS.items()}
    _follow_address()
    number = choose("Chapter", titles, next(iter(CHAPTERS)), "chapter")
    state.put("chapter-named", number)
    with st.expander("What this is about: one model, one series", expanded=number == "1"):
        tell("begin")
    st.header(titles[number], anchor=False)
    _chapter(number)
    _turn(number)


def _follow_address() -> None:
    """Go back and forward with the browser: its address names another chapter than we did."""
    named = state.named_in_address("chapter")
    if named in CHAPTERS and named != state.get("chapter-named", named):
        state.put("chapter", named)


@st.fragment
@said
def _chapter(number: str) -> None:
    """Only this is drawn again when something in it is touched.

    No part of it is a fragment too: touched quickly, one within another left figures behind.
    """
    CHAPTERS[number].draw()


def _turn(number: str) -> None:
    """The ways to the chapters before and after."""
    numbers = list(CHAPTERS)
    place = numbers.index(number)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for to, icon in ((place - 1, "arrow_back"), (place + 1, "arrow_forward")):
            if 0 <= to < len(numbers):
                st.button(
                    f"{numbers[to]}. {CHAPTERS[numbers[to]].title}",
                    icon=f":material/{icon}:",
                    key=f"to-{icon}",
                    on_click=state.put,
                    args=("chapter", numbers[to]),
                )
