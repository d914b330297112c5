"""A figure as it stands on every page: what is seen, the figure, what it means, its numbers."""

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard import state
from dashboard.charts.look import Palette, palette
from dashboard.panels.panel import Panel
from dashboard.verdict import Verdict
from dashboard.views.failure import Place, contained
from dashboard.views.verdict_line import ICONS, verdict_line
from dashboard.words import plain
from imv_core.runs import Run


def colours() -> Palette:
    """For the visitor's theme."""
    return palette(st.context.theme.type == "dark")


def beside(key: str, *widths: int) -> list[Place]:
    """Places beside one another; on a narrow screen they stand under one another.

    What fails in one leaves the others as they are.
    """
    with st.container(key=f"beside-{key}"):
        return [Place(column) for column in st.columns(widths, gap="large")]


def boxes(key: str, values: Mapping[str, tuple[str, str]]) -> None:
    """Numbers in boxes: label -> value, and a word of help, "" where none is needed."""
    with st.container(key=f"numbers-{key}"):
        for place, (label, (value, text)) in zip(
            st.columns(len(values)), values.items(), strict=True
        ):
            place.metric(label, value, border=True, help=text or None)


@contained()
def show_panel(
    key: str,
    panel: Panel,
    on_click: Callable[[], None] | None = None,
    runs: Mapping[str, Run] | None = None,
) -> None:
    """Show a figure with its title, its meaning and its numbers, an explanation with its verdict.

    Args:
        key: of the widgets; unique on its page, and the name of the CSV and the picture.
        panel: to show.
        on_click: called when somebody clicks on a point; `state.clicked(key)` tells which.
        runs: whose explanations they are, by their names; None: of the open one.
    """
    st.markdown(f"##### {plain(panel.title, longest=400)}")
    config = {"displaylogo": False, "toImageButtonOptions": {"filename": key, "scale": 2}}
    st.plotly_chart(
        panel.figure,
        key=key,
        alt=panel.title,
        config=config,
        on_select=on_click or "ignore",
        selection_mode="points",
    )
    if panel.is_explanation:
        for name, run in ({"": state.run()} if runs is None else runs).items():
            verdict_line(run, name)
    below(key, panel)


def below(key: str, panel: Panel) -> None:
    """What stands under a figure: its meaning and its numbers."""
    with st.container(horizontal=True):
        with st.popover("What is this?", icon=":material/help:"):
            st.markdown(panel.meaning)
        st.download_button(
            "CSV",
            lambda: panel.numbers().to_csv(index=False).encode(),
            file_name=f"{key}.csv",
            mime="text/csv",
            key=f"{key}-csv",
            icon=":material/download:",
            on_click="ignore",
        )


def show(verdict: Verdict) -> None:
    """A verdict in its colour and with its sign; names in its text are escaped already."""
    box = {"good": st.success, "equal": st.info, "caution": st.warning, "unfit": st.error}
    box[verdict.kind](verdict.text, icon=f":material/{ICONS[verdict.kind]}:")
