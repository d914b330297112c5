"""The data: where it comes from, what was found in it, what is to be forecast."""

import streamlit as st

from dashboard import state
from dashboard.controls.columns import choose_columns
from dashboard.controls.source import choose_source
from dashboard.panels import data as panels
from dashboard.state import Choice
from dashboard.views.panel import boxes, colours, show_panel
from dashboard.words import plain, sentence, when
from imv_core import ImvError, Table
from imv_core.reading.steps import in_words
from imv_core.windows import Split

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
    _report(table)
    st.subheader("What to forecast")
    choice = choose_columns(table)
    state.link("train", "Train a model for this", "model_training")
    _series(table, choice)
    with st.expander("First rows"):
        st.dataframe(table.frame.head(200), alt="The first rows of the table")


def _report(table: Table) -> None:
    frame = table.frame
    boxes(
        "data",
        {
            "Rows": (f"{len(frame):,}", ""),
            "Variables": (f"{len(frame.columns)}", ""),
            "Missing values": (f"{frame.isna().to_numpy().mean():.1%}", ""),
            "Step": (
                in_words(table.freq) if table.freq else "one row",
                f"{when(frame.index[0])} to {when(frame.index[-1])}",
            ),
        },
    )
    warnings = [f for f in table.findings if f.warning]
    title = f"What was found: {len(table.findings)} remarks"
    title += f", {len(warnings)} to look at" if warnings else ", none that needs a look"
    with st.expander(title, expanded=True):
        for finding in sorted(table.findings, key=lambda f: not f.warning):
            icon = ":material/warning:" if finding.warning else ":material/check:"
            st.markdown(f"{icon} {plain(finding.text, longest=600)}")


def _series(table: Table, choice: Choice) -> None:
    names = list(dict.fromkeys((choice.target, *choice.variables)))
    try:
        split = Split.by_share(table, choice.train_share, choice.validation_share)
    except ImvError as error:
        st.error(sentence(error))
        return
    index = table.frame.index
    starts = {
        part: index[split.rows(index, part).start] for part in ("train", "validation", "test")
    }
    shown = names[:MOST_PANELS]
    if len(names) > MOST_PANELS:
        shown = st.multiselect(
            f"Variables to draw ({len(names)} are chosen; at most {MOST_PANELS} at once)",
            names,
            default=shown,
            max_selections=MOST_PANELS,
            key=f"drawn-{table.fingerprint[:12]}",
        )
    if not shown:
        return
    show_panel("series", panels.variables(table, shown, starts, colours()))
