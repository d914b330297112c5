"""A figure as it stands on every page: what is seen, the figure, what it means, its numbers."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.charts.look import Palette, palette
from dashboard.verdict import Verdict

TEXTS = Path(__file__).parent / "text"


def colours() -> Palette:
    """For the visitor's theme."""
    return palette(st.context.theme.type == "dark")


def beside(key: str, *widths: int) -> list[DeltaGenerator]:
    """Places beside one another; on a narrow screen they stand under one another."""
    with st.container(key=f"beside-{key}"):
        return st.columns(widths, gap="large")


def boxes(key: str, values: Mapping[str, tuple[str, str]]) -> None:
    """Numbers in boxes: label -> value, and a word of help, "" where none is needed."""
    with st.container(key=f"numbers-{key}"):
        for place, (label, (value, text)) in zip(
            st.columns(len(values)), values.items(), strict=True
        ):
            place.metric(label, value, border=True, help=text or None)


def panel(key: str, title: str, figure: go.Figure, numbers: pd.DataFrame, about: str) -> None:
    """Show a figure.

    Args:
        key: of the widgets; unique on its page, and the CSV's name.
        title: states what is seen; also the text alternative.
        figure: to draw.
        numbers: the same, tidy, for the CSV.
        about: the file in `text/` that says what it means and where its limits are.
    """
    st.markdown(f"##### {title}")
    st.plotly_chart(figure, key=key, alt=title.replace("\\", ""), config={"displaylogo": False})
    with st.container(horizontal=True):
        with st.popover("What is this?", icon=":material/help:"):
            st.markdown((TEXTS / f"{about}.md").read_text(encoding="utf-8"))
        st.download_button(
            "CSV",
            lambda: numbers.to_csv(index=False).encode(),
            file_name=f"{key}.csv",
            mime="text/csv",
            key=f"{key}-csv",
            icon=":material/download:",
            on_click="ignore",
        )


def show(verdict: Verdict) -> None:
    """A verdict in its colour and with its sign."""
    box = {"good": st.success, "equal": st.info, "caution": st.warning, "unfit": st.error}
    icon = {"good": "check_circle", "equal": "balance", "caution": "warning", "unfit": "block"}
    box[verdict.kind](verdict.text, icon=f":material/{icon[verdict.kind]}:")
