"""The page Learn: six short chapters, each with one idea, one equation and controls."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from dashboard import session
from dashboard.pages.learn.attention.page import attention
from dashboard.pages.learn.belief.page import belief
from dashboard.pages.learn.blame.page import blame
from dashboard.pages.learn.chapter import VARIABLES, choose_option, show_text
from dashboard.pages.learn.mixture.page import mixture
from dashboard.pages.learn.panels import plan
from dashboard.pages.learn.poke.page import poke
from dashboard.pages.learn.quiz.page import quiz
from dashboard.pages.learn.rows.page import rows
from dashboard.session_keys import Keys
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours

SERIES = (
    "The series: each row of y is made by x2 (three rows before), x5 (seven) or x7 (two); x1 does "
    "nothing"
)
PLAN = (
    "The model; the parts of this chapter are filled. A memory h for each variable reads the "
    "window, weights α over its lags sum it up, a bell μ, σ is what the variable forecasts, "
    "weights π over "
    "the variables mix the bells to the forecast ŷ; once y has come true, blame q is shared out, "
    "and its mean is importance I."
)
# a page keeps its place when it changes, and a new chapter would begin at its end
TO_THE_TOP = """<script>
    document.querySelector("[data-testid=stMain]").scrollTo(0, 0); // chapter {number}
</script>"""


NAMED = Keys.LEARN("chapter-named")  # the chapter that we wrote into the address


class Chapter(NamedTuple):
    """A chapter of the page."""

    title: str
    parts: tuple[Callable[[], None], ...]  # each is redrawn by itself


CHAPTERS = {
    "1": Chapter("One matrix, a row per variable", (rows,)),
    "2": Chapter("Variables stay apart, or not", (poke,)),
    "3": Chapter("Attention twice", (attention,)),
    "4": Chapter("A mixture of forecasters", (mixture,)),
    "5": Chapter("Learning by blaming", (blame,)),
    "6": Chapter("May I believe it?", (belief, quiz)),
}


def page() -> None:
    """Draw the chapter that the address or the visitor chose."""
    st.title("Learn")
    titles = {number: f"{number}. {chapter.title}" for number, chapter in CHAPTERS.items()}
    _follow_address()
    number = choose_option("Chapter", titles, next(iter(CHAPTERS)), "chapter")
    session.put(NAMED, number)
    st.html(TO_THE_TOP.format(number=number), unsafe_allow_javascript=True)
    with st.expander(SERIES, expanded=number == "1"):
        show_text("")
    st.header(titles[number], anchor=False)
    st.graphviz_chart(plan(number, VARIABLES, colours()), width="stretch", alt=PLAN)
    st.caption(PLAN)
    for part in CHAPTERS[number].parts:
        _part(part)
    _show_neighbours(number)


def _follow_address() -> None:
    """Follow the back and forward buttons of the browser, which change the address."""
    named = session.address("chapter")
    if named in CHAPTERS and named != session.get(NAMED, named):
        session.put(Keys.LEARN("chapter"), named)


@st.fragment
@contain_failures()
def _part(draw: Callable[[], None]) -> None:
    """Draw a part of a chapter; its controls redraw this alone.

    It contains no other fragment: quick clicks in nested fragments left old figures behind.
    """
    draw()


def _show_neighbours(number: str) -> None:
    """Show buttons to the chapters before and after."""
    numbers = list(CHAPTERS)
    place = numbers.index(number)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        for to, icon in ((place - 1, "arrow_back"), (place + 1, "arrow_forward")):
            if 0 <= to < len(numbers):
                st.button(
                    f"{numbers[to]}. {CHAPTERS[numbers[to]].title}",
                    icon=f":material/{icon}:",
                    key=Keys.LEARN("to", icon),
                    on_click=session.put,
                    args=(Keys.LEARN("chapter"), numbers[to]),
                )
