"""What lags are read by: the choice of the session, the same on every page."""

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from imv_core.faithfulness.trust_report import TrustReport

CHOSEN, SWITCH = Keys.SHARED("lags-chosen"), Keys.SHARED("lags-by")
WAYS = {"attention": "Attention", "attribution": "Attribution"}


def lags_by(trust: TrustReport | None) -> str:
    """A key of `WAYS`: what a visitor chose, before that attention unless its lags are wrong."""
    return state.get(CHOSEN) or ("attribution" if _failed(trust) else "attention")


def remember(way: str) -> None:
    """Keep a choice for all pages and models of the session."""
    state.put(CHOSEN, way)


def choose_lags(trust: TrustReport | None) -> str:
    """Ask; before a model is checked there is attention alone.

    Args:
        trust: the checks of the model; None: they have not been run.
    """
    state.put(SWITCH, "attention" if trust is None else lags_by(trust))
    way = st.segmented_control(
        "Lags by",
        WAYS,
        format_func=WAYS.__getitem__,
        required=True,
        disabled=trust is None,
        help="Attention is what the network gives each lag. Attribution is how far the forecast "
        "moves when the value at that lag is another: it is measured by the checks of a model.",
        key=SWITCH,
        on_change=lambda: remember(state.get(SWITCH)),
    )
    if trust is None:
        st.caption("Attribution is measured by the checks, and they have not been run yet.")
    elif _failed(trust):
        st.caption("The attention of this model failed the check of its lags.")
    return way or lags_by(trust)


def _failed(trust: TrustReport | None) -> bool:
    checks = () if trust is None else trust.checks
    return any(check.name == "lags" and check.verdict == "fail" for check in checks)
