"""Ways to train that are chosen as a whole: what several settings are set to."""

from collections.abc import Mapping
from typing import NamedTuple

from imv_core.settings import Settings


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
