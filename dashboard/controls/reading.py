"""What is done about what was found in a table: a choice beside each finding that has one."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from dashboard.origin import Origin
from dashboard.redraw import redraw
from dashboard.words import sentence
from imv_core import ImvError, Table
from imv_core.reading.steps import in_words
from imv_core.resampling import SUMMARIES, coarser_steps

REPEATED = {"last": "keep the last", "first": "keep the first", "mean": "take their mean"}
FILLS = {"last": "the last value before", "median": "the training median"}


def choice_about(kind: str, table: Table) -> Callable[[], None] | None:
    """What draws the choice that belongs to a kind of finding; None: it has none."""
    origin, fine = state.origin(), state.fine()
    if kind == "format" and origin is not None and len(origin.sheets) > 1:
        return partial(_sheet, origin)
    if kind == "duplicates" and origin is not None:
        return partial(_repeated, origin)
    is_missing = any(finding.kind == "missing" for finding in table.findings)
    if kind == "missing" or (kind == "gaps" and not is_missing):
        return _fill
    if kind == "step" and (steps := coarser_steps(table)):
        return partial(_step, steps)
    if kind == "resampled" and fine is not None:
        return partial(_back, fine)
    return None


def _read_again(origin: Origin) -> None:
    try:
        state.read_again(origin, state.choice())
    except ImvError as error:
        st.error(sentence(error))
    else:
        redraw()


def _back(fine: Table) -> None:
    if st.button("Back to every row", icon=":material/undo:", width="stretch"):
        state.open_table(fine, state.choice())
        redraw()


def _sheet(origin: Origin) -> None:
    sheets = origin.sheets
    sheet = st.selectbox(
        "Sheet",
        sheets,
        index=sheets.index(origin.sheet) if origin.sheet else None,
        placeholder="the first with a table",
        key=Keys.DATA("sheet", state.revision()),
    )
    if sheet is not None and sheet != origin.sheet:
        _read_again(replace(origin, sheet=sheet))


def _repeated(origin: Origin) -> None:
    repeated = st.selectbox(
        "Rows with the same time",
        list(REPEATED),
        index=list(REPEATED).index(origin.repeated),
        format_func=REPEATED.__getitem__,
        key=Keys.DATA("repeated", state.revision()),
    )
    if repeated != origin.repeated:
        _read_again(replace(origin, repeated=repeated))


def _fill() -> None:
    now = state.choice()
    fill = st.selectbox(
        "Missing inputs take",
        list(FILLS),
        index=list(FILLS).index(now.fill),
        format_func=FILLS.__getitem__,
        key=Keys.DATA("fill", state.revision()),
        help="The model remembers this. A missing value of the target is never a truth to learn "
        "from or to be scored on. Interpolation is not offered: between two values it would look "
        "into the future.",
    )
    if fill != now.fill:
        state.choose(replace(now, fill=fill))


def _step(steps: list[str]) -> None:
    with st.popover("Resample", icon=":material/compress:", width="stretch"):
        step = st.selectbox(
            "One row for each",
            steps,
            format_func=lambda name: in_words(name).removeprefix("1 "),
            key=Keys.DATA("step", state.revision()),
            persist_state="session",
            help="Coarser steps that leave at least 100 rows.",
        )
        summary = st.selectbox(
            "Numbers become their",
            SUMMARIES,
            key=Keys.DATA("summary", state.revision()),
            persist_state="session",
            help="Of the known values of each stretch; labels become the last of theirs. A stretch "
            "without a value is missing, and stretches at the ends that are not full are left out.",
        )
        if st.button("Resample the table", type="primary"):
            try:
                state.open_resampled(step, summary)
            except ImvError as error:
                st.error(sentence(error))
            else:
                redraw()
