"""The choice of a preset, which sets the widgets below."""

import streamlit as st

from dashboard import state
from imv_core.presets import presets

CUSTOM = "custom"


def choose_preset() -> None:
    """Draw the choice; what is chosen sets the widgets of the same names."""
    known = presets()
    values = state.widgets(known["balanced"].values)
    now = next((key for key, preset in known.items() if preset.values == values), CUSTOM)
    options = {key: (preset.name, preset.line) for key, preset in known.items()}
    if now == CUSTOM:
        options[CUSTOM] = ("Custom", "As set under “More settings”.")
    state.set_widgets({"preset": now})
    st.radio(
        "How to train",
        options,
        format_func=lambda key: options[key][0],
        captions=[line for _, line in options.values()],
        horizontal=True,
        key="preset",
        on_change=_apply,
        width="stretch",
    )


def _apply() -> None:
    chosen = state.widgets(["preset"])["preset"]
    if chosen != CUSTOM:
        state.set_widgets(presets()[chosen].values)
