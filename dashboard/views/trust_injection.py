"""Would a model find a known effect in the user's own table? Tried when somebody asks."""

import streamlit as st

from dashboard import cached
from dashboard.panels import trust_injection as panels
from dashboard.views.failure import contained
from dashboard.views.panel import colours, show_panel
from dashboard.views.trust_work import Offer, offer
from dashboard.words import sentence
from imv_core.runs import Run
from imv_core.works import Kind

INJECTION = Offer(
    Kind.INJECTION,
    "Hide a known effect in your table",
    "Hide it again",
    "It trains up to five models on copies of the table, each for as long as a training. You can "
    "leave this page meanwhile.",
)


@contained()
def injection(run: Run) -> None:
    """How strong an effect in the run's own table has to be to be found."""
    st.subheader("Would a known effect in your table be found?")
    found = cached.injection(run)
    if found is None:
        st.markdown(
            "A column like yours, with an effect of known size and lag on the target, can be added "
            "to a copy of the table. Models with the settings of this one, trained there, tell how "
            "strong an effect must be to be found."
        )
    else:
        st.markdown(sentence(found.sentence))
        show_panel("injection", panels.injection(found, colours()))
        st.caption(sentence(f"The hidden column has values like those of '{found.like}'."))
    offer(run, INJECTION, is_done=found is not None)
