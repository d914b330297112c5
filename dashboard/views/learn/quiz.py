"""The quiz of chapter 6: guess what drives fresh data, twice, and be told."""

from collections.abc import Sequence

import streamlit as st

from dashboard import quizzes, state
from dashboard.keys import Key, Keys
from dashboard.panels.learn import quiz as panels
from dashboard.views.learn.lesson import choose, choose_count, choose_lag, take_home, tell
from dashboard.views.learn.quiz_score import score
from dashboard.views.panel import beside, colours, show_panel
from dashboard.words import listed
from imv_core.explanation import Explanation
from imv_core.planted import PlantedWorld, additive, nonlinear

LEVELS = {"lines": "additive", "curves": "nonlinear"}  # what effects are -> the world
VIEWS = ("time", "lag")
NUMBERS = 9999


def quiz() -> None:
    """The data, both guesses, and their score."""
    st.subheader("Quiz: what drives these data?", anchor=False)
    tell("quiz")
    left, middle, right = beside("quiz", 1, 1, 1)
    with left:
        level = choose("Effects are", {name: name for name in LEVELS}, "lines", "level")
    with middle:
        number = _choose_number()
    with right:
        view = choose("Show the data over", {name: name for name in VIEWS}, "lag", "view")
    world = quizzes.world(LEVELS[level], number)
    _data(world, view)
    drawn = level, number
    guesses = state.get(_given(drawn), ())
    candidates = [name for name in world.frame.columns if name != world.target]
    _guess(drawn, guesses, 0, candidates)
    if guesses:
        explanation, explained = quizzes.explained(LEVELS[level], number)
        show_panel("quiz-importance", panels.importance(explanation, colours()))
        st.markdown(
            f"The model explains **{explained:.0%}** of the variance of $y$ in rows it has not "
            "learnt from."
        )
        _guess(drawn, guesses, 1, candidates)
    if len(guesses) == 2:
        score(world, guesses, explanation.variable_importance, explained)
    take_home("quiz", additive, nonlinear, Explanation)


def _choose_number() -> int:
    """Which data; the link holds it, and a button goes on to the next."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = choose_count("Quiz number", NUMBERS, "quiz")
        st.button(
            "New data",
            icon=":material/casino:",
            key=Keys.LEARN("quiz-new"),
            on_click=state.put,
            args=(Keys.LEARN("quiz"), number % NUMBERS + 1),
        )
    return number


def _data(world: PlantedWorld, view: str) -> None:
    if view == "time":
        show_panel("quiz-time", panels.series(world.frame, world.target, colours()))
    else:
        lag = choose_lag()
        show_panel("quiz-lag", panels.against_lag(world.frame, world.target, lag, colours()))


def _guess(
    drawn: tuple[str, int],
    guesses: Sequence[tuple[str, ...]],
    place: int,
    candidates: Sequence[str],
) -> None:
    """Ask for a guess, or say which was given.

    Args:
        drawn: the level and the number of the data.
        guesses: that were given.
        place: of this guess: 0 from the data, 1 with the explanation.
        candidates: to choose from.
    """
    source = ("from the data alone", "with the explanation")[place]
    if place < len(guesses):
        st.markdown(f"**Guess {place + 1}, {source}:** {listed(guesses[place])}.")
        return
    with st.container(border=True, key=f"guess-{place + 1}"):
        picked = st.pills(
            f"Guess {place + 1}, {source}: which three drive y?",
            candidates,
            selection_mode="multi",
            key=Keys.LEARN("guess", *drawn, place),
            persist_state="session",
        )
        hint = " If you see nothing, guess: so does everybody." if place == 0 else ""
        st.caption(_missing(len(picked), hint))
        st.button(
            ("Show the explanation", "Score both")[place],
            type="primary",
            key=Keys.LEARN("give", place + 1),
            disabled=len(picked) != quizzes.DRIVERS,
            on_click=state.put,
            args=(_given(drawn), (*guesses, tuple(picked))),
        )


def _given(drawn: tuple[str, int]) -> Key:
    """Name of the guesses that were given: none, one or both."""
    return Keys.LEARN("guesses", *drawn)


def _missing(count: int, hint: str) -> str:
    drivers = quizzes.DRIVERS
    if count < drivers:
        return f"Choose {drivers - count} more.{hint}"
    if count > drivers:
        return f"There are {drivers} drivers: take {count - drivers} away."
    return "You can change your mind until you press the button, and not after it."
