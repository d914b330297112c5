"""Write names, numbers, times and settings in texts."""

import re
from collections.abc import Sequence

import pandas as pd

from imv_core import Settings
from imv_core.phrases import counted
from imv_core.training.declaration import declared

# control characters, characters that change the direction of text, halves of surrogate pairs
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|$:~<>&])")


def short(name: str, longest: int = 80) -> str:
    """Return a name on one line, cut to a length.

    Characters that no page can show, or that would reverse the text around them, become �.
    """
    name = name if len(name) <= longest else name[: longest - 1] + "…"
    return _UNSHOWABLE.sub("�", " ".join(name.split()))


def plain(name: str, longest: int = 80) -> str:
    r"""Return a name as Markdown that shows it as it is: markup, HTML and formulas are escaped.

    >>> plain("**a**")
    '\\*\\*a\\*\\*'
    """
    return _SPECIAL.sub(r"\\\1", short(name, longest))


def sentence(error: object) -> str:
    """Return the message of an error as Markdown; it may contain names from files."""
    return plain(str(error), longest=600)


def number(value: float) -> str:
    """Write a number in four digits, with thousands separators: 19.37, 1,234,567, 0.001234."""
    return f"{value:,.0f}" if 9999.5 <= abs(value) < 1e12 else f"{value:#.4g}".rstrip(".")


def when(stamp: object) -> str:
    """Write a time, without seconds if they are 0, or the number of a row."""
    if not isinstance(stamp, pd.Timestamp):
        return f"row {stamp}"
    return f"{stamp:%Y-%m-%d %H:%M}" if stamp == stamp.floor("min") else str(stamp)


def signed(value: float) -> str:
    """Write a difference with its sign, in three digits: +3.20, −0.0500."""
    if value == 0:
        return "0"
    digits = "+,.0f" if 999.5 <= abs(value) < 1e12 else "+#.3g"
    return f"{value:{digits}}".rstrip(".").replace("-", "−")


def listed(words: Sequence[str]) -> str:
    """Join words as in a sentence: a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def in_short(settings: Settings) -> str:
    """Return the main settings on one line."""
    last_seed = settings.seed + settings.seeds - 1
    seeds = f"seeds {settings.seed} to {last_seed}" if settings.seeds > 1 else f"seed {last_seed}"
    return ", ".join(
        [
            f"IMV-{settings.cell.capitalize()}",
            settings.attention,
            settings.objective,
            counted(settings.lookback, "lag"),
            f"{counted(settings.horizon, 'step')} ahead",
            seeds,
        ]
    )


def differences(first: Settings, second: Settings) -> dict[str, tuple[str, str]]:
    """Return the settings that differ: label -> both values in words."""
    return {
        setting.about.label: (setting.written(one), setting.written(other))
        for name, setting in declared(type(first)).items()
        if (one := getattr(first, name)) != (other := getattr(second, name))
    }
