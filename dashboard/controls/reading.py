"""What is done about what was found in a table: a choice beside each finding that has one."""

from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.state import Origin
from dashboard.words import sentence
from imv_core import ImvError, Table
from imv_core.reading.steps import in_words
from imv_core.resampling import SUMMARIES, coarser_steps

REPEATED = {"last": "keep the last", "first": "keep the first", "mean": "take their mean"}
FILLS = {"last": "the last value before", "median": "the training median"}


def choose_about(kind: str, table: Table) -> None:
    """Draw the choice that belongs to a kind of finding, if it has one."""
    if kind == "format":
        _sheet()
    elif kind == "duplicates":
        _repeated()
    elif kind == "missing" or (kind == "gaps" and _has_gaps_alone(table)):
        _fill()
    elif kind == "step":
        _step(table)
    elif kind == "resampled":
        _back()


def _read_again(origin: Origin) -> None:
    try:
        state.read_again(origin, state.choice())
    except ImvError as error:
        st.error(sentence(error))
    else:
        st.rerun()


def _has_gaps_alone(table: Table) -> bool:
    return all(finding.kind != "missing" for finding in table.findings)


def _back() -> None:
    fine = state.fine()
    if fine is not None and st.button("Back to every row", icon=":material/undo:"):
        state.open_table(fine, state.choice())
        st.rerun()


def _sheet() -> None:
    origin = state.origin()
    if origin is None or len(sheets := origin.sheets) < 2:
        return
    sheet = st.selectbox(
        "Sheet",
        sheets,
        index=sheets.index(origin.sheet) if origin.sheet else None,
        placeholder="the first with a table",
        key=f"sheet-{state.revision()}",
    )
    if sheet is not None and sheet != origin.sheet:
        _read_again(replace(origin, sheet=sheet))


def _repeated() -> None:
    origin = state.origin()
    if origin is None:
        return
    repeated = st.selectbox(
        "Rows with the same time",
        list(REPEATED),
        index=list(REPEATED).index(origin.repeated),
        format_func=REPEATED.__getitem__,
        key=f"repeated-{state.revision()}",
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
        key=f"fill-{state.revision()}",
        help="The model remembers this. A missing value of the target is never a truth to learn "
        "from or to be scored on. Interpolation is not offered: between two values it would look "
        "into the future.",
    )
    if fill != now.fill:
        state.choose(replace(now, fill=fill))


def _step(table: Table) -> None:
    steps = coarser_steps(table)
    if not steps:
        return
    with st.popover("Resample", icon=":material/compress:", width="stretch"):
        step = st.selectbox(
            "One row for each",
            steps,
            format_func=lambda name: in_words(name).removeprefix("1 "),
            key=f"step-{state.revision()}",
            help="Coarser steps that leave at least 100 rows.",
        )
        summary = st.selectbox(
            "Numbers become their",
            SUMMARIES,
            key=f"summary-{state.revision()}",
            help="Of the known values of each stretch; labels become the last of theirs. A stretch "
            "without a value is missing, and stretches at the ends that are not full are left out.",
        )
        if st.button("Resample the table", type="primary"):
            try:
                state.open_resampled(step, summary)
            except ImvError as error:
                st.error(sentence(error))
            else:
                st.rerun()
