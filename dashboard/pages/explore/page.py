"""One forecast: what the model saw, what moved it, and what if it had seen something else."""

import math
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.keys import Keys
from dashboard.pages.explore import panels
from dashboard.pages.explore.cell import cells
from dashboard.pages.explore.controls import Place, choose, go_to, place
from dashboard.pages.explore.what_if.page import what_if
from dashboard.pages.open_model import (
    Opened,
    cautions,
    on_grid,
    opened,
    scaling_of,
    show_verdict,
    tell,
)
from dashboard.ui.choices import choose_explained
from dashboard.ui.failure import contained
from dashboard.ui.figure_card import beside, boxes, colours, show_panel
from dashboard.ui.row_times import written
from dashboard.ui.titles import tell_base, tell_filled
from dashboard.wording import number, signed, when
from imv_core import OneForecast

LEVEL = 0.9
NEAR = 48  # rows around the window that are in view
MADE_OF = {
    "waterfall": "Contributions",
    "window_weights": "Weights",
    "components": "Components",
}
IN_TRAINING = (
    "This forecast lies in the training part: the weights were learnt from the value that it "
    "forecasts, so it looks better than it is."
)


def page() -> None:
    """One forecast of the open model."""
    open_ = opened("Explore")
    st.title("Explore one forecast")
    show_verdict(open_.run)
    cautions(open_)
    _window(open_)


@st.fragment
@contained()
def _window(open_: Opened) -> None:
    """All that depends on the chosen forecast: only this is drawn again when it changes."""
    here = place(open_)
    _link(open_, here)
    part = cache.forecast(open_.run, "test" if here.part == "future" else here.part, LEVEL)
    forecasts = part[part["step"] == here.step]
    choose(open_, here, forecasts)
    explains = choose_explained(scaling_of(open_))
    one = cache.forecaster(open_.run).explain_one(open_.table, here.row, LEVEL, explains)
    one = replace(one, groups=cache.explanation(open_.run, "test").groups)
    if here.part == "train":
        st.caption(IN_TRAINING)
    _around(open_, here, one, forecasts)
    _numbers(one, here.step)
    tell(tell_base(scaling_of(open_)))
    tell(tell_filled(one))
    left, right = beside("one", 3, 2)
    with left:
        names = cells(open_, here, one)
    with right:
        _made_of(one, here.step, names)
    what_if(open_, here, one)


@contained()
def _made_of(one: OneForecast, step: int, names: list[str]) -> None:
    """What the forecast is made of, seen in one of three ways: every figure costs a click time."""
    shown = st.segmented_control(
        "What it is made of",
        MADE_OF,
        default="waterfall",
        required=True,
        format_func=MADE_OF.__getitem__,
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


def _link(open_: Opened, here: Place) -> None:
    names = {"at": written(open_.table, here.row)}
    if open_.horizon > 1:
        names["ahead"] = str(here.step)
    session.set_address(**names)


@contained()
def _around(open_: Opened, here: Place, one: OneForecast, forecasts: pd.DataFrame) -> None:
    def clicked() -> None:
        if (point := session.clicked_point(Keys.FIGURE("around"))) is not None:
            is_time = isinstance(open_.table.frame.index, pd.DatetimeIndex)
            go_to(open_, here.step, pd.Timestamp(point["x"]) if is_time else int(point["x"]))

    whole = on_grid(open_, forecasts)[["time", "actual"]]
    near = _near(open_, here, forecasts)
    panel = panels.around(one, here.step, near, whole, colours())
    show_panel("around", panel, on_click=clicked)


def _near(open_: Opened, here: Place, forecasts: pd.DataFrame) -> pd.DataFrame:
    """The rows around the window, with forecasts where there are some."""
    lookback = cache.forecaster(open_.run).settings.lookback
    first, last = max(0, here.row - lookback - NEAR), here.row + open_.horizon + NEAR
    actual = open_.table.frame[open_.target].iloc[first:last]
    near = forecasts.set_index("time")[["forecast", "lower", "upper"]].reindex(actual.index)
    near.insert(0, "actual", actual)
    if here.part == "future":
        ahead = cache.forecast(open_.run, "future", LEVEL).set_index("time")
        near = pd.concat([near, ahead[near.columns]])
    return near.rename_axis("time").reset_index()


@contained()
def _numbers(one: OneForecast, step: int) -> None:
    h = step - 1
    forecast, actual = float(one.forecast[h]), float(one.window.actual[h])
    is_known = math.isfinite(actual)
    held = one.lower[h] <= actual <= one.upper[h]
    boxes(
        "one",
        {
            "Forecast": (number(forecast), f"Of {when(one.window.times[h])}."),
            "Actual": (number(actual) if is_known else "not known", ""),
            "Actual − forecast": (signed(actual - forecast) if is_known else "not known", ""),
            f"{LEVEL:.0%} interval" + ("" if not is_known else ", held" if held else ", missed"): (
                f"{one.lower[h]:.3g} to {one.upper[h]:.3g}",
                "Set on the validation part.",
            ),
        },
    )
