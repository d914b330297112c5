"""Parts of a chapter: its text, its controls, its question, its snippet."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import streamlit as st

from dashboard import session
from dashboard.pages.learn.models import CHANCES
from dashboard.paths import IS_INSTALLED, ROOT
from dashboard.session_keys import Keys

V = TypeVar("V", int, float)
HERE = Path(__file__).parent
VARIABLES = list(CHANCES)
LOOKBACK = 8
WINDOWS = 100  # of the test part, to choose from


def show_text(name: str) -> None:
    """Show a text of a chapter.

    Args:
        name: folder with the `text.md`; "": that of the whole page.
    """
    with st.container(key=f"prose-{name or 'begin'}"):
        st.markdown((HERE / name / "text.md").read_text(encoding="utf-8"))


def choose_window() -> int:
    """Offer the windows of the test part, from 1; all chapters share the choice."""
    return choose_number("Window of the test part", range(1, WINDOWS + 1), 1, "window")


def choose_variable() -> int:
    """Offer the variables, and return the position of the chosen one, from 0."""
    return VARIABLES.index(
        choose_option("Variable", {name: name for name in VARIABLES}, "x2", "variable")
    )


def choose_lag() -> int:
    """Offer the lags, from 1 (the last row of the window) to 8."""
    return choose_number("Lag", range(1, LOOKBACK + 1), 3, "lag")


def choose_option(label: str, options: Mapping[str, str], default: str, name: str) -> str:
    """Offer a few options, and return the one that the address or the visitor chose.

    Args:
        label: over the buttons.
        options: name in the address -> label of the button.
        default: name of the first choice.
        name: of the widget on this page and in the address.
    """
    # bound by Streamlit, the address would name what is written on the buttons
    _start_from_address(name, {option: option for option in options}, default)
    picked = st.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        required=True,
        wrap=True,
        key=Keys.LEARN(name),
        persist_state="session",
    )
    chosen = picked or default
    session.set_address(**{name: chosen})
    return chosen


def choose_number(label: str, values: Sequence[V], default: V, name: str) -> V:
    """Offer evenly spaced numbers, and return the one that the address or the visitor chose.

    Args:
        label: of the slider.
        values: to choose from, ascending.
        default: the first choice.
        name: of the widget on this page and in the address.
    """
    # bound by Streamlit, a slider could not also be set by a button or be shared by chapters
    _start_from_address(name, {f"{value:g}": value for value in values}, default)
    chosen: V = st.slider(
        label,
        values[0],
        values[-1],
        step=values[1] - values[0],
        format="%g",
        key=Keys.LEARN(name),
        persist_state="session",
    )
    session.set_address(**{name: f"{chosen:g}"})
    return chosen


def choose_count(label: str, most: int, name: str) -> int:
    """Offer a number from 1 to `most`, to be typed."""
    _start_from_address(name, {str(number): number for number in range(1, most + 1)}, 1)
    chosen = st.number_input(
        label, 1, most, key=Keys.LEARN(name), width=150, persist_state="session"
    )
    session.set_address(**{name: str(chosen)})
    return chosen


def choose_switch(label: str, name: str) -> bool:
    """Offer a switch, at first off."""
    _start_from_address(name, {"true": True}, False)
    is_on = st.toggle(label, key=Keys.LEARN(name), persist_state="session")
    session.set_address(**{name: str(is_on).lower()})
    return is_on


def _start_from_address(name: str, values: Mapping[str, object], default: object) -> None:
    """Set a widget from the address once; from then on the visitor sets it.

    The address that a browser sends may be older than the last click.
    """
    named = session.address(name)
    session.set_default_values({Keys.LEARN(name): values.get(named or "", default)})


def ask_choice(
    key: str, question: str, answers: Sequence[str], right: str, why: tuple[str, str]
) -> None:
    """Ask a question with answers to choose from; all texts are Markdown.

    Args:
        key: of the chapter.
        question: to ask.
        answers: to choose from.
        right: the right answer.
        why: comments on the right answer, and on any other.
    """
    with st.container(border=True, key=f"ask-{key}"):
        st.markdown(f"**Question.** {question}")
        given = st.radio(
            "Your answer",
            answers,
            index=None,
            key=Keys.LEARN("answer", key),
            persist_state="session",
        )
        if given is not None:
            _show_feedback(given == right, why)


def ask_number(
    key: str, question: str, is_right: Callable[[float], bool], why: tuple[str, str]
) -> None:
    """Ask a question whose answer is a number.

    Args:
        key: of the chapter.
        question: to ask.
        is_right: returns whether an answer is right.
        why: comments on a right answer, and on any other.
    """
    with st.container(border=True, key=f"ask-{key}"):
        st.markdown(f"**Question.** {question}")
        given = st.number_input(
            "Your answer",
            value=None,
            step=0.01,
            key=Keys.LEARN("answer", key),
            width=260,
            persist_state="session",
        )
        if given is not None:
            _show_feedback(is_right(given), why)


def _show_feedback(is_right: bool, why: tuple[str, str]) -> None:
    if is_right:
        st.success(f"Right. {why[0]}", icon=":material/check_circle:")
    else:
        st.error(f"Not quite. {why[1]}", icon=":material/cancel:")


def show_snippet(name: str, *code: Callable[..., object]) -> None:
    """Show the Python lines that compute a chapter's numbers, and the code behind them.

    Args:
        name: folder of the chapter, with its `snippet.py`.
        code: classes and functions of the core.
    """
    with st.expander("The same numbers in Python", icon=":material/terminal:"):
        folder = "`dashboard` of the installed package" if IS_INSTALLED else "of the project"
        st.markdown(f"From the folder {folder}:")
        st.code((HERE / name / "snippet.py").read_text(encoding="utf-8"), language="python")
    with st.container(horizontal=True, key=f"code-{name}"):
        for part in code:
            path = Path(inspect.getfile(inspect.unwrap(part))).relative_to(ROOT)
            with st.popover(f"`{path}`: `{part.__qualname__}`", icon=":material/code:"):
                st.code(inspect.getsource(inspect.unwrap(part)), language="python")
