"""The map of one window, and one of its cells in the series."""

import streamlit as st

from dashboard import cache, session
from dashboard.pages.explain.lag_map.panels import of_one
from dashboard.pages.explore import panels
from dashboard.pages.explore.controls import Position
from dashboard.pages.open_model import OpenModel
from dashboard.session_keys import Keys
from dashboard.ui.choices import LAG_MEASURES, keep_lag_measure, lag_measure
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, show_panel
from dashboard.ui.panel import Panel
from dashboard.ui.titles import Cell
from imv_core import OneForecast

AROUND = 24  # rows before and after the window in the figure of a cell
MAPS = {"contribution": "Contributions", **LAG_MEASURES}


def show_cells(model: OpenModel, position: Position, one: OneForecast) -> list[str]:
    """Show the map and a chosen cell of it; return the variables that are drawn."""
    most: int | None = panels.MOST
    if len(one.variables) > panels.MOST and st.toggle(
        f"All {len(one.variables)} variables, not only the {panels.MOST} that move this forecast "
        "most",
        key=Keys.EXPLORE("all"),
        persist_state="session",
    ):
        most = None
    names = panels.shown_variables(one, position.step, most)
    _show_map(model, position, one, names)
    return names


@st.fragment
@contain_failures()
def _show_map(model: OpenModel, position: Position, one: OneForecast, names: list[str]) -> None:
    def clicked() -> None:
        if (point := session.clicked_point(Keys.FIGURE(name))) is not None:
            session.put(Keys.EXPLORE("variable"), names[int(point["y"])])
            session.put(Keys.EXPLORE("lag"), int(point["x"]))

    shown = _choose_map(model, one)
    name, at = f"window_{shown}", _chosen_cell(one)
    show_panel(name, _draw_map(shown, model, position, one, names, at), on_click=clicked)
    _choose_cell(one)
    if at is not None:
        first, last = max(0, position.row - len(one.lags) - AROUND), position.row + AROUND
        series = model.table.frame[at[0]].iloc[first:last]
        show_panel("cell", panels.cell(one, position.step, at, series, colours()))


def _choose_map(model: OpenModel, one: OneForecast) -> str:
    """Offer the maps, and return the chosen key of `MAPS`; attribution is chosen for all pages."""

    def on_change() -> None:
        shown = session.get(Keys.EXPLORE("map"))
        session.put(Keys.EXPLORE("attention"), shown == "attention")
        keep_lag_measure("attribution" if shown == "attribution" else "attention")

    now = lag_measure(cache.trust(model.run))
    adds_up = one.contribution_by_lag is not None
    if adds_up and now == "attention" and not session.get(Keys.EXPLORE("attention")):
        now = "contribution"
    session.put(Keys.EXPLORE("map"), now)
    shown = st.segmented_control(
        "What the map shows",
        MAPS if adds_up else LAG_MEASURES,
        required=True,
        format_func=MAPS.__getitem__,
        key=Keys.EXPLORE("map"),
        on_change=on_change,
    )
    return shown or now


def _draw_map(
    shown: str,
    model: OpenModel,
    position: Position,
    one: OneForecast,
    names: list[str],
    at: Cell | None,
) -> Panel:
    if shown == "attribution":
        moves = cache.attribution(model.run, position.row, one.explains)[position.step - 1]
        return of_one(one, moves, names, model.step, colours(), at)
    draw = panels.attention_map if shown == "attention" else panels.contribution_map
    return draw(one, position.step, names, model.step, colours(), at)


def _chosen_cell(one: OneForecast) -> Cell | None:
    """Return the cell clicked or chosen before, if this model has it."""
    if session.get(Keys.EXPLORE("variable")) not in one.variables:
        session.put(Keys.EXPLORE("variable"), None)
    if session.get(Keys.EXPLORE("lag")) not in one.lags:
        session.put(Keys.EXPLORE("lag"), 1)
    name = session.get(Keys.EXPLORE("variable"))
    return None if name is None else (name, session.get(Keys.EXPLORE("lag")))


def _choose_cell(one: OneForecast) -> None:
    """Offer the cells, for use by keyboard."""
    left, right = st.columns([3, 1])
    left.selectbox(
        "Variable to show over time",
        one.variables,
        index=None,
        placeholder="Click a cell of the map, or choose",
        key=Keys.EXPLORE("variable"),
        persist_state="session",
    )
    right.selectbox("Lag", one.lags, key=Keys.EXPLORE("lag"), persist_state="session")
