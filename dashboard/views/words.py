"""How names and figures are written in texts."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|$:~<>&])")


def plain(name: str, longest: int = 80) -> str:
    """A name as text: no Markdown, no HTML, no formula comes to life in it."""
    short = name if len(name) <= longest else name[: longest - 1] + "…"
    return _SPECIAL.sub(r"\\\1", " ".join(short.split()))
