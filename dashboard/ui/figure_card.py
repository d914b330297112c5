"""Show figures with their title, help and numbers; columns, rows of metrics and verdicts."""

from collections.abc import Callable, Mapping
from io import StringIO

import streamlit as st

from dashboard import session
from dashboard.figures.theme import Palette, palette
from dashboard.session_keys import Keys
from dashboard.ui.failure import ContainedColumn, contain_failures
from dashboard.ui.panel import Panel
from dashboard.ui.verdict import LOOKS, Kind, Verdict
from dashboard.ui.verdict_line import verdict_line
from dashboard.wording import plain
from imv_core.csv_output import write_csv
from imv_core.model.decomposition import Explained
from imv_core.runs.run import Run


def colours() -> Palette:
    """Return the palette of the visitor's theme."""
    return palette(st.context.theme.type == "dark")


def columns_side_by_side(key: str, *widths: int) -> list[ContainedColumn]:
    """Return columns of these relative widths; on a narrow screen they are stacked.

    A failure in one leaves the others as they are.
    """
    with st.container(key=f"beside-{key}"):
        return [ContainedColumn(column) for column in st.columns(widths, gap="large")]


def metric_row(key: str, values: Mapping[str, tuple[str, str]]) -> None:
    """Show metrics in one row: label -> value and help ("": none)."""
    with st.container(key=f"numbers-{key}"):
        columns = st.columns(len(values))
        for column, (label, (value, text)) in zip(columns, values.items(), strict=True):
            column.metric(label, value, border=True, help=text or None)


@contain_failures()
def show_panel(
    name: str,
    panel: Panel,
    on_click: Callable[[], None] | None = None,
    runs: Mapping[str, Run] | None = None,
) -> None:
    """Show a figure with its title, help and numbers, and an explanation with its verdict.

    Args:
        name: of the figure, its CSV and its picture; unique on the page.
        panel: to show.
        on_click: called on a click on a point, which `session.clicked(Keys.FIGURE(name))` returns.
        runs: the explained runs by name; None: the open run.
    """
    st.markdown(f"##### {plain(panel.title, longest=400)}")
    config = {"displaylogo": False, "toImageButtonOptions": {"filename": name, "scale": 2}}
    st.plotly_chart(
        panel.figure,
        key=Keys.FIGURE(name),
        theme=None,  # the figure has its own
        alt=panel.title,
        config=config,
        on_select=on_click or "ignore",
        selection_mode="points",
    )
    if panel.explains == Explained.CHANGE:
        st.markdown(":gray[:material/help:] :small[Not checked: the checks are of the forecast.]")
    elif panel.is_explanation:
        for label, run in ({"": session.run()} if runs is None else runs).items():
            if run is not None:
                verdict_line(run, label)
    show_help_and_csv(name, panel)


def show_help_and_csv(name: str, panel: Panel) -> None:
    """Show the buttons under a figure: its help and its numbers as CSV."""
    with st.container(horizontal=True):
        with st.popover("What is this?", icon=":material/help:"):
            st.markdown(panel.meaning)
        st.download_button(
            "CSV",
            lambda: _csv(panel),
            file_name=f"{name}.csv",
            mime="text/csv",
            key=Keys.FIGURE(name, "csv"),
            icon=":material/download:",
            on_click="ignore",
        )


def _csv(panel: Panel) -> bytes:
    text = StringIO()
    write_csv(panel.numbers(), text)
    return text.getvalue().encode()


def show_verdict(verdict: Verdict) -> None:
    """Show a verdict in its colour and with its icon; names in its text are escaped already."""
    box = {
        Kind.GOOD: st.success,
        Kind.EQUAL: st.info,
        Kind.CAUTION: st.warning,
        Kind.UNFIT: st.error,
        Kind.UNKNOWN: st.info,
    }
    box[verdict.kind](verdict.text, icon=f":material/{LOOKS[verdict.kind].icon}:")
