"""The map of one window, and what lies behind one of its cells."""

import streamlit as st

from dashboard import cached, state
from dashboard.controls.lags import WAYS, lags_by, remember
from dashboard.controls.window import Place
from dashboard.panels import window as panels
from dashboard.panels.lags import of_one
from dashboard.panels.panel import Panel
from dashboard.views.failure import contained
from dashboard.views.opened import Opened, tell_the_start
from dashboard.views.panel import colours, show_panel
from imv_core import OneForecast

AROUND = 24  # rows beside the window in the figure of a cell
SHOWN = {**WAYS, "contribution": "Contributions"}


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
@contained()
def _cells(open_: Opened, here: Place, one: OneForecast, names: list[str]) -> None:
    def clicked() -> None:
        if (point := state.clicked(key)) is not None:
            state.put("explore-variable", names[int(point["y"])])
            state.put("explore-lag", int(point["x"]))

    shown = _choose_map(open_, one)
    key, at = f"window_{shown}", _chosen(one)
    show_panel(key, _map(shown, open_, here, one, names, at), on_click=clicked)
    _choose(one)
    if at is not None:
        first, last = max(0, here.row - len(one.lags) - AROUND), here.row + AROUND
        series = open_.table.frame[at[0]].iloc[first:last]
        show_panel("cell", panels.cell(one, here.step, at, series, colours()))


def _choose_map(open_: Opened, one: OneForecast) -> str:
    """A key of `SHOWN`; attention or attribution is the choice of lags on every page."""

    def chosen() -> None:
        shown = state.get("explore-map")
        state.put("explore-contribution", shown == "contribution")
        if shown in WAYS:
            remember(shown)

    adds_up = one.contribution_by_lag is not None
    if adds_up and state.get("explore-contribution"):
        state.put("explore-map", "contribution")
    else:
        state.put("explore-map", lags_by(cached.trust(open_.run)))
    return st.segmented_control(
        "What the map shows",
        SHOWN if adds_up else WAYS,
        required=True,
        format_func=SHOWN.__getitem__,
        key="explore-map",
        on_change=chosen,
    )


def _map(
    shown: str,
    open_: Opened,
    here: Place,
    one: OneForecast,
    names: list[str],
    at: panels.Cell | None,
) -> Panel:
    if shown == "attribution":
        tell_the_start(open_)
        moves = cached.attribution(open_.run, here.row)[here.step - 1]
        return of_one(one, moves, names, open_.step, colours(), at)
    draw = panels.attention_map if shown == "attention" else panels.contribution_map
    return draw(one, here.step, names, open_.step, colours(), at)


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
