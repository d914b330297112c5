"""Which forecast is looked at: by its part, its time, the next one, or its error."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.keys import Keys
from dashboard.pages.open_model import Opened
from dashboard.ui.row_times import Stamp, nearest, row_of, stamp, written
from dashboard.wording import number, sentence, signed, when
from imv_core import ImvError

PARTS = {
    "train": "Training part",
    "validation": "Validation part",
    "test": "Test part",
    "future": "Beyond the last row",
}
WORST = 10


class Place(NamedTuple):
    """The row of the first forecast step, the step ahead that is looked at, and the part."""

    row: int
    step: int
    part: str


def place(open_: Opened) -> Place:
    """What the link or the visitor chose, else the last window of the test part."""
    at, ahead = session.selected_forecast()
    is_figure = ahead.isdecimal() and len(ahead) < 4
    step = min(max(int(ahead), 1), open_.horizon) if is_figure else 1
    rows = len(open_.table.frame)
    lookback = cache.forecaster(open_.run).settings.lookback
    row = row_of(open_.table, at)
    if row is None or not lookback <= row <= rows:
        row = last_of(open_, "test")
    part = "future" if row == rows else _part(open_, row)
    return Place(row, step, part)


def last_of(open_: Opened, part: str) -> int:
    """The row of the first step of a part's last window."""
    if part == "future":
        return len(open_.table.frame)
    times = cache.forecast(open_.run, part, 0.9)["time"]
    return nearest(open_.table, times.iloc[-open_.horizon])


def _part(open_: Opened, row: int) -> str:
    split, index = cache.forecaster(open_.run).fitted.split, open_.table.frame.index
    parts = ("train", "validation", "test")
    return next(part for part in parts if row < split.rows(index, part).stop)


def choose(open_: Opened, place: Place, errors: pd.DataFrame) -> None:
    """Every way to another forecast; each sets what `place` gives in the next run.

    Args:
        open_: the model and its table.
        place: where we are.
        errors: forecasts of this step in the part, columns time, actual, forecast.
    """
    rows = len(open_.table.frame)
    lookback = cache.forecaster(open_.run).settings.lookback
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_part(open_, place)
        if open_.horizon > 1:
            _choose_step(open_, place)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Earlier",
            icon=":material/chevron_left:",
            shortcut="Alt+P",
            disabled=place.row == lookback,
            on_click=_go,
            args=(open_, place.row - 1),
            key=Keys.EXPLORE("earlier"),
        )
        _choose_time(open_, place, lookback)
        st.button(
            "Later",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Alt+N",
            disabled=place.row == rows,
            on_click=_go,
            args=(open_, place.row + 1),
            key=Keys.EXPLORE("later"),
        )
        _choose_error(open_, place, errors)
    word = session.get(Keys.EXPLORE("word"))
    if word and word[0] == place.row:
        st.caption(word[1])


def go_to(open_: Opened, step: int, asked: Stamp) -> None:
    """Look at the forecast whose step ahead is nearest to a time; say so where it is another."""
    row = nearest(open_.table, asked, step)
    found = stamp(open_.table, row)
    lookback = cache.forecaster(open_.run).settings.lookback
    row = max(row - step + 1, lookback)
    _go(open_, row)
    if found != asked:
        _say(row, f"There is no row at {when(asked)}: the nearest one is shown.")


def _go(open_: Opened, row: int) -> None:
    session.select_forecast(written(open_.table, row))
    session.put(Keys.EXPLORE("word"), None)


def _say(row: int, word: str) -> None:
    """Leave a word for the page, as long as that row is looked at."""
    session.put(Keys.EXPLORE("word"), (row, word))


def _choose_part(open_: Opened, place: Place) -> None:
    def chosen() -> None:
        if (part := session.get(Keys.EXPLORE("part"))) is not None:
            try:
                _go(open_, last_of(open_, part))
            except ImvError as error:  # a table that a model was brought to may lack this part
                _say(place.row, sentence(error))

    session.put(Keys.EXPLORE("part"), place.part)
    st.segmented_control(
        "Forecasts of",
        PARTS,
        format_func=PARTS.__getitem__,
        key=Keys.EXPLORE("part"),
        required=True,
        wrap=True,
        on_change=chosen,
    )


def _choose_step(open_: Opened, place: Place) -> None:
    def chosen() -> None:
        session.select_forecast(
            written(open_.table, place.row), str(session.get(Keys.EXPLORE("step")))
        )

    session.put(Keys.EXPLORE("step"), place.step)
    st.selectbox(
        "Step ahead",
        range(1, open_.horizon + 1),
        format_func=lambda step: (
            f"step {step}" + (f" ({step} × {open_.step})" if open_.step else "")
        ),
        key=Keys.EXPLORE("step"),
        width=260,
        on_change=chosen,
    )


def _choose_time(open_: Opened, place: Place, lookback: int) -> None:
    def chosen() -> None:
        asked = session.get(Keys.EXPLORE("time"))
        if asked is not None:
            go_to(open_, place.step, pd.Timestamp(asked) if is_time else asked)

    table, ahead = open_.table, place.step - 1
    is_time = isinstance(table.frame.index, pd.DatetimeIndex)
    rows = [row + ahead for row in (place.row, lookback, len(table.frame))]
    if is_time:
        now, first, last = (pd.Timestamp(stamp(table, row)) for row in rows)
        session.put(Keys.EXPLORE("time"), now.floor("min").to_pydatetime())
        st.datetime_input(
            "Forecast of the time",
            None,  # set above
            min_value=first.floor("min").to_pydatetime(),
            max_value=last.ceil("min").to_pydatetime(),
            width=260,
            key=Keys.EXPLORE("time"),
            on_change=chosen,
        )
    else:
        session.put(Keys.EXPLORE("time"), rows[0])
        st.number_input(
            "Forecast of row",
            min_value=rows[1],
            max_value=rows[2],
            width=260,
            key=Keys.EXPLORE("time"),
            on_change=chosen,
        )


def _choose_error(open_: Opened, place: Place, errors: pd.DataFrame) -> None:
    def chosen() -> None:
        if (row := session.get(Keys.EXPLORE("error"))) is not None:
            _go(open_, row)

    sizes = (errors["actual"] - errors["forecast"]).abs()
    worst = errors.loc[sizes.nlargest(WORST).index]
    rows = open_.table.frame.index.get_indexer(pd.Index(worst["time"]))
    columns = (worst[name] for name in ("time", "forecast", "actual"))
    labels = {
        int(row) - place.step + 1: (
            f"{k}. {when(time)}: forecast {number(forecast)}, actual "
            f"{number(actual)} ({signed(actual - forecast)})"
        )
        for k, (row, time, forecast, actual) in enumerate(zip(rows, *columns, strict=True), start=1)
    }
    session.put(Keys.EXPLORE("error"), place.row if place.row in labels else None)
    st.selectbox(
        f"The {len(labels)} largest errors of the part",
        list(labels),
        format_func=labels.__getitem__,
        index=None,
        placeholder="Choose one",
        key=Keys.EXPLORE("error"),
        on_change=chosen,
    )
