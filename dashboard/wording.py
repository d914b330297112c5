"""How names, numbers and times are written in texts."""

import re
from collections.abc import Sequence
from dataclasses import fields

import pandas as pd

from imv_core import Settings

# control characters, those that turn the direction of a text, and halves of surrogate pairs
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|$:~<>&])")


def short(name: str, longest: int = 80) -> str:
    """A name on one line, cut where it is too long for a sentence.

    What no page can show, or what would turn the text around it, becomes �.
    """
    name = name if len(name) <= longest else name[: longest - 1] + "…"
    return _UNSEEN.sub("�", " ".join(name.split()))


def plain(name: str, longest: int = 80) -> str:
    """A name as Markdown text: no mark-up, no HTML, no formula comes to life in it."""
    return _SPECIAL.sub(r"\\\1", short(name, longest))


def sentence(error: object) -> str:
    """What is wrong, as text: names from files stand in it."""
    return plain(str(error), longest=600)


def number(value: float) -> str:
    """Four digits, with thousands apart: 19.37, 1,234,567, 0.001234."""
    return f"{value:,.0f}" if 9999.5 <= abs(value) < 1e12 else f"{value:#.4g}".rstrip(".")


def when(stamp: object) -> str:
    """A time to the minute where it has no seconds, or a row's number."""
    if not isinstance(stamp, pd.Timestamp):
        return f"row {stamp}"
    return f"{stamp:%Y-%m-%d %H:%M}" if stamp == stamp.floor("min") else str(stamp)


def signed(value: float) -> str:
    """A difference in three digits: +3.20, −0.0500."""
    if value == 0:
        return "0"
    digits = "+,.0f" if 999.5 <= abs(value) < 1e12 else "+#.3g"
    return f"{value:{digits}}".rstrip(".").replace("-", "−")


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them: a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


CELLS = {"tensor": "kept apart (IMV-Tensor)", "full": "gates see all (IMV-Full)"}
PREDICTIONS = {
    "auto": "whichever of both varies less",
    "level": "its level",
    "change": "its change since the last row",
}
OBJECTIVES = {
    "balanced": "balanced: squared and absolute error",
    "mse": "mse: squared error",
    "em": "em: one variable explains each value (the paper's)",
}
ATTENTIONS = {"inputs": "inputs, lag by lag", "states": "hidden states (the paper's)"}
DEVICES = {"auto": "the GPU", "cpu": "the CPU"}  # of a machine with a GPU
LABELS = {
    "target": "Target",
    "variables": "Variables",
    "lookback": "Lookback",
    "horizon": "Horizon",
    "cell": "Cell",
    "attention": "Attention over",
    "objective": "Objective",
    "predict": "Predicted",
    "hidden_size": "Hidden units a variable",
    "max_epochs": "Epochs at most",
    "batch_size": "Windows a batch",
    "learning_rate": "Learning rate",
    "patience": "Epochs without a gain",
    "seed": "Seed",
    "seeds": "Seeds",
    "device": "Device",
    "train_share": "Training part",
    "validation_share": "Validation part",
    "fill": "Missing inputs take",
}


def in_short(settings: Settings) -> str:
    """What is most asked for, on one line."""
    cell = {"tensor": "IMV-Tensor", "full": "IMV-Full"}[settings.cell]
    parts = [
        cell,
        settings.attention,
        settings.objective,
        counted(settings.lookback, "lag"),
        f"{counted(settings.horizon, 'step')} ahead",
        f"seed {settings.seed}"
        if settings.seeds == 1
        else f"seeds {settings.seed} to {settings.seed + settings.seeds - 1}",
    ]
    return ", ".join(parts)


def differences(first: Settings, second: Settings) -> dict[str, tuple[str, str]]:
    """The settings that are not the same: label -> what either has."""
    return {
        LABELS[field.name]: (
            written(field.name, getattr(first, field.name)),
            written(field.name, getattr(second, field.name)),
        )
        for field in fields(Settings)
        if getattr(first, field.name) != getattr(second, field.name)
    }


def written(name: str, value: object) -> str:
    """The value of a setting, where it is no choice among words."""
    if isinstance(value, tuple):  # variables
        return ", ".join(value)
    if name == "batch_size" and value is None:
        return "by the number of windows"
    if name.endswith("_share"):
        return f"{value:.4g} of the rows"
    return f"{value}"


def counted(number: int, what: str) -> str:
    """1 lag, 2 lags, 1,000 lags."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
