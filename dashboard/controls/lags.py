"""What lags are read by: the choice of the session, the same on every page."""

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from imv_core.faithfulness.trust_report import TrustReport

CHOSEN, SWITCH = Keys.SHARED("lags-chosen"), Keys.SHARED("lags-by")
MEANINGS = {
    "Attention": "Attention is what the network gives each lag.",
    "Importance": "Importance is shared out to lags by what each adds to the forecast.",
}
WAYS = {"attention": "Attention", "attribution": "Attribution"}


def lags_by(trust: TrustReport | None) -> str:
    """A key of `WAYS`: what a visitor chose; at first attribution where the lags failed a check."""
    return state.get(CHOSEN) or ("attribution" if _failed(trust) else "attention")


def remember(way: str) -> None:
    """Keep a choice for all pages and models of the session."""
    state.put(CHOSEN, way)


def choose_lags(trust: TrustReport | None, are_attention: bool) -> str:
    """Ask; before a model is checked there is no attribution.

    Args:
        trust: the checks of the model; None: they have not been run.
        are_attention: importance is shared out to lags by attention alone.
    """
    own = "Attention" if are_attention else "Importance"
    words = {**WAYS, "attention": own}
    state.put(SWITCH, "attention" if trust is None else lags_by(trust))
    way = st.segmented_control(
        "Lags by",
        WAYS,
        format_func=words.__getitem__,
        required=True,
        disabled=trust is None,
        help=f"{MEANINGS[own]} Attribution is how far the forecast moves when the value at that "
        "lag is another: it is measured by the checks of a model.",
        key=SWITCH,
        on_change=lambda: remember(state.get(SWITCH)),
    )
    if trust is None:
        st.caption("Attribution is measured by the checks, and they have not been run yet.")
    elif _failed(trust):
        st.caption(f"{own} of this model failed the check of its lags.")
    return way or lags_by(trust)


def _failed(trust: TrustReport | None) -> bool:
    checks = () if trust is None else trust.checks
    return any(check.name == "lags" and check.verdict == "fail" for check in checks)
