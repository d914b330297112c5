"""Which variables an explanation shows, and in which order."""

import streamlit as st

from dashboard.keys import Keys
from dashboard.panels.selection import ORDERS, Selection

FEW = 12  # as many are always shown
AT_FIRST = 15


def choose_selection(variables: int) -> Selection:
    """Ask for the order, and of many variables for how many and which."""
    places = st.columns(3 if variables > FEW else 1, vertical_alignment="bottom")
    order = places[0].selectbox(
        "Variables",
        ORDERS,
        format_func=ORDERS.__getitem__,
        key=Keys.SHARED("order"),
        persist_state="session",
    )
    if variables <= FEW:
        return Selection(variables, order)
    most = places[1].number_input(
        f"How many of {variables}",
        1,
        variables,
        min(AT_FIRST, variables),
        key=Keys.SHARED("most-of", variables),
        persist_state="session",
    )
    search = places[2].text_input(
        "Names that hold",
        placeholder="any text",
        key=Keys.SHARED("search"),
        persist_state="session",
    )
    return Selection(most, order, search)
