"""The quiz: guess the drivers of planted data, then see a model's importance and the truth."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import session
from dashboard.pages.learn import models
from dashboard.pages.learn.chapter import (
    choose_count,
    choose_lag,
    choose_option,
    show_snippet,
    show_text,
)
from dashboard.pages.learn.quiz import panels
from dashboard.session_keys import Key, Keys
from dashboard.ui.figure_card import colours, columns_side_by_side, metric_row, show_panel
from dashboard.wording import listed
from imv_core.explaining.explanation import Explanation
from imv_core.synthetic.worlds import PlantedWorld, additive, nonlinear


def _show_score(
    world: PlantedWorld,
    guesses: Sequence[Sequence[str]],
    importance: "pd.Series[float]",
    explained: float,
) -> None:
    """Show how many drivers both guesses and the model found.

    Args:
        world: data with known drivers.
        guesses: from the data, and with the explanation.
        importance: of the model.
        explained: share of the variance that the forecasts explain.
    """
    drivers = list(world.lags)
    candidates = importance.drop(world.target)
    named = list(candidates.nlargest(len(drivers)).index)
    chance = len(drivers) ** 2 / len(candidates)  # drawn without looking
    marked = {
        "Guess from the data": guesses[0],
        "Guess with the explanation": guesses[1],
        "Highest importance": named,
    }
    metric_row(
        "quiz",
        {
            label: (f"{len(_found(names, drivers))} of {len(drivers)}", "")
            for label, names in marked.items()
        }
        | {
            "By chance": (f"{chance:.1f} of {len(drivers)}", "On average, of three drawn at random")
        },
    )
    truth = listed([f"{name} at lag {lags[0]}" for name, lags in world.lags.items()])
    st.markdown(f"**The truth.** The generator planted {truth}.")
    st.markdown("\n".join(f"- {_marked(label, names, drivers)}" for label, names in marked.items()))
    _show_judgement(named, drivers, explained, 1 - world.noise**2)


def _found(names: Sequence[str], drivers: Sequence[str]) -> list[str]:
    return [name for name in names if name in drivers]


def _marked(label: str, names: Sequence[str], drivers: Sequence[str]) -> str:
    found = _found(names, drivers)
    wrong = [name for name in names if name not in drivers]
    kinds = (("right", found), ("wrong", wrong))
    parts = [f"{kind}: {listed(those)}" for kind, those in kinds if those]
    return f"**{label}**, {'; '.join(parts)}."


def _show_judgement(
    named: Sequence[str], drivers: Sequence[str], explained: float, most: float
) -> None:
    """Show whether the explanation was right."""
    errors = (
        f"The model explains {explained:.0%} of the variance of $y$ in the test part; someone "
        f"who knew the equation would explain {most:.0%}."
    )
    missed = [name for name in drivers if name not in named]
    if not missed:
        st.success(f"The explanation was right here. {errors}", icon=":material/check_circle:")
        return
    drive = "drives" if len(missed) == 1 else "drive"
    st.warning(
        f"The explanation was wrong here: {listed(missed)} {drive} $y$, and others have more "
        f"importance. {errors} What a model has not learnt its explanation cannot name: look at "
        "its errors first.",
        icon=":material/warning:",
    )


LEVELS = {"lines": "additive", "curves": "nonlinear"}  # what effects are -> the world
VIEWS = ("time", "lag")
NUMBERS = 9999


def quiz() -> None:
    """Draw the quiz."""
    st.subheader("Quiz: what drives these data?", anchor=False)
    show_text("quiz")
    left, middle, right = columns_side_by_side("quiz", 1, 1, 1)
    with left:
        level = choose_option("Effects are", {name: name for name in LEVELS}, "lines", "level")
    with middle:
        number = _choose_number()
    with right:
        view = choose_option("Show the data over", {name: name for name in VIEWS}, "lag", "view")
    world = models.world(LEVELS[level], number)
    _data(world, view)
    drawn = level, number
    guesses = session.get(_given(drawn), ())
    candidates = [name for name in world.frame.columns if name != world.target]
    _guess(drawn, guesses, 0, candidates)
    if guesses:
        explanation, explained = models.explain_world(LEVELS[level], number)
        show_panel("quiz-importance", panels.importance(explanation, colours()))
        st.markdown(
            f"The model explains **{explained:.0%}** of the variance of $y$ in rows it has not "
            "learnt from."
        )
        _guess(drawn, guesses, 1, candidates)
    if len(guesses) == 2:
        _show_score(world, guesses, explanation.variable_importance, explained)
    show_snippet("quiz", additive, nonlinear, Explanation)


def _choose_number() -> int:
    """Offer the number of the data, and a button for the next."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = choose_count("Quiz number", NUMBERS, "quiz")
        st.button(
            "New data",
            icon=":material/casino:",
            key=Keys.LEARN("quiz-new"),
            on_click=session.put,
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
    """Offer a guess, or show the guess that was given.

    Args:
        drawn: the level and the number of the data.
        guesses: given so far.
        place: of this guess, 0 from the data or 1 with the explanation.
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
        hint = " If you see nothing, guess: everybody does." if place == 0 else ""
        st.caption(_missing(len(picked), hint))
        st.button(
            ("Show the explanation", "Score both")[place],
            type="primary",
            key=Keys.LEARN("give", place + 1),
            disabled=len(picked) != models.DRIVERS,
            on_click=session.put,
            args=(_given(drawn), (*guesses, tuple(picked))),
        )


def _given(drawn: tuple[str, int]) -> Key:
    """Return the key of the guesses given so far."""
    return Keys.LEARN("guesses", *drawn)


def _missing(count: int, hint: str) -> str:
    drivers = models.DRIVERS
    if count < drivers:
        return f"Choose {drivers - count} more.{hint}"
    if count > drivers:
        return f"There are {drivers} drivers: take {count - drivers} away."
    return "You can change your mind until you press the button, and not after it."
