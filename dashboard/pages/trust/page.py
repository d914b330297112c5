"""The checks as a table: a question a row, its answer in a word and in a sentence."""

from collections.abc import Sequence
from typing import Literal

import plotly.graph_objects as go
import streamlit as st

from dashboard import cache
from dashboard.keys import Keys
from dashboard.pages.open_model import (
    OpenModel,
    require_model,
    scaling_of,
    show_cautions,
    show_note,
)
from dashboard.pages.trust import panels
from dashboard.pages.trust import steadiness_panels as steady
from dashboard.pages.trust.requests import Offer, injection, offer, offer_seeds, recovery
from dashboard.ui import verdict
from dashboard.ui.choices import choose_selection
from dashboard.ui.failure import contain_failures
from dashboard.ui.figure_card import (
    colours,
    columns_side_by_side,
    show_help_and_csv,
    show_panel,
    show_verdict,
)
from dashboard.ui.panel import Panel
from dashboard.ui.titles import base_note
from dashboard.wording import sentence
from imv_core.faithfulness.check import Check
from imv_core.faithfulness.examination import FEWEST
from imv_core.faithfulness.report import TrustReport
from imv_core.runs.task import TaskKind

Colour = Literal["green", "orange", "red", "gray"]
SIGNS: dict[str, tuple[str, str, Colour]] = {  # word, icon, colour: each tells it alone
    "pass": ("Pass", "check_circle", "green"),
    "caution": ("Caution", "warning", "orange"),
    "fail": ("Fail", "block", "red"),
    "unknown": ("Unknown", "help", "gray"),
}


@contain_failures()
def checks(report: TrustReport) -> None:
    """Every check with its verdict, and how it was judged."""
    title = count(report)
    st.markdown(f"##### {title}")
    with st.container(border=True, key="checks"):
        for check in report.checks:
            _row(check)
    # a table has no figure
    show_help_and_csv("checks", Panel(title, go.Figure(), report.summary, "checks"))


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


@st.fragment
@contain_failures()
def variables(model: OpenModel, report: TrustReport) -> None:
    """Importance beside attribution, and what each variable counts by several ways."""
    st.subheader("Importance of lags beside attribution")
    show_note(base_note(scaling_of(model)))
    left, right = columns_side_by_side("trust-choices", 1, 1)
    with left:
        way = st.segmented_control(
            "Attribution: how far the forecast moves, by",
            panels.ATTRIBUTIONS,
            default="another_window",
            required=True,
            format_func=panels.ATTRIBUTIONS.__getitem__,
            key=Keys.TRUST("attribution-by"),
            persist_state="session",
        )
        step = _step(model, report) if way == "another_window" else None
    with right:
        names = _names(report)
    if not names:
        return
    of_step = None
    if step is not None:
        explanation = cache.explanation(model.run, report.part)
        lags = explanation.temporal_importance_by_step[step]
        of_step = step, lags.mul(explanation.importance_by_step.loc[step], axis=0)
    importance, attribution = panels.maps(report, way, model.step, colours(), names, of_step)
    left, right = columns_side_by_side("trust-maps", 1, 1)
    with left:
        show_panel("trust_attention", importance)
    with right:
        show_panel("attribution", attribution)
    st.subheader("What the forecast rests on")
    left, right = columns_side_by_side("trust-variables", 3, 2)
    with left:
        show_panel("three_importances", panels.variables(report, colours(), names))
    with right:
        show_panel("ablations", panels.ablations(report, colours()))


@contain_failures()
def deletion(report: TrustReport) -> None:
    """Curves of deletion and insertion, and what they come to."""
    st.subheader("Values taken away and put back")
    for place, kind in zip(columns_side_by_side("trust-curves", 1, 1), panels.KINDS, strict=True):
        with place:
            show_panel(kind, panels.curves(report, kind, colours()))
    st.dataframe(
        panels.scores(report),
        hide_index=True,
        alt="Areas under the curves, comprehensiveness and sufficiency of each order",
    )
    st.caption(panels.SCORES_MEAN)


@contain_failures()
def steadiness(report: TrustReport) -> None:
    """Other seeds, other stretches of time, and no training at all."""
    st.subheader("Would it come out the same again?")
    left, right = columns_side_by_side("trust-steadiness", 1, 1)
    with left:
        show_panel("stability", steady.stability(report, colours()))
    with right:
        show_panel("randomised", steady.randomised(report, colours()))


@contain_failures()
def intervals(report: TrustReport) -> None:
    """Calibration of the intervals."""
    st.subheader("Do intervals hold what they promise?")
    left, right = columns_side_by_side("trust-intervals", 1, 1)
    with left:
        show_panel("calibration", steady.calibration(report, colours()))
    with right:
        show_panel("pit", steady.pit(report, colours()))


def _step(model: OpenModel, report: TrustReport) -> int | None:
    """The step ahead that is looked at; None: all together."""
    steps = list(report.lag_attribution_by_step)
    if len(steps) == 1:
        return None
    return st.selectbox(
        "Of the forecast of",
        [None, *steps],
        format_func=lambda step: "all steps together" if step is None else f"step {step} ahead",
        key=Keys.TRUST("step", model.run.path.name),
        persist_state="session",
    )


def _names(report: TrustReport) -> Sequence[str]:
    """The variables to show, those that either map puts first; none where none is found."""
    attribution = panels.shares_of(report.by_variable["attribution"].to_frame()).iloc[:, 0]
    either = report.by_variable["importance"].combine(attribution, max)
    names = choose_selection(len(either)).names(either)
    if not names:
        st.info("No variable's name holds that text. Shorten it, or leave it empty.")
    elif len(names) < len(either):
        st.caption(
            f"{len(names)} of {len(either)} variables are shown, of the most importance or "
            "attribution."
        )
    return names


PART = "test"
CHECKS = Offer(
    TaskKind.CHECKS,
    "Run the checks",
    "Run them again",
    "They take about a minute, longer with many variables or a long lookback. You can leave this "
    "page meanwhile.",
)


def page() -> None:
    """What the checks of the open model found."""
    model = require_model("Trust")
    st.title("Trust")
    report = cache.trust(model.run)
    if report is None:
        _unchecked(model)
    else:
        _checked(model, report)
    injection(model.run)
    recovery(model.run)


def _unchecked(model: OpenModel) -> None:
    windows = len(cache.explanation(model.run, PART).times)  # where there are none it is said
    if windows < FEWEST:
        st.warning(
            f"The test part has {windows} windows, and checks need {FEWEST}. Bring more rows, or "
            "train with a smaller training part."
        )
        return
    st.info(
        "This model is not checked yet: nobody knows whether its explanation is true of what it "
        "does.",
        icon=":material/help:",
    )
    offer(model.run, CHECKS, is_done=False)


def _checked(model: OpenModel, report: TrustReport) -> None:
    found = verdict.of_checks(report)
    show_verdict(verdict.Verdict(found.kind, sentence(found.text)))
    show_cautions(model)
    checks(report)
    offer(model.run, CHECKS, is_done=True)
    offer_seeds(model.run)
    variables(model, report)
    deletion(report)
    steadiness(report)
    intervals(report)
