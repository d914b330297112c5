"""The figures behind the checks."""

from collections.abc import Sequence

import streamlit as st

from dashboard import cached
from dashboard.controls.selection import choose_selection
from dashboard.keys import Keys
from dashboard.panels import trust as panels
from dashboard.panels import trust_steadiness as steady
from dashboard.panels.subject import tell_base
from dashboard.views.failure import contained
from dashboard.views.opened import Opened, scaling_of, tell
from dashboard.views.panel import beside, colours, show_panel
from imv_core.faithfulness.trust_report import TrustReport


@st.fragment
@contained()
def variables(open_: Opened, report: TrustReport) -> None:
    """Importance beside attribution, and what each variable counts by several ways."""
    st.subheader("Importance of lags beside attribution")
    tell(tell_base(scaling_of(open_)))
    left, right = beside("trust-choices", 1, 1)
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
        step = _step(open_, report) if way == "another_window" else None
    with right:
        names = _names(report)
    if not names:
        return
    of_step = None
    if step is not None:
        explanation = cached.explanation(open_.run, report.part)
        lags = explanation.temporal_importance_by_step[step]
        of_step = step, lags.mul(explanation.importance_by_step.loc[step], axis=0)
    importance, attribution = panels.maps(report, way, open_.step, colours(), names, of_step)
    left, right = beside("trust-maps", 1, 1)
    with left:
        show_panel("trust_attention", importance)
    with right:
        show_panel("attribution", attribution)
    st.subheader("What the forecast rests on")
    left, right = beside("trust-variables", 3, 2)
    with left:
        show_panel("three_importances", panels.variables(report, colours(), names))
    with right:
        show_panel("ablations", panels.ablations(report, colours()))


@contained()
def deletion(report: TrustReport) -> None:
    """Curves of deletion and insertion, and what they come to."""
    st.subheader("Values taken away and put back")
    for place, kind in zip(beside("trust-curves", 1, 1), panels.KINDS, strict=True):
        with place:
            show_panel(kind, panels.curves(report, kind, colours()))
    st.dataframe(
        panels.scores(report),
        hide_index=True,
        alt="Areas under the curves, comprehensiveness and sufficiency of each order",
    )
    st.caption(panels.SCORES_MEAN)


@contained()
def steadiness(report: TrustReport) -> None:
    """Other seeds, other stretches of time, and no training at all."""
    st.subheader("Would it come out the same again?")
    left, right = beside("trust-steadiness", 1, 1)
    with left:
        show_panel("stability", steady.stability(report, colours()))
    with right:
        show_panel("randomised", steady.randomised(report, colours()))


@contained()
def intervals(report: TrustReport) -> None:
    """Calibration of the intervals."""
    st.subheader("Do intervals hold what they promise?")
    left, right = beside("trust-intervals", 1, 1)
    with left:
        show_panel("calibration", steady.calibration(report, colours()))
    with right:
        show_panel("pit", steady.pit(report, colours()))


def _step(open_: Opened, report: TrustReport) -> int | None:
    """The step ahead that is looked at; None: all together."""
    steps = list(report.lag_attribution_by_step)
    if len(steps) == 1:
        return None
    return st.selectbox(
        "Of the forecast of",
        [None, *steps],
        format_func=lambda step: "all steps together" if step is None else f"step {step} ahead",
        key=Keys.TRUST("step", open_.run.path.name),
        persist_state="session",
    )


def _names(report: TrustReport) -> Sequence[str]:
    """The variables to show, those that either map puts first; none where none is found."""
    attribution = panels.shares_of(report.by_variable["attribution"].to_frame()).iloc[:, 0]
    either = report.by_variable["importance"].combine(attribution, max)
    names = choose_selection(len(either)).of(either)
    if not names:
        st.info("No variable's name holds that text. Shorten it, or leave it empty.")
    elif len(names) < len(either):
        st.caption(
            f"{len(names)} of {len(either)} variables are shown, of the most importance or "
            "attribution."
        )
    return names
