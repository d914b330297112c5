"""Chapter 5: importance over the epochs; and what the objective misses where effects add."""

import pandas as pd
import streamlit as st

from dashboard.pages.learn import models
from dashboard.pages.learn.blame import panels
from dashboard.pages.learn.chapter import (
    VARIABLES,
    ask_choice,
    choose_number,
    choose_option,
    show_snippet,
    show_text,
)
from dashboard.ui.figure_card import colours, columns_side_by_side, metric_row, show_panel
from imv_core.inspect import em_bound
from imv_core.model.objectives import balanced, em

OBJECTIVES = {
    "em": "A mixture has one variable make a row, and cannot add. Each bell sees its own variable "
    "alone: to it what the others add is noise, so it stays wide, and forecasts "
    "huddle in the middle.",
    "mse": "The squared error needs nothing but a good mean of the mixture, "
    "$\\sum_n \\pi_n \\mu_n$, which is a sum: now effects add. What a single $\\mu_n$ says by "
    "itself is no forecast any more.",
    "balanced": "It needs a good mean of the mixture too, half by its squared and half by its "
    "absolute error, and puts a small price on variables that cancel each other. Effects add, and "
    "importance comes near to the planted strengths.",
}

NAMES = {"em": "mixture (em)", "mse": "squared error (mse)", "balanced": "balanced"}


def blame() -> None:
    """Draw the chapter."""
    show_text("blame")
    _show_training()
    _show_chorus()
    ask_choice(
        "blame",
        "From which epoch on does the importance of $x_2$ stay within 0.1 of its truth, 0.5?",
        [f"Epoch {number}" for number in (3, 7, 14, 31)],
        "Epoch 7",
        (
            "A guess that is a little right makes the bells a little better, and better bells "
            "guess better: once blame has found its way, a few epochs are enough. Forecasts go on "
            "getting sharper long after.",
            "Move the epoch, and read the importance of $x_2$ in the second box: does it lie "
            "between 0.4 and 0.6?",
        ),
    )
    show_snippet("blame", em_bound.blame, em, balanced)


def _show_training() -> None:
    """Show losses and importance after an epoch."""
    epoch = choose_number("Epoch", range(1, models.EPOCHS + 1), 1, "epoch")
    epochs, truth = models.blame_by_epoch(), pd.Series(models.CHANCES)
    left, right = columns_side_by_side("blamed", 1, 1)
    with left:
        show_panel("blame-losses", panels.losses(epochs, epoch, colours()))
    with right:
        show_panel("blame-importance", panels.importance(epochs, truth, epoch, colours()))
    metric_row(
        "blamed",
        {
            f"I of {name} (truth {true:g})": (f"{epochs[str(name)][epoch]:.3f}", "")
            for name, true in truth.items()
        },
    )


def _show_chorus() -> None:
    """Show how each objective learns effects that add."""
    st.subheader("And where effects add?", anchor=False)
    with st.container(key="prose-chorus"):
        st.markdown(
            "In another series, **the chorus**, no row has one maker: all three drivers sing at "
            "once, $y_t = 1.0\\,x_{2,t-3} + 0.8\\,x_{5,t-7} + 0.6\\,x_{7,t-2} + 0.3\\,e_t$ "
            "(scaled; $e$ is noise). Choose what training makes small:"
        )
    objective = choose_option("Objective", NAMES, "em", "objective")
    name, floor = f"chorus_{objective}", models.noise_of_chorus()
    left, right = columns_side_by_side("chorus", 1, 1)
    with left:
        past, rmse = models.forecasts(name), models.score(name)["rmse"]
        show_panel("blame-chorus", panels.added(objective, past, rmse, floor, colours()))
    with right, st.container(key="prose-objective"):
        st.markdown(f"**{objective}.** {OBJECTIVES[objective]}")
        st.markdown(_table(objective, floor))
        st.caption(
            "RMSE: root mean squared error. Ridge: linear regression. Planted: the error of the "
            "noise alone, and the drivers' strengths as shares. Importance is not quite the same "
            "measure for em as for the others: see “What is this?”."
        )


def _table(chosen: str, floor: float) -> str:
    """Return RMSE and importance of all objectives as a Markdown table, the chosen one in bold."""
    rows = [["", "RMSE", *(f"$I$ of {name}" for name in VARIABLES)], ["---", *["---:"] * 5]]
    for objective in OBJECTIVES:
        name = f"chorus_{objective}"
        shares = models.importance(name)[VARIABLES]
        row = [objective, f"{models.score(name)['rmse']:.1f}", *(f"{s:.2f}" for s in shares)]
        rows.append([f"**{cell}**" for cell in row] if objective == chosen else row)
    rows.append(["ridge", f"{models.score('chorus_em')['ridge_rmse']:.1f}", *[""] * 4])
    strengths = pd.Series({"x1": 0.0, **models.STRENGTHS})
    shares = strengths / strengths.sum()
    rows.append(["planted", f"{floor:.1f} (noise)", *(f"{s:.2f}" for s in shares)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
