"""The page Trust: the checks as a table, their figures, and two searches for known effects."""

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from dashboard import cache
from dashboard.pages.open_model import (
    OpenModel,
    require_model,
    scaling_of,
    show_cautions,
    show_note,
)
from dashboard.pages.trust import panels
from dashboard.pages.trust.check_figures import DELETION, RESTS_ON, CheckFigure, sections
from dashboard.pages.trust.task_requests import (
    CHECKS,
    show_injection,
    show_recovery,
    show_seeds_request,
    show_task_request,
)
from dashboard.session_keys import Keys
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
from imv_core.faithfulness.check import Check, Verdict
from imv_core.faithfulness.examination import FEWEST
from imv_core.faithfulness.report import TrustReport
from imv_core.runs.task import TaskKind
from imv_core.windows.split import Part

PART = Part.TEST
COUNTED = {  # one check, several checks
    Verdict.CAUTION: ("asks for caution", "ask for caution"),
    Verdict.FAIL: ("failed", "failed"),
    Verdict.UNKNOWN: ("could not be told", "could not be told"),
}


def page() -> None:
    """Show the checks of the open model."""
    model = require_model("Trust")
    st.title("Trust")
    report = cache.trust(model.run)
    if report is None:
        _show_unchecked(model)
    else:
        _show_checked(model, report)
    show_injection(model.run)
    show_recovery(model.run)


def _show_unchecked(model: OpenModel) -> None:
    windows = len(cache.explanation(model.run, PART).times)  # NoWindowError if there are none
    if windows < FEWEST:
        st.warning(
            f"The test part has {windows} windows, and checks need {FEWEST}. Bring more rows, or "
            "train with a smaller training part."
        )
        return
    st.info(
        cache.outdated(model.run, TaskKind.CHECKS)
        or "This model is not checked yet: nobody knows whether its explanation is true of what it "
        "does.",
        icon=":material/help:",
    )
    show_task_request(model.run, CHECKS, is_done=False)


def _show_checked(model: OpenModel, report: TrustReport) -> None:
    found = verdict.of_checks(report)
    show_verdict(verdict.Verdict(found.kind, sentence(found.text)))
    show_cautions(model)
    show_checks(report)
    show_task_request(model.run, CHECKS, is_done=True)
    show_seeds_request(model.run)
    figures = sections(report)
    show_variables(model, report, figures.pop(RESTS_ON, []))
    for section, each in figures.items():
        show_section(report, section, each)


@contain_failures()
def show_checks(report: TrustReport) -> None:
    """Show every check with its verdict and its rule."""
    title = count(report)
    st.markdown(f"##### {title}")
    with st.container(border=True, key="checks"):
        for check in report.checks:
            _show_row(check)
    for question in report.not_run:
        st.caption(f"{question} This check is newer than these results. Run them again.")
    # a table has no figure
    show_help_and_csv("checks", Panel(title, go.Figure(), report.summary, "checks"))


def count(report: TrustReport) -> str:
    """Return the number of checks per verdict, as a title."""
    verdicts = [check.verdict for check in report.checks]
    rest = [
        f"{number} {words[number > 1]}"
        for name, words in COUNTED.items()
        if (number := verdicts.count(name))
    ]
    return ", ".join([f"{verdicts.count(Verdict.PASS)} of {len(verdicts)} checks passed", *rest])


def _show_row(check: Check) -> None:
    look = verdict.LOOKS[verdict.OF_CHECK[check.verdict]]
    with st.container(horizontal=True, key=f"check-{check.name}"):
        word = check.verdict.capitalize()
        st.badge(word, icon=f":material/{look.icon}:", color=look.colour, width=100)
        with st.container(gap=None):
            st.markdown(f"**{sentence(check.title)}**")
            st.markdown(sentence(check.sentence))
        with st.popover("Rule", type="tertiary", icon=":material/gavel:", width="content"):
            st.markdown(f"**How is this judged?** {sentence(check.rule)}")
            st.caption(f"Source: {sentence(check.source)}")


@st.fragment
@contain_failures()
def show_variables(model: OpenModel, report: TrustReport, figures: Sequence[CheckFigure]) -> None:
    """Show importance beside attribution, and several measures of each variable.

    Args:
        model: that is open.
        report: of its checks.
        figures: to show beside these measures.
    """
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
        step = _choose_step(model, report) if way == "another_window" else None
    with right:
        names = _choose_names(report)
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
    st.subheader(RESTS_ON)
    left, right = columns_side_by_side("trust-variables", 3, 2)
    with left:
        show_panel("three_importances", panels.variables(report, colours(), names))
    with right:
        for figure in figures:
            show_panel(figure.name, figure.draw(report, colours()))


@contain_failures()
def show_section(report: TrustReport, section: str, figures: Sequence[CheckFigure]) -> None:
    """Show the figures of a section, two side by side."""
    st.subheader(section)
    for pair in (figures[start : start + 2] for start in range(0, len(figures), 2)):
        places = columns_side_by_side(f"trust-{pair[0].name}", 1, 1)
        for place, figure in zip(places, pair, strict=False):
            with place:
                show_panel(figure.name, figure.draw(report, colours()))
    if section == DELETION:
        st.dataframe(
            panels.scores(report),
            hide_index=True,
            alt="Areas under the curves, comprehensiveness and sufficiency of each order",
        )
        st.caption(panels.SCORES_MEAN)


def _choose_step(model: OpenModel, report: TrustReport) -> int | None:
    """Ask for a step ahead; None: all together."""
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


def _choose_names(report: TrustReport) -> Sequence[str]:
    """Ask for the variables to show, ordered by the larger of importance and attribution."""
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
