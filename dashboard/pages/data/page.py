"""The page Data: open a table, see its findings, choose the target, the inputs and the split."""

from itertools import groupby

import streamlit as st

from dashboard import session
from dashboard.pages.data import panels
from dashboard.pages.data.controls import choose_columns, choose_source, choose_split, treatment_of
from dashboard.session_keys import Keys
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import colours, metric_row, show_panel
from dashboard.wording import plain, sentence, when
from imv_core import ImvError, Table
from imv_core.tables.findings import Finding
from imv_core.tables.frequency import describe_step
from imv_core.windows.split import Split

SHOWN = 4  # findings of one kind; a popover has the others


@contain_failures()
def report(table: Table) -> None:
    """Show the size of a table, then every finding, warnings first."""
    frame = table.frame
    metric_row(
        "data",
        {
            "Rows": (f"{len(frame):,}", ""),
            "Variables": (f"{len(frame.columns)}", ""),
            "Missing values": (f"{_missing(table):.1%}", ""),
            "Step": (
                describe_step(table.freq) if table.freq else "one row",
                f"{when(frame.index[0])} to {when(frame.index[-1])}",
            ),
        },
    )
    warnings = [f for f in table.findings if f.warning]
    title = f"Findings: {len(table.findings)}"
    title += f", {len(warnings)} of them to look at" if warnings else ", none to look at"
    with st.expander(title, expanded=True):
        for kind, findings in _by_kind(table.findings):
            _show_kind(kind, findings, table)


def _missing(table: Table) -> float:
    return float(table.frame.isna().to_numpy().mean())


def _by_kind(findings: tuple[Finding, ...]) -> list[tuple[str, list[Finding]]]:
    """Group findings by kind, kinds with a warning first."""
    kinds = list(dict.fromkeys(f.kind for f in sorted(findings, key=lambda f: not f.warning)))
    ordered = sorted(findings, key=lambda f: (kinds.index(f.kind), not f.warning))
    return [(kind, list(same)) for kind, same in groupby(ordered, key=lambda f: f.kind)]


def _show_kind(kind: str, findings: list[Finding], table: Table) -> None:
    choose = treatment_of(kind, table)
    if choose is None:
        _show_findings(findings)
        return
    with st.container(key=f"beside-found-{kind}"):
        left, right = st.columns([3, 1], gap="medium", vertical_alignment="center")
    with left:
        _show_findings(findings)
    with right:
        choose()


def _show_findings(findings: list[Finding]) -> None:
    _lines(findings[:SHOWN])
    if len(findings) > SHOWN:
        with st.popover(f"{len(findings) - SHOWN} more like these", type="tertiary"):
            _lines(findings[SHOWN:])


def _lines(findings: list[Finding]) -> None:
    for finding in findings:
        icon = ":material/warning:" if finding.warning else ":material/check:"
        st.markdown(f"{icon} {plain(finding.text, longest=600)}")


PARTS = ("train", "validation", "test")
MOST_PANELS = 12  # variables drawn at once


def page() -> None:
    """Draw the page."""
    st.title("Data")
    choose_source()
    table = session.table()
    if table is None:
        st.info("Open a sample or upload a file to begin.")
        st.stop()
    st.header(plain(table.name), divider="gray")
    report(table)
    st.subheader("What to forecast")
    choose_columns(table)
    session.link("train", "Train a model for this", "model_training")
    st.subheader("Variables over time, and the split")
    _series(table)
    with st.expander("First rows"):
        st.dataframe(table.frame.head(200), alt="The first rows of the table")


@st.fragment
@contain_failures()
def _series(table: Table) -> None:
    """Show the split and the figure with it; moving the split redraws these alone."""
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
            f"**{part}** {span.stop - span.start:,} rows from {plain(when(index[span.start]))}"
            for part, span in rows.items()
        )
    )
    shown = names[:MOST_PANELS]
    if len(names) > MOST_PANELS:
        shown = st.multiselect(
            f"Variables to draw, at most {MOST_PANELS} of {len(names)}",
            names,
            default=shown,
            max_selections=MOST_PANELS,
            key=Keys.DATA("drawn", session.revision()),
            persist_state="session",
        )
    if shown:
        starts = {part: index[span.start] for part, span in rows.items()}
        show_panel("series", panels.variables(table, shown, starts, colours()))
