"""Edit the values of a window: type, multiply, or set to one value."""

from collections.abc import Callable
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.pages.explore.controls import Position
from dashboard.pages.open_model import OpenModel
from dashboard.session_keys import Key, Keys
from dashboard.ui.figure_card import columns_side_by_side
from dashboard.wording import when
from imv_core import OneForecast

Keep = Callable[[pd.DataFrame], None]
KEPT = Keys.EXPLORE("what-if")
VARIABLE, FACTOR, FREEZE = (
    Keys.EXPLORE("what-if", part) for part in ("variable", "factor", "freeze")
)
FREEZES = {"first": "its first value", "mean": "its mean", "last": "its last value"}


def change_values(model: OpenModel, position: Position, one: OneForecast) -> pd.DataFrame:
    """Offer the values of the window for editing, and return them as changed."""
    window = f"{model.run.path.name}-{position.row}"
    fresh = _Edit(0, one.values, one.values)  # another window starts from its own values
    kept: _Edit = session.get(KEPT, {}).get(window, fresh)
    editor = Keys.EXPLORE("what-if", "values", window, kept.version)
    if session.get(editor) is None:  # it was not drawn just now: what was typed in it is gone
        kept = kept._replace(start=kept.values)
    left, right = columns_side_by_side("changes", 1, 3)
    with right:
        values = _edit(model, one, kept.start, editor)
    session.put(KEPT, {window: kept._replace(values=values)})
    with left:
        _actions(
            one,
            values,
            lambda new: session.put(KEPT, {window: _Edit(kept.version + 1, new, new)}),
        )
    return values


class _Edit(NamedTuple):
    """First and current values of an editor; another version is a new editor."""

    version: int
    start: pd.DataFrame
    values: pd.DataFrame


def _with(values: pd.DataFrame, name: str, column: object) -> pd.DataFrame:
    changed = values.copy()
    changed[name] = pd.Series(column, values.index, dtype=values[name].dtype)
    return changed


def _actions(one: OneForecast, values: pd.DataFrame, keep: Keep) -> None:
    """Show the buttons that change a variable over the whole window."""

    def scale() -> None:
        name, factor = session.get(VARIABLE), session.get(FACTOR)
        if name is not None and factor is not None:
            keep(_with(values, name, values[name] * factor))

    def freeze() -> None:
        name, how = session.get(VARIABLE), session.get(FREEZE)
        column = values[name]
        at = {"first": column.iloc[0], "last": column.iloc[-1]}
        keep(_with(values, name, column.mean() if how == "mean" else at[how]))

    names = list(values.columns)
    if session.get(VARIABLE) not in names:
        session.put(VARIABLE, names[0])
    name = st.selectbox(
        "Variable to change in the whole window", names, key=VARIABLE, persist_state="session"
    )
    is_number = name in one.window.table.numeric
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.number_input(
        "Multiply by",
        value=2.0,
        step=0.1,
        key=FACTOR,
        persist_state="session",
        disabled=not is_number,
    )
    right.button(
        "Multiply",
        on_click=scale,
        disabled=not is_number,
        width="stretch",
        key=Keys.EXPLORE("what-if", "scale"),
    )
    hows = list(FREEZES) if is_number else ["first", "last"]
    if session.get(FREEZE) not in hows:
        session.put(FREEZE, hows[-1])
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.selectbox(
        "Set all values to",
        hows,
        format_func=FREEZES.__getitem__,
        key=FREEZE,
        persist_state="session",
    )
    right.button("Set", on_click=freeze, width="stretch", key=Keys.EXPLORE("what-if", "frozen"))
    st.button(
        "Reset all values",
        icon=":material/restart_alt:",
        on_click=lambda: keep(one.values),
        disabled=values.equals(one.values),
        key=Keys.EXPLORE("what-if", "again"),
    )


def _edit(model: OpenModel, one: OneForecast, start: pd.DataFrame, key: Key) -> pd.DataFrame:
    """Show an editor with one row per lag; columns are named by position, as names may repeat."""
    codes = cache.forecaster(model.run).fitted.scaling.codes
    columns = {
        str(place): st.column_config.NumberColumn(name, format="%.6g")
        if name in one.window.table.numeric
        else st.column_config.SelectboxColumn(
            name, options=sorted({*codes.get(name, {}), *start[name].dropna()})
        )
        for place, name in enumerate(start.columns)
    }
    lags = range(len(start), 0, -1)
    rows = [f"lag {lag}, {when(time)}" for lag, time in zip(lags, start.index, strict=True)]
    shown = start.set_axis([str(k) for k in range(start.shape[1])], axis=1).set_axis(rows, axis=0)
    edited = st.data_editor(
        shown,
        column_config=columns,
        key=key,
        num_rows="fixed",
        alt="The input values of the model, to be changed",
    )
    return edited.set_axis(start.columns, axis=1).set_axis(start.index, axis=0)
