"""What was found in a table, with what is done about it."""

from itertools import groupby

import streamlit as st

from dashboard.controls.reading import choice_about
from dashboard.views.failure import contained
from dashboard.views.panel import boxes
from dashboard.words import plain, when
from imv_core import Table
from imv_core.reading.findings import Finding
from imv_core.reading.steps import in_words

SHOWN = 4  # remarks of one kind; the others fold


@contained()
def report(table: Table) -> None:
    """Numbers in boxes, then every finding, those that need a look first."""
    frame = table.frame
    boxes(
        "data",
        {
            "Rows": (f"{len(frame):,}", ""),
            "Variables": (f"{len(frame.columns)}", ""),
            "Missing values": (f"{_missing(table):.1%}", ""),
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
        for kind, findings in _by_kind(table.findings):
            _remarks(kind, findings, table)


def _missing(table: Table) -> float:
    return float(table.frame.isna().to_numpy().mean())


def _by_kind(findings: tuple[Finding, ...]) -> list[tuple[str, list[Finding]]]:
    """Findings of a kind together, those first of which some needs a look."""
    kinds = list(dict.fromkeys(f.kind for f in sorted(findings, key=lambda f: not f.warning)))
    ordered = sorted(findings, key=lambda f: (kinds.index(f.kind), not f.warning))
    return [(kind, list(same)) for kind, same in groupby(ordered, key=lambda f: f.kind)]


def _remarks(kind: str, findings: list[Finding], table: Table) -> None:
    choose = choice_about(kind, table)
    if choose is None:
        _some(findings)
        return
    with st.container(key=f"beside-found-{kind}"):
        left, right = st.columns([3, 1], gap="medium", vertical_alignment="center")
    with left:
        _some(findings)
    with right:
        choose()


def _some(findings: list[Finding]) -> None:
    _lines(findings[:SHOWN])
    if len(findings) > SHOWN:
        with st.popover(f"{len(findings) - SHOWN} more like these", type="tertiary"):
            _lines(findings[SHOWN:])


def _lines(findings: list[Finding]) -> None:
    for finding in findings:
        icon = ":material/warning:" if finding.warning else ":material/check:"
        st.markdown(f"{icon} {plain(finding.text, longest=600)}")
