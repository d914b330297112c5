"""Chapter 1: read a window step by step; every variable has hidden numbers of its own."""

import streamlit as st

from dashboard import session
from dashboard.pages.learn import models
from dashboard.pages.learn.chapter import (
    LOOKBACK,
    VARIABLES,
    ask_choice,
    choose_number,
    choose_variable,
    choose_window,
    show_snippet,
    show_text,
)
from dashboard.pages.learn.rows import panels
from dashboard.session_keys import Keys
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from imv_core.arrays import Floats
from imv_core.inspect.poke import reach
from imv_core.inspect.recurrences import PlainLSTM, unroll
from imv_core.model.cells import TensorCell

FIRST = 3  # step shown first
RIGHT = "4 in IMV-LSTM, all 16 in the plain LSTM"


def rows() -> None:
    """Draw the chapter."""
    show_text("rows")
    number = choose_window()
    step = _choose_step()
    window = models.window("tensor", number).scaled
    network, plain = models.network("tensor"), models.plain_lstm()
    steps = unroll(network, window)
    show_panel("entering", panels.entering(window, VARIABLES, step, colours()))
    both = {
        "IMV-LSTM": (steps.h, VARIABLES, reach(network.cell, window[:step])),
        "Plain LSTM": (plain.states(window)[:, None], ["h"], reach(plain.cell, window[:step])),
    }
    for place, (name, (h, groups, _)) in zip(
        columns_side_by_side("filling", 1, 1), both.items(), strict=True
    ):
        with place:
            show_panel(f"filling-{name}", panels.filling(name, h, groups, step, colours()))
    st.markdown(
        "**Whose number is it?** Each value read so far is changed in turn, to see which hidden "
        "numbers move. A hidden number can depend only on the variables that move it."
    )
    for place, (name, (_, _, shares)) in zip(
        columns_side_by_side("reach", 1, 1), both.items(), strict=True
    ):
        with place:
            panel = panels.reach(name, shares.reshape(len(VARIABLES), -1), VARIABLES, colours())
            show_panel(f"reach-{name}", panel)
    st.markdown("**Inside one step.** The equation with the numbers of one variable of IMV-LSTM:")
    variable = choose_variable()
    parts = panels.parts(steps, window, variable, step)
    show_panel("gates", panels.gates(parts, VARIABLES[variable], step, colours()))
    st.markdown(_worked(parts[0]))
    ask_choice(
        "rows",
        "All 8 steps are read. Of the 16 hidden numbers, how many does $x_2$ move?",
        [
            "All 16, in both",
            "4, in both",
            RIGHT,
            "1 in IMV-LSTM, 4 in the plain LSTM",
        ],
        RIGHT,
        (
            "In IMV-LSTM the numbers of $x_2$ are a record of $x_2$ alone; in the plain LSTM every "
            "number is a mixture.",
            "Go to step 8, and count the columns with the colour of $x_2$ in both figures under "
            "“Whose number is it?”.",
        ),
    )
    show_snippet("rows", unroll, reach, TensorCell, PlainLSTM)


def _choose_step() -> int:
    """Offer the number of steps read, with buttons for one fewer and one more."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="steps"):
        step = choose_number("Steps read so far", range(1, LOOKBACK + 1), FIRST, "step")
        for name, icon, to in (
            ("Earlier", "arrow_back", step - 1),
            ("Later", "arrow_forward", step + 1),
        ):
            st.button(
                name,
                icon=f":material/{icon}:",
                key=Keys.LEARN("step", name),
                disabled=not 1 <= to <= LOOKBACK,
                on_click=session.put,
                args=(Keys.LEARN("step"), to),
            )
    return step


def _worked(unit: Floats) -> str:
    """Return the update of the first unit with its numbers, as Markdown."""
    _, j, i, f, before, c, o, h = (f"{value:.2f}" for value in unit)
    lines = (
        r"c &= f\, c_\text{before} + i\, j",
        rf"&= {f} \cdot ({before}) + {i} \cdot ({j}) = {c}",
        rf"h &= o \tanh(c) = {o} \cdot \tanh({c}) = {h}",
    )
    whole = "\\\\\n".join(lines)
    return f"Of unit 1:\n$$\n\\begin{{aligned}}\n{whole}\n\\end{{aligned}}\n$$"
