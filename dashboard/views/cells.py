"""The map of one window, and what lies behind one of its cells."""

import streamlit as st

from dashboard import state
from dashboard.controls.window import Place
from dashboard.panels import window as panels
from dashboard.views.opened import Opened
from dashboard.views.panel import colours, said, show_panel
from imv_core import OneForecast

AROUND = 24  # rows beside the window in the figure of a cell
SHOWN = {"attention": "Attention", "contribution": "Contributions"}


def cells(open_: Opened, here: Place, one: OneForecast) -> list[str]:
    """The map and one cell of it; returns the variables that are drawn."""
    most: int | None = panels.MOST
    if len(one.variables) > panels.MOST and st.toggle(
        f"All {len(one.variables)} variables, not only the {panels.MOST} that move this forecast "
        "most",
        key="explore-all",
    ):
        most = None
    names = panels.shown_variables(one, here.step, most)
    _cells(open_, here, one, names)
    return names


@st.fragment
@said
def _cells(open_: Opened, here: Place, one: OneForecast, names: list[str]) -> None:
    def clicked() -> None:
        if (point := state.clicked(key)) is not None:
            state.put("explore-variable", names[int(point["y"])])
            state.put("explore-lag", int(point["x"]))

    shown = "attention"
    if one.contribution_by_lag is not None:
        shown = st.segmented_control(
            "What the map shows",
            SHOWN,
            default="attention",
            required=True,
            format_func=SHOWN.__getitem__,
            key="explore-map",
        )
    key = f"window_{shown}"
    draw = panels.attention_map if shown == "attention" else panels.contribution_map
    at = _chosen(one)
    panel = draw(one, here.step, names, open_.step, colours(), at)
    show_panel(key, panel, on_click=clicked)
    _choose(one)
    if at is not None:
        first, last = max(0, here.row - len(one.lags) - AROUND), here.row + AROUND
        series = open_.table.frame[at[0]].iloc[first:last]
        show_panel("cell", panels.cell(one, here.step, at, series, colours()))


def _chosen(one: OneForecast) -> panels.Cell | None:
    """The cell that was clicked or chosen before, where this model has such a one."""
    if state.get("explore-variable") not in one.variables:
        state.put("explore-variable", None)
    if state.get("explore-lag") not in one.lags:
        state.put("explore-lag", 1)
    name = state.get("explore-variable")
    return None if name is None else (name, state.get("explore-lag"))


def _choose(one: OneForecast) -> None:
    """The same by keyboard."""
    left, right = st.columns([3, 1])
    left.selectbox(
        "One variable and lag in its series",
        one.variables,
        index=None,
        placeholder="Click a cell of the map, or choose",
        key="explore-variable",
    )
    right.selectbox("Lag", one.lags, key="explore-lag")
