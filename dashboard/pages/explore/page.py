"""The page Explore: one forecast, its inputs, its parts, and what-if."""

import math
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.pages.explore import panels
from dashboard.pages.explore.controls import Position, choose_position, current_position, go_to_time
from dashboard.pages.explore.selected_cell import show_cells
from dashboard.pages.explore.what_if.page import show_what_if
from dashboard.pages.forecast.panels import on_grid
from dashboard.pages.open_model import (
    OpenModel,
    require_model,
    scaling_of,
    show_cautions,
    show_note,
    show_run_verdict,
)
from dashboard.session_keys import Keys
from dashboard.ui.choices import choose_subject
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, columns_side_by_side, metric_row, show_panel
from dashboard.ui.times import row_to_text
from dashboard.ui.titles import base_note, filled_note
from dashboard.wording import number, signed, when
from imv_core import OneForecast
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.windows.split import Part

NEAR = 48  # rows that are drawn before and after the window and its forecast
PARTS = {
    "waterfall": "Contributions",
    "window_weights": "Weights",
    "components": "Components",
}
IN_TRAINING = (
    "This forecast lies in the training part: the model has learnt from its true value, so the "
    "forecast looks better than it is."
)


def page() -> None:
    """Draw the page."""
    model = require_model("Explore")
    st.title("Explore one forecast")
    show_run_verdict(model.run)
    show_cautions(model)
    _show_window(model)


@st.fragment
@contain_failures()
def _show_window(model: OpenModel) -> None:
    """Show all that depends on the chosen forecast; a new choice redraws only this."""
    position = current_position(model)
    _write_address(model, position)
    part = cache.forecast(
        model.run, "test" if position.part == Part.FUTURE else position.part, DEFAULT_LEVEL
    )
    forecasts = part[part["step"] == position.step]
    choose_position(model, position, forecasts)
    explains = choose_subject(scaling_of(model))
    one = cache.forecaster(model.run).explain_one(
        model.table, position.row, DEFAULT_LEVEL, explains
    )
    one = replace(one, groups=cache.explanation(model.run, "test").groups)
    if position.part == Part.TRAIN:
        st.caption(IN_TRAINING)
    _show_around(model, position, one, forecasts)
    _show_numbers(one, position.step)
    show_note(base_note(scaling_of(model)))
    show_note(filled_note(one))
    left, right = columns_side_by_side("one", 3, 2)
    with left:
        names = show_cells(model, position, one)
    with right:
        _show_parts(one, position.step, names)
    show_what_if(model, position, one)


@contain_failures()
def _show_parts(one: OneForecast, step: int, names: list[str]) -> None:
    """Show the parts of the forecast in one of three figures; drawing all takes time per click."""
    shown = st.segmented_control(
        "Parts of the forecast",
        PARTS,
        default="waterfall",
        required=True,
        format_func=PARTS.__getitem__,
        key=Keys.EXPLORE("made-of"),
        persist_state="session",
    )
    if shown == "waterfall":
        panel = panels.waterfall(one, step, colours(), len(names))
    elif shown == "window_weights":
        panel = panels.weights(one, step, names, colours())
    else:
        panel = panels.components(one, step, names, colours())
    show_panel(shown, panel)


def _write_address(model: OpenModel, position: Position) -> None:
    names = {"at": row_to_text(model.table, position.row)}
    if model.horizon > 1:
        names["ahead"] = str(position.step)
    session.set_address(**names)


@contain_failures()
def _show_around(
    model: OpenModel, position: Position, one: OneForecast, forecasts: pd.DataFrame
) -> None:
    def clicked() -> None:
        if (point := session.clicked_point(Keys.FIGURE("around"))) is not None:
            is_time = isinstance(model.table.frame.index, pd.DatetimeIndex)
            go_to_time(
                model, position.step, pd.Timestamp(point["x"]) if is_time else int(point["x"])
            )

    whole = on_grid(model.table.frame.index, forecasts)[["time", "actual"]]
    near = _near(model, position, forecasts)
    panel = panels.around(one, position.step, near, whole, colours())
    show_panel("around", panel, on_click=clicked)


def _near(model: OpenModel, position: Position, forecasts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows around the window, with forecasts where there are some."""
    lookback = cache.forecaster(model.run).settings.lookback
    first, last = max(0, position.row - lookback - NEAR), position.row + model.horizon + NEAR
    actual = model.table.frame[model.target].iloc[first:last]
    near = forecasts.set_index("time")[["forecast", "lower", "upper"]].reindex(actual.index)
    near.insert(0, "actual", actual)
    if position.part == Part.FUTURE:
        ahead = cache.forecast(model.run, "future", DEFAULT_LEVEL).set_index("time")
        near = pd.concat([near, ahead[near.columns]])
    return near.rename_axis("time").reset_index()


@contain_failures()
def _show_numbers(one: OneForecast, step: int) -> None:
    h = step - 1
    forecast, actual = float(one.forecast[h]), float(one.window.actual[h])
    is_known = math.isfinite(actual)
    is_inside = one.lower[h] <= actual <= one.upper[h]
    metric_row(
        "one",
        {
            "Forecast": (number(forecast), f"For {when(one.window.times[h])}."),
            "Actual": (number(actual) if is_known else "not known", ""),
            "Actual − forecast": (signed(actual - forecast) if is_known else "not known", ""),
            f"{DEFAULT_LEVEL:.0%} interval"
            + ("" if not is_known else ", hit" if is_inside else ", missed"): (
                f"{one.lower[h]:.3g} to {one.upper[h]:.3g}",
                "Set on the validation part.",
            ),
        },
    )
