"""Presets: settings chosen together, by one name."""

from collections.abc import Mapping
from typing import NamedTuple

from imv_core.model.imv_lstm import Attention
from imv_core.model.objectives import Objective
from imv_core.training.settings import Settings
from imv_core.windows.scaling import Prediction

_NAMES = (
    *("cell", "attention", "objective", "predict", "hidden_size"),
    *("max_epochs", "batch_size", "learning_rate", "patience"),
)
_DEFAULTS: dict[str, object] = {name: getattr(Settings, name) for name in _NAMES}


class Preset(NamedTuple):
    """A name, one line about it, and the settings that it sets; it leaves the others."""

    name: str
    line: str
    values: Mapping[str, object]


PRESETS = {
    "quick": Preset(
        "Quick look",
        "A third of the epochs, half the hidden units: is there anything in it?",
        {**_DEFAULTS, "max_epochs": 5, "hidden_size": 8},
    ),
    "balanced": Preset(
        "Balanced",
        "The defaults: attention over inputs, starting from a regression.",
        _DEFAULTS,
    ),
    "paper": Preset(
        "The paper's",
        "Attention over hidden states, objective em. Forecasts worse where effects add up.",
        {
            **_DEFAULTS,
            "attention": Attention.STATES,
            "objective": Objective.EM,
            "predict": Prediction.LEVEL,
            "max_epochs": 20,
            "batch_size": 128,
            "learning_rate": 0.005,
        },
    ),
}
"""All presets by key."""
