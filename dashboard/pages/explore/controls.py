"""Which forecast is looked at: by its part, its time, the next one, or its error."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import cache, session
from dashboard.keys import Keys
from dashboard.pages.open_model import OpenModel
from dashboard.ui.row_times import RowTime, nearest_row, row_from_text, row_time, row_to_text
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


def place(model: OpenModel) -> Place:
    """What the link or the visitor chose, else the last window of the test part."""
    at, ahead = session.selected_forecast()
    is_figure = ahead.isdecimal() and len(ahead) < 4
    step = min(max(int(ahead), 1), model.horizon) if is_figure else 1
    rows = len(model.table.frame)
    lookback = cache.forecaster(model.run).settings.lookback
    row = row_from_text(model.table, at)
    if row is None or not lookback <= row <= rows:
        row = last_of(model, "test")
    part = "future" if row == rows else _part(model, row)
    return Place(row, step, part)


def last_of(model: OpenModel, part: str) -> int:
    """The row of the first step of a part's last window."""
    if part == "future":
        return len(model.table.frame)
    times = cache.forecast(model.run, part, 0.9)["time"]
    return nearest_row(model.table, times.iloc[-model.horizon])


def _part(model: OpenModel, row: int) -> str:
    split, index = cache.forecaster(model.run).fitted.split, model.table.frame.index
    parts = ("train", "validation", "test")
    return next(part for part in parts if row < split.rows(index, part).stop)


def choose(model: OpenModel, place: Place, errors: pd.DataFrame) -> None:
    """Every way to another forecast; each sets what `place` gives in the next run.

    Args:
        model: the model and its table.
        place: where we are.
        errors: forecasts of this step in the part, columns time, actual, forecast.
    """
    rows = len(model.table.frame)
    lookback = cache.forecaster(model.run).settings.lookback
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _choose_part(model, place)
        if model.horizon > 1:
            _choose_step(model, place)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "Earlier",
            icon=":material/chevron_left:",
            shortcut="Alt+P",
            disabled=place.row == lookback,
            on_click=_go,
            args=(model, place.row - 1),
            key=Keys.EXPLORE("earlier"),
        )
        _choose_time(model, place, lookback)
        st.button(
            "Later",
            icon=":material/chevron_right:",
            icon_position="right",
            shortcut="Alt+N",
            disabled=place.row == rows,
            on_click=_go,
            args=(model, place.row + 1),
            key=Keys.EXPLORE("later"),
        )
        _choose_error(model, place, errors)
    word = session.get(Keys.EXPLORE("word"))
    if word and word[0] == place.row:
        st.caption(word[1])


def go_to(model: OpenModel, step: int, asked: RowTime) -> None:
    """Look at the forecast whose step ahead is nearest to a time; say so where it is another."""
    row = nearest_row(model.table, asked, step)
    found = row_time(model.table, row)
    lookback = cache.forecaster(model.run).settings.lookback
    row = max(row - step + 1, lookback)
    _go(model, row)
    if found != asked:
        _say(row, f"There is no row at {when(asked)}: the nearest one is shown.")


def _go(model: OpenModel, row: int) -> None:
    session.select_forecast(row_to_text(model.table, row))
    session.put(Keys.EXPLORE("word"), None)


def _say(row: int, word: str) -> None:
    """Leave a word for the page, as long as that row is looked at."""
    session.put(Keys.EXPLORE("word"), (row, word))


def _choose_part(model: OpenModel, place: Place) -> None:
    def chosen() -> None:
        if (part := session.get(Keys.EXPLORE("part"))) is not None:
            try:
                _go(model, last_of(model, part))
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


def _choose_step(model: OpenModel, place: Place) -> None:
    def chosen() -> None:
        session.select_forecast(
            row_to_text(model.table, place.row), str(session.get(Keys.EXPLORE("step")))
        )

    session.put(Keys.EXPLORE("step"), place.step)
    st.selectbox(
        "Step ahead",
        range(1, model.horizon + 1),
        format_func=lambda step: (
            f"step {step}" + (f" ({step} × {model.step})" if model.step else "")
        ),
        key=Keys.EXPLORE("step"),
        width=260,
        on_change=chosen,
    )


def _choose_time(model: OpenModel, place: Place, lookback: int) -> None:
    def chosen() -> None:
        asked = session.get(Keys.EXPLORE("time"))
        if asked is not None:
            go_to(model, place.step, pd.Timestamp(asked) if is_time else asked)

    table, ahead = model.table, place.step - 1
    is_time = isinstance(table.frame.index, pd.DatetimeIndex)
    rows = [row + ahead for row in (place.row, lookback, len(table.frame))]
    if is_time:
        now, first, last = (pd.Timestamp(row_time(table, row)) for row in rows)
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


def _choose_error(model: OpenModel, place: Place, errors: pd.DataFrame) -> None:
    def chosen() -> None:
        if (row := session.get(Keys.EXPLORE("error"))) is not None:
            _go(model, row)

    sizes = (errors["actual"] - errors["forecast"]).abs()
    worst = errors.loc[sizes.nlargest(WORST).index]
    rows = model.table.frame.index.get_indexer(pd.Index(worst["time"]))
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
