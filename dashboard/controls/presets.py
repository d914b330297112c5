"""Ways to train that are chosen as a whole: what the settings below are set to."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from dashboard import state
from dashboard.keys import Keys
from imv_core import Settings

CUSTOM = "custom"
PRESET = Keys.TRAIN("preset")


class Preset(NamedTuple):
    """A name, a line about it, and the settings that it fixes; others stay as they are."""

    name: str
    line: str
    values: Mapping[str, object]


def presets() -> dict[str, Preset]:
    """All of them, by their keys."""
    balanced = {
        name: getattr(Settings, name)
        for name in (
            *("cell", "attention", "objective", "predict", "hidden_size"),
            *("max_epochs", "batch_size", "learning_rate", "patience"),
        )
    }
    paper = {
        "attention": "states",
        "objective": "em",
        "predict": "level",
        "max_epochs": 20,
        "batch_size": 128,
        "learning_rate": 0.005,
    }
    return {
        "quick": Preset(
            "Quick look",
            "A third of the epochs, half the hidden units: is there anything in it?",
            {**balanced, "max_epochs": 5, "hidden_size": 8},
        ),
        "balanced": Preset(
            "Balanced",
            "The defaults: attention over inputs, starting from a regression.",
            balanced,
        ),
        "paper": Preset(
            "The paper's",
            "Attention over hidden states, objective em. Forecasts worse where effects add up.",
            {**balanced, **paper},
        ),
    }


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
