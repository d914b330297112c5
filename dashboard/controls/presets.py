"""The choice of a preset, which sets the widgets below."""

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from imv_core.presets import presets

CUSTOM = "custom"
PRESET = Keys.TRAIN("preset")


def choose_preset() -> None:
    """Draw the choice; what is chosen sets the widgets of the same names."""
    known = presets()
    values = {name: state.get(Keys.TRAIN(name)) for name in known["balanced"].values}
    now = next((key for key, preset in known.items() if preset.values == values), CUSTOM)
    options = {key: (preset.name, preset.line) for key, preset in known.items()}
    if now == CUSTOM:
        options[CUSTOM] = ("Custom", "As set under “More settings”.")
    state.put(PRESET, now)
    st.radio(
        "How to train",
        options,
        format_func=lambda key: options[key][0],
        captions=[line for _, line in options.values()],
        horizontal=True,
        key=PRESET,
        on_change=_apply,
        width="stretch",
    )


def _apply() -> None:
    chosen = state.get(PRESET)
    if chosen != CUSTOM:
        values = presets()[chosen].values
        state.set_widgets({Keys.TRAIN(name): value for name, value in values.items()})
