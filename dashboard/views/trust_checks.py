"""The checks as a table: a question a row, its answer in a word and in a sentence."""

from typing import Literal

import plotly.graph_objects as go
import streamlit as st

from dashboard.panels.panel import Panel
from dashboard.views.failure import contained
from dashboard.views.panel import below
from dashboard.words import sentence
from imv_core.faithfulness.checks import Check
from imv_core.faithfulness.trust_report import TrustReport

Colour = Literal["green", "orange", "red", "gray"]
SIGNS: dict[str, tuple[str, str, Colour]] = {  # word, icon, colour: each tells it alone
    "pass": ("Pass", "check_circle", "green"),
    "caution": ("Caution", "warning", "orange"),
    "fail": ("Fail", "block", "red"),
    "unknown": ("Unknown", "help", "gray"),
}


@contained()
def checks(report: TrustReport) -> None:
    """Every check with its verdict, and how it was judged."""
    title = count(report)
    st.markdown(f"##### {title}")
    with st.container(border=True, key="checks"):
        for check in report.checks:
            _row(check)
    # a table has no figure
    below("checks", Panel(title, go.Figure(), report.summary, "checks"))


def count(report: TrustReport) -> str:
    """How many checks came out how, as a title."""
    verdicts = [check.verdict for check in report.checks]
    words = {
        "caution": ("asks for caution", "ask for caution"),
        "fail": ("failed", "failed"),
        "unknown": ("could not be told", "could not be told"),
    }
    rest = [f"{n} {text[n > 1]}" for name, text in words.items() if (n := verdicts.count(name))]
    return ", ".join([f"{verdicts.count('pass')} of {len(verdicts)} checks passed", *rest])


def _row(check: Check) -> None:
    word, icon, colour = SIGNS[check.verdict]
    with st.container(horizontal=True, key=f"check-{check.name}"):
        st.badge(word, icon=f":material/{icon}:", color=colour, width=100)
        with st.container(gap=None):
            st.markdown(f"**{sentence(check.title)}**")
            st.markdown(sentence(check.sentence))
        with st.popover("Rule", type="tertiary", icon=":material/gavel:", width="content"):
            st.markdown(f"**How is this judged?** {sentence(check.rule)}")
            st.caption(f"Source: {sentence(check.source)}")
