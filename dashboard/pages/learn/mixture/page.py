"""Chapter 4: choose a true value, and see which variable is responsible for it."""

import numpy as np
import streamlit as st

from dashboard import session
from dashboard.pages.learn import models
from dashboard.pages.learn.chapter import (
    VARIABLES,
    ask_number,
    choose_number,
    choose_window,
    show_snippet,
    show_text,
)
from dashboard.pages.learn.mixture import panels
from dashboard.pages.learn.mixture.panels import HIGH, LOW
from dashboard.session_keys import Keys
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from imv_core import OneForecast
from imv_core.inspect.mixing import mix
from imv_core.model.objectives import responsibility

STEP = 0.5  # of y
VALUES = [LOW + STEP * k for k in range(round((HIGH - LOW) / STEP) + 1)]
MOST = 0.9  # responsibility in the question


def mixture() -> None:
    """Draw the chapter."""
    show_text("mixture")
    left, right = columns_side_by_side("mixed", 1, 1)
    with left:
        one = models.window("tensor", choose_window())
    with right:
        y = choose_number("y: what if this came true?", VALUES, 110.0, "y")
    _show_components(one, y)
    st.markdown(
        "**Why it matters.** Whoever drew this series knows which driver made the row; the file "
        "does not contain it, and the network never reads it. The posterior is the best guess at "
        "it, once $y$ is known, and in the next chapter the network learns from nothing else. It "
        "is only a share: far from all bells the widest takes everything, though it explains next "
        "to nothing."
    )
    first = models.window("tensor", 1)
    ask_number(
        "mixture",
        f"In window 1 the prior of $x_7$ is only {first.weight[0, VARIABLES.index('x7')]:.2f}. "
        f"Name a $y$ at which its posterior is above {MOST}.",
        lambda given: bool(_of_x7(first, given) > MOST),
        (
            "There no other bell is nearly as high as that of $x_7$: its prior was small, and yet "
            "the responsibility is its own.",
            "Go to window 1 and move $y$ to the middle of the bell of $x_7$, where the others are "
            "flat.",
        ),
    )
    show_snippet("mixture", mix, responsibility)


def _show_components(one: OneForecast, y: float) -> None:
    """Show the components of a forecast at one value."""
    actual = float(one.window.actual[0])
    st.button(
        f"Move y to what came true ({actual:.1f})",
        icon=":material/my_location:",
        key=Keys.LEARN("came-true"),
        on_click=session.put,
        args=(Keys.LEARN("y"), STEP * round(actual / STEP)),
    )
    left, right = columns_side_by_side("mixture", 1, 1)
    with left:
        show_panel("mixture-components", panels.components(one, y, colours()))
    with right:
        show_panel("mixture-responsibility", panels.responsibility(one, y, colours()))


def _of_x7(one: OneForecast, y: float) -> float:
    return float(mix(one, np.array([y])).posterior[0, VARIABLES.index("x7")])
