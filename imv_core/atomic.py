"""Files written whole or not at all: under another name first, then renamed."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make the file; a kill at any moment leaves the one before, whole."""
    temporary = path.with_name(path.name + ".part")
    try:
        write(temporary)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):  # on a full disk a part of it may stand in the way
            temporary.unlink(missing_ok=True)
        raise


def replace_text(path: Path, text: str) -> None:
    """The same for a text."""
    replace(path, lambda temporary: temporary.write_text(text))


def overwrite_text(path: Path, text: str) -> None:
    """Write a few bytes into a file that is there: that needs no room on a full disk.

    A kill may leave it half written.
    """
    with path.open("r+b", buffering=0) as file:
        file.write(text.encode())
        file.truncate()
