"""Chapter 3: raise a score, and see how weights and forecast change."""

import streamlit as st

from dashboard import session
from dashboard.pages.learn import models
from dashboard.pages.learn.attention import panels
from dashboard.pages.learn.chapter import (
    LOOKBACK,
    VARIABLES,
    ask_number,
    choose_lag,
    choose_number,
    choose_switch,
    choose_variable,
    choose_window,
    show_snippet,
    show_text,
)
from dashboard.session_keys import Keys
from dashboard.ui.figure_card import colours, columns_side_by_side, metric_row, show_panel
from imv_core.inspect.attending import attend, tanh_cap
from imv_core.model.attention import StateAttention

QUESTION_LAGS = 10
UNTOUCHED = {
    Keys.LEARN("raise"): 0.0,
    Keys.LEARN("raise_variable"): 0.0,
    Keys.LEARN("tanh"): False,
}
RAISES = [k / 2 for k in range(-16, 17)]


def attention() -> None:
    """Draw the chapter."""
    show_text("attention")
    time, variables, squashing = (st.container() for _ in range(3))
    with time:
        st.markdown("**1. Over time.** Raise the score of one lag of one variable:")
        left, middle, right = columns_side_by_side("score", 1, 1, 1)
    with left:
        variable = choose_variable()
    with middle:
        lag = choose_lag()
    with right:
        more = _raise(f"Raise the score of {VARIABLES[variable]} at lag {lag} by", "raise")
    with variables:
        st.markdown("**2. Over variables.** Raise the score of the variable as a whole:")
        left, right = columns_side_by_side("variable-score", 1, 1)
    with left:
        more_of_all = _raise(f"Raise the score of {VARIABLES[variable]} by", "raise_variable")
    with right:
        number = choose_window()
    with squashing:
        st.markdown(
            "**3. What a tanh would forbid.** Published codes squeeze all scores between −1 and 1, "
            "by a tanh. Switch it on, and raise a score as far as you like: it ends at 1. The cap "
            "is reached only where all other scores lie at −1; those of this network, which was "
            "trained without tanh, are squeezed towards 1 too, and so its weights stay below it."
        )
        squashed = choose_switch("Scores through tanh", "tanh")
    network, one = models.network("tensor"), models.window("tensor", number)
    change = panels.ScoreChange(
        before=attend(network, one.scaled),
        after=attend(
            network, one.scaled, {(variable, lag): more}, {variable: more_of_all}, squashed
        ),
        names=VARIABLES,
        variable=variable,
        lag=lag,
        base=float(one.base[0]),
        unit=models.model("tensor").fitted.scaling.spread[0],
    )
    with time:
        left, right = columns_side_by_side("time", 1, 1)
        with left:
            show_panel("scores", panels.scores(change, colours()))
        with right:
            show_panel("alpha", panels.alpha(change, colours()))
        st.markdown(_context(change))
    with variables:
        left, right = columns_side_by_side("variables", 1, 1)
        with left:
            show_panel("pi", panels.variables(change, colours()))
        with right:
            show_panel("forecast", panels.forecast(change, one.target, colours()))
        before, after = change.forecasts
        st.button(
            "Back to the trained network",
            icon=":material/undo:",
            key=Keys.LEARN("untouched"),
            disabled=not (more or more_of_all or squashed),
            on_click=session.set_values,
            args=(UNTOUCHED,),
        )
        metric_row(
            "forecast",
            {
                "Forecast of the trained network": (f"{before:.1f}", ""),
                "With your changes": (f"{after:.1f}", ""),
                "What came true": (f"{one.window.actual[0]:.1f}", ""),
            },
        )
    with squashing:
        show_panel("cap", panels.cap(change, colours()))
    ask_number(
        "attention",
        f"Scores go through tanh. What is the largest weight that one of {QUESTION_LAGS} lags can "
        "get? (two decimals)",
        lambda given: bool(abs(given - tanh_cap(QUESTION_LAGS)) <= 0.01),
        (
            "However sure the model is, more than half of the weight stays with lags that do not "
            "matter.",
            f"Look at the curve where K is {QUESTION_LAGS}; pointing at it shows the number.",
        ),
    )
    show_snippet("attention", attend, tanh_cap, StateAttention)


def _raise(label: str, key: str) -> float:
    return choose_number(label, RAISES, 0.0, key)


def _context(change: panels.ScoreChange) -> str:
    """Return the sentence with the numbers of the context."""
    g = r",\; ".join(f"{value:.2f}" for value in change.after.context[change.variable])
    return (
        rf"With these weights the context is $g[\text{{{change.name}}}] = ({g})$: the average of "
        f"the hidden numbers of {change.name} over its {LOOKBACK} steps."
    )
