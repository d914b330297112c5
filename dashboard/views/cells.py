"""The map of one window, and what lies behind one of its cells."""

import streamlit as st

from dashboard import cached, state
from dashboard.controls.window import Place
from dashboard.panels import window as panels
from dashboard.views.opened import Opened
from dashboard.views.panel import colours, said, show_panel
from imv_core import OneForecast

AROUND = 24  # rows beside the window in the figure of a cell
SHOWN = {"attention": "Attention", "contribution": "Contributions"}


def cells(open_: Opened, here: Place) -> list[str]:
    """The map and one cell of it; returns the variables that are drawn."""
    one = cached.forecaster(open_.run).explain_one(open_.table, here.row)
    most: int | None = panels.MOST
    if len(one.variables) > panels.MOST and st.toggle(
        f"All {len(one.variables)} variables, not only the {panels.MOST} that move this forecast "
        "most",
        key="explore-all",
    ):
        most = None
    names = panels.shown_variables(one, here.step, most)
    _cells(open_, here, names)
    return names


@st.fragment
@said
def _cells(open_: Opened, here: Place, names: list[str]) -> None:
    one = cached.forecaster(open_.run).explain_one(open_.table, here.row)

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
    show_panel(key, draw(one, here.step, names, open_.step, colours()), on_click=clicked)
    at = _choose(one, here.step)
    lookback, row = len(one.lags), here.row
    first, last = max(0, row - lookback - AROUND), row + AROUND
    series = open_.table.frame[at[0]].iloc[first:last]
    show_panel("cell", panels.cell(one, here.step, at, series, colours()))


def _choose(one: OneForecast, step: int) -> tuple[str, int]:
    """A variable and a lag: those that were clicked on, by keyboard, or where most happens."""
    if state.get("explore-variable") not in one.variables:
        state.put("explore-variable", one.by_variable(step)["contribution"].abs().idxmax())
        state.put("explore-lag", None)
    if state.get("explore-lag") not in one.lags:
        attention = one.attention_at(step).loc[state.get("explore-variable")]
        state.put("explore-lag", int(attention.idxmax()))
    left, right = st.columns([3, 1])
    name = left.selectbox(
        "Variable (or click a cell of the map)", one.variables, key="explore-variable"
    )
    lag = right.selectbox("Lag", one.lags, key="explore-lag")
    return name, lag
