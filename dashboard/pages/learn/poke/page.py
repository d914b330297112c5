"""Chapter 2: change one number, and see which rows change."""

import numpy as np
import streamlit as st

from dashboard.pages.learn import models
from dashboard.pages.learn.chapter import (
    VARIABLES,
    ask_choice,
    choose_lag,
    choose_number,
    choose_variable,
    choose_window,
    show_snippet,
    show_text,
)
from dashboard.pages.learn.poke import panels
from dashboard.ui.figure_card import colours, columns_side_by_side, metric_row, show_panel
from imv_core.inspect import poke as anatomy
from imv_core.model.cells import FullCell, TensorCell

BY = [k / 2 for k in range(-6, 7)]
CELLS = {"tensor": "IMV-Tensor", "full": "IMV-Full"}


def poke() -> None:
    """Draw the chapter."""
    show_text("poke")
    left, middle, right = columns_side_by_side("poked", 1, 1, 1)
    with left:
        variable = choose_variable()
    with middle:
        lag = choose_lag()
    with right:
        by = choose_number("By how much (deviations)", BY, 1.0, "by")
    number = choose_window()
    changes = {
        cell: anatomy.poke(
            models.network(cell).cell, models.window(cell, number).scaled, variable, lag, by
        )
        for cell in CELLS
    }
    top = max(0.01, *(float(np.abs(change).max()) for change in changes.values()))
    for place, (cell, change) in zip(
        columns_side_by_side("poke", 1, 1), changes.items(), strict=True
    ):
        with place:
            panel = panels.moved(CELLS[cell], change, VARIABLES, (variable, lag), top, colours())
            show_panel(f"poke-{cell}", panel)
    metric_row(
        "poke",
        {
            f"Leakage, {CELLS[cell]}": (
                f"{anatomy.leakage(change, variable):.1%}" if by else "–",
                "The share of all movement that lies in rows of other variables.",
            )
            for cell, change in changes.items()
        },
    )
    full = models.importance("full")
    tensor_rmse, full_rmse = (models.score(cell)["rmse"] for cell in CELLS)
    st.markdown(
        "**Why it matters.** A row of IMV-Full may depend on another variable than the one whose "
        "name it bears, and so may its weight and its attention. Here it went wrong: this IMV-Full "
        f"forecasts about as well as the IMV-Tensor (root mean squared error {full_rmse:.1f} "
        f"against {tensor_rmse:.1f}), but gives $x_7$ an importance of {full['x7']:.2f} and $x_2$ "
        f"one of {full['x2']:.2f}, though $x_7$ makes 2 rows of 10 and $x_2$ makes half."
    )
    ask_choice(
        "poke",
        "You poke $x_7$ at lag 5 in IMV-Tensor. Where is the difference not zero?",
        [
            "In the row of $x_7$, at lags 8 to 5",
            "In the row of $x_7$, at lags 5 to 1",
            "In all rows, at lags 5 to 1",
            "In the row of $x_7$, at lag 5 alone",
        ],
        "In the row of $x_7$, at lags 5 to 1",
        (
            "The row remembers: what entered at lag 5 is carried on to lag 1. No other row "
            "hears of it.",
            "Choose $x_7$ and lag 5 above, and look which cells of IMV-Tensor are coloured.",
        ),
    )
    show_snippet("poke", anatomy.poke, TensorCell, FullCell)
