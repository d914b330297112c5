"""Would a model with these settings find a truth that is known? Tried when somebody asks."""

import streamlit as st

from dashboard import cached
from dashboard.panels import trust_steadiness as panels
from dashboard.views.failure import contained
from dashboard.views.panel import colours, show_panel
from dashboard.views.trust_work import Offer, offer
from dashboard.words import sentence
from imv_core.runs import Run
from imv_core.works import Kind

RECOVERY = Offer(
    Kind.RECOVERY,
    "Try these settings on planted truth",
    "Try them again",
    "It trains a model in each of several worlds: some minutes. You can leave this page meanwhile.",
)


@contained()
def recovery(run: Run) -> None:
    """What these settings find in worlds whose drivers and lags are known."""
    st.subheader("Would these settings find a known truth?")
    found = cached.recovery(run)
    if found is None:
        st.markdown(
            "Worlds can be drawn whose drivers and lags are known. A model with the settings of "
            "this one, trained there, tells what it would find and what it would miss."
        )
    else:
        st.markdown(sentence(found.sentence))
        show_panel("recovery", panels.recovery(found, colours()))
    offer(run, RECOVERY, is_done=found is not None)
