"""IMV-LSTM in six short chapters, each with one idea, one equation and something to touch."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard import state
from dashboard.views.learn.attention import attention
from dashboard.views.learn.lesson import tell
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
}


def page() -> None:
    """The chapter that the link or the visitor chose."""
    st.title("Learn")
    titles = {number: f"{number}. {chapter.title}" for number, chapter in CHAPTERS.items()}
    number = _choose(titles)
    with st.expander("What this is about: one model, one series", expanded=number == "1"):
        tell("begin")
    st.header(titles[number], anchor=False)
    _chapter(number)
    _turn(number)


def _choose(titles: dict[str, str]) -> str:
    """A chapter's number, which the address holds: bound, a widget writes what its buttons say."""
    named, written = st.query_params.get("chapter"), state.get("chapter-written")
    if named in titles and named != written:  # a link, or back and forward in the browser
        state.put("chapter", named)
    first = next(iter(titles))
    state.begin_widgets({"chapter": first})
    number = st.segmented_control(
        "Chapter",
        list(titles),
        format_func=titles.__getitem__,
        required=True,
        wrap=True,
        key="chapter",
        persist_state="session",
    )
    state.put("chapter-written", number)
    state.name_in_address(chapter=number)
    return number


@st.fragment
@said
def _chapter(number: str) -> None:
    """Only this is drawn again when something in it is touched."""
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
