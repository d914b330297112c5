"""Files written whole or not at all: under another name first, then renamed."""

from collections.abc import Callable
from pathlib import Path


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make the file; a kill at any moment leaves the one before, whole."""
    temporary = path.with_name(path.name + ".part")
    write(temporary)
    temporary.replace(path)


def replace_text(path: Path, text: str) -> None:
    """The same for a text."""
    replace(path, lambda temporary: temporary.write_text(text))
