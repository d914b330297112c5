"""The data: where it comes from, what was found in it, what is to be forecast."""

import streamlit as st

from dashboard import state
from dashboard.controls.columns import choose_columns, choose_split
from dashboard.controls.source import choose_source
from dashboard.keys import Keys
from dashboard.panels import data as panels
from dashboard.views.data_report import report
from dashboard.views.failure import contained
from dashboard.views.panel import colours, show_panel
from dashboard.words import plain, sentence, when
from imv_core import ImvError, Table
from imv_core.windows import Split

PARTS = ("train", "validation", "test")
MOST_PANELS = 12  # variables drawn at once


def page() -> None:
    """Open data, see what was found, choose."""
    st.title("Data")
    choose_source()
    table = state.table()
    if table is None:
        st.info("Open a sample or upload a file to begin.")
        st.stop()
    st.header(plain(table.name), divider="gray")
    report(table)
    st.subheader("What to forecast")
    choose_columns(table)
    state.link("train", "Train a model for this", "model_training")
    st.subheader("The variables, and how the rows are split")
    _series(table)
    with st.expander("First rows"):
        st.dataframe(table.frame.head(200), alt="The first rows of the table")


@st.fragment
@contained()
def _series(table: Table) -> None:
    """The split, and the plot that it is drawn in; moving it draws these alone."""
    choice = choose_split()
    names = list(dict.fromkeys((choice.target, *choice.variables)))
    try:
        split = Split.by_share(table, choice.train_share, choice.validation_share)
    except ImvError as error:
        st.error(sentence(error))
        return
    index = table.frame.index
    rows = {part: split.rows(index, part) for part in PARTS}
    st.caption(
        "; ".join(
            f"**{part}** {part_.stop - part_.start:,} rows from {plain(when(index[part_.start]))}"
            for part, part_ in rows.items()
        )
    )
    shown = names[:MOST_PANELS]
    if len(names) > MOST_PANELS:
        shown = st.multiselect(
            f"Variables to draw ({len(names)} are chosen; at most {MOST_PANELS} at once)",
            names,
            default=shown,
            max_selections=MOST_PANELS,
            key=Keys.DATA("drawn", state.revision()),
            persist_state="session",
        )
    if shown:
        starts = {part: index[part_.start] for part, part_ in rows.items()}
        show_panel("series", panels.variables(table, shown, starts, colours()))
