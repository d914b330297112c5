"""Is the explanation true of the model? The verdict, every check, and the figures behind them."""

import streamlit as st

from dashboard import cached, verdict
from dashboard.views import trust_figures as figures
from dashboard.views.opened import Opened, cautions, opened
from dashboard.views.panel import show
from dashboard.views.trust_checks import checks
from dashboard.views.trust_injection import injection
from dashboard.views.trust_recovery import recovery
from dashboard.views.trust_work import Offer, offer, offer_seeds
from dashboard.words import sentence
from imv_core.faithfulness.examination import FEWEST
from imv_core.faithfulness.trust_report import TrustReport
from imv_core.works import Kind

PART = "test"
CHECKS = Offer(
    Kind.CHECKS,
    "Run the checks",
    "Run them again",
    "They take about a minute, longer with many variables or a long lookback. You can leave this "
    "page meanwhile.",
)


def page() -> None:
    """What the checks of the open model found."""
    open_ = opened("Trust")
    st.title("Trust")
    report = cached.trust(open_.run)
    if report is None:
        _unchecked(open_)
    else:
        _checked(open_, report)
    injection(open_.run)
    recovery(open_.run)


def _unchecked(open_: Opened) -> None:
    windows = len(cached.explanation(open_.run, PART).times)  # where there are none it is said
    if windows < FEWEST:
        st.warning(
            f"The test part has {windows} windows, and checks need {FEWEST}. Bring more rows, or "
            "train with a smaller training part."
        )
        return
    st.info(
        "This model is not checked yet: nobody knows whether its importance and attention are true "
        "of what it does.",
        icon=":material/help:",
    )
    offer(open_.run, CHECKS, is_done=False)


def _checked(open_: Opened, report: TrustReport) -> None:
    found = verdict.of_checks(report)
    show(verdict.Verdict(found.kind, sentence(found.text)))
    cautions(open_)
    checks(report)
    offer(open_.run, CHECKS, is_done=True)
    offer_seeds(open_.run)
    figures.variables(open_, report)
    figures.deletion(report)
    figures.steadiness(report)
    figures.intervals(report)
