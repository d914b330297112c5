"""Choose the forecast that the page Explore shows: by part, time, neighbour or error."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.pages.open_model import OpenModel
from dashboard.session_keys import Keys
from dashboard.ui.times import RowTime, nearest_row, row_from_text, row_time, row_to_text
from dashboard.wording import number, sentence, signed, when
from imv_core import ImvError
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.windows.split import Part

PARTS = {
    "train": "Training part",
    "validation": "Validation part",
    "test": "Test part",
    "future": "Beyond the last row",
}
WORST = 10


class Position(NamedTuple):
    """The shown forecast: row of its first step, step ahead, and part of the data."""

    row: int
    step: int
    part: str


def current_position(model: OpenModel) -> Position:
    """Return the position that the address or the user chose; else the last test window."""
    at, ahead = session.selected_forecast()
    is_number = ahead.isdecimal() and len(ahead) < 4
    step = min(max(int(ahead), 1), model.horizon) if is_number else 1
    rows = len(model.table.frame)
    lookback = cache.forecaster(model.run).settings.lookback
    row = row_from_text(model.table, at)
    if row is None or not lookback <= row <= rows:
        row = last_of(model, "test")
    part = "future" if row == rows else _part(model, row)
    return Position(row, step, part)


def last_of(model: OpenModel, part: str) -> int:
    """Return the row of the first step of a part's last window."""
    if part == Part.FUTURE:
        return len(model.table.frame)
    times = cache.forecast(model.run, part, DEFAULT_LEVEL)["time"]
    return nearest_row(model.table, times.iloc[-model.horizon])


def _part(model: OpenModel, row: int) -> str:
    split, index = cache.forecaster(model.run).fitted.split, model.table.frame.index
    parts = ("train", "validation", "test")
    return next(part for part in parts if row < split.rows(index, part).stop)


def choose_position(model: OpenModel, position: Position, errors: pd.DataFrame) -> None:
    """Offer all ways to another forecast; each sets `current_position` for the next run.

    Args:
        model: the model and its table.
        position: shown now.
        errors: forecasts of this step in the part, columns time, actual, forecast.
    """
    rows = len(model.table.frame)
    lookback = cache.forecaster(model.run).settings.lookback
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_part(model, position)
        if model.horizon > 1:
            _choose_step(model, position)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Earlier",
            icon=":material/chevron_left:",
            shortcut="Alt+P",
            disabled=position.row == lookback,
            on_click=_go,
            args=(model, position.row - 1),
            key=Keys.EXPLORE("earlier"),
        )
        _choose_time(model, position, lookback)
        st.button(
            "Later",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Alt+N",
            disabled=position.row == rows,
            on_click=_go,
            args=(model, position.row + 1),
            key=Keys.EXPLORE("later"),
        )
        _choose_error(model, position, errors)
    message = session.get(Keys.EXPLORE("message"))
    if message and message[0] == position.row:
        st.caption(message[1])


def go_to_time(model: OpenModel, step: int, requested: RowTime) -> None:
    """Show the forecast whose step ahead is nearest to a time, with a message if it differs."""
    row = nearest_row(model.table, requested, step)
    found = row_time(model.table, row)
    lookback = cache.forecaster(model.run).settings.lookback
    row = max(row - step + 1, lookback)
    _go(model, row)
    if found != requested:
        _leave_message(row, f"There is no row at {when(requested)}: the nearest one is shown.")


def _go(model: OpenModel, row: int) -> None:
    session.select_forecast(row_to_text(model.table, row))
    session.put(Keys.EXPLORE("message"), None)


def _leave_message(row: int, message: str) -> None:
    """Leave a message for the page, for as long as it shows that row."""
    session.put(Keys.EXPLORE("message"), (row, message))


def _choose_part(model: OpenModel, position: Position) -> None:
    def on_change() -> None:
        if (part := session.get(Keys.EXPLORE("part"))) is not None:
            try:
                _go(model, last_of(model, part))
            except ImvError as error:  # a table that a model was brought to may lack this part
                _leave_message(position.row, sentence(error))

    session.put(Keys.EXPLORE("part"), position.part)
    st.segmented_control(
        "Forecasts of",
        PARTS,
        format_func=PARTS.__getitem__,
        key=Keys.EXPLORE("part"),
        required=True,
        wrap=True,
        on_change=on_change,
    )


def _choose_step(model: OpenModel, position: Position) -> None:
    def on_change() -> None:
        session.select_forecast(
            row_to_text(model.table, position.row), str(session.get(Keys.EXPLORE("step")))
        )

    session.put(Keys.EXPLORE("step"), position.step)
    st.selectbox(
        "Forecast step",
        range(1, model.horizon + 1),
        format_func=lambda step: (
            f"step {step}" + (f" ({step} × {model.step})" if model.step else "")
        ),
        key=Keys.EXPLORE("step"),
        width=260,
        on_change=on_change,
    )


def _choose_time(model: OpenModel, position: Position, lookback: int) -> None:
    def on_change() -> None:
        requested = session.get(Keys.EXPLORE("time"))
        if requested is not None:
            go_to_time(model, position.step, pd.Timestamp(requested) if is_time else requested)

    table, ahead = model.table, position.step - 1
    is_time = isinstance(table.frame.index, pd.DatetimeIndex)
    rows = [row + ahead for row in (position.row, lookback, len(table.frame))]
    if is_time:
        now, first, last = (pd.Timestamp(row_time(table, row)) for row in rows)
        session.put(Keys.EXPLORE("time"), now.floor("min").to_pydatetime())
        st.datetime_input(
            "Forecast time",
            None,  # set above
            min_value=first.floor("min").to_pydatetime(),
            max_value=last.ceil("min").to_pydatetime(),
            width=260,
            key=Keys.EXPLORE("time"),
            on_change=on_change,
        )
    else:
        session.put(Keys.EXPLORE("time"), rows[0])
        st.number_input(
            "Forecast row",
            min_value=rows[1],
            max_value=rows[2],
            width=260,
            key=Keys.EXPLORE("time"),
            on_change=on_change,
        )


def _choose_error(model: OpenModel, position: Position, errors: pd.DataFrame) -> None:
    def on_change() -> None:
        if (row := session.get(Keys.EXPLORE("error"))) is not None:
            _go(model, row)

    sizes = (errors["actual"] - errors["forecast"]).abs()
    worst = errors.loc[sizes.nlargest(WORST).index]
    rows = model.table.frame.index.get_indexer(pd.Index(worst["time"]))
    columns = (worst[name] for name in ("time", "forecast", "actual"))
    labels = {
        int(row) - position.step + 1: (
            f"{k}. {when(time)}: forecast {number(forecast)}, actual "
            f"{number(actual)} ({signed(actual - forecast)})"
        )
        for k, (row, time, forecast, actual) in enumerate(zip(rows, *columns, strict=True), start=1)
    }
    session.put(Keys.EXPLORE("error"), position.row if position.row in labels else None)
    st.selectbox(
        f"The {len(labels)} largest errors in this part",
        list(labels),
        format_func=labels.__getitem__,
        index=None,
        placeholder="Choose one",
        key=Keys.EXPLORE("error"),
        on_change=on_change,
    )
