"""Other values for a window: typed, scaled or frozen."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from dashboard import cached, state
from dashboard.controls.window import Place
from dashboard.views.opened import Opened
from dashboard.views.panel import beside
from dashboard.words import when
from imv_core import OneForecast

Keep = Callable[[pd.DataFrame], None]
FREEZE = {"first": "its first value", "mean": "its mean", "last": "its last value"}


def change_values(open_: Opened, here: Place, one: OneForecast) -> pd.DataFrame:
    """The values of the window as a visitor has changed them."""
    key = f"{open_.run.path.name}-{here.row}"
    kept = state.get("what-if", {})
    version, start = kept.get(key, (0, one.values))  # another window starts afresh
    left, right = beside("changes", 1, 3)
    with right:
        values = _edit(open_, one, start, f"what-if-{key}-{version}")
    with left:
        _actions(one, values, lambda changed: _keep(key, version + 1, changed))
    return values


def _keep(key: str, version: int, values: pd.DataFrame) -> None:
    state.put("what-if", {key: (version, values)})


def _with(values: pd.DataFrame, name: str, column: object) -> pd.DataFrame:
    changed = values.copy()
    changed[name] = pd.Series(column, values.index, dtype=values[name].dtype)
    return changed


def _actions(one: OneForecast, values: pd.DataFrame, keep: Keep) -> None:
    """Change a variable over the whole window."""

    def scale() -> None:
        name, factor = state.get("what-if-variable"), state.get("what-if-factor")
        if name is not None and factor is not None:
            keep(_with(values, name, values[name] * factor))

    def freeze() -> None:
        name, how = state.get("what-if-variable"), state.get("what-if-freeze")
        column = values[name]
        at = {"first": column.iloc[0], "last": column.iloc[-1]}
        keep(_with(values, name, column.mean() if how == "mean" else at[how]))

    names = list(values.columns)
    if state.get("what-if-variable") not in names:
        state.put("what-if-variable", names[0])
    name = st.selectbox("Over the whole window, change", names, key="what-if-variable")
    is_number = name in one.seen.table.numeric
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.number_input(
        "Scale it by", value=2.0, step=0.1, key="what-if-factor", disabled=not is_number
    )
    right.button(
        "Scale", on_click=scale, disabled=not is_number, width="stretch", key="what-if-scale"
    )
    hows = list(FREEZE) if is_number else ["first", "last"]
    if state.get("what-if-freeze") not in hows:
        state.put("what-if-freeze", hows[-1])
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.selectbox("Freeze it at", hows, format_func=FREEZE.__getitem__, key="what-if-freeze")
    right.button("Freeze", on_click=freeze, width="stretch", key="what-if-frozen")
    st.button(
        "Start again",
        icon=":material/restart_alt:",
        on_click=lambda: keep(one.values),
        disabled=values.equals(one.values),
        key="what-if-again",
    )


def _edit(open_: Opened, one: OneForecast, start: pd.DataFrame, key: str) -> pd.DataFrame:
    """A table to type in: a row a lag, a column a variable, called by their places."""
    codes = cached.forecaster(open_.run).fitted.scaling.codes
    columns = {
        str(place): st.column_config.NumberColumn(name, format="%.6g")
        if name in one.seen.table.numeric
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
        alt="The values that the model saw, to be changed",
    )
    return edited.set_axis(start.columns, axis=1).set_axis(start.index, axis=0)
