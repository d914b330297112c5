"""Move deleted runs to a folder beside the others; restore them, or erase them for good."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imv_core.errors import RunError
from imv_core.runs.task import locked

FOLDER = ".deleted"  # holds no config.json of its own, so that it is no run


def delete(path: Path) -> Path:
    """Move a run, also a damaged one, to the deleted ones; return its path there.

    Raises:
        RunError: it is being trained, or cannot be moved.
    """
    with locked(path):
        pass  # released before the move, as some systems move no open file
    with _moving(path):
        deleted = path.parent / FOLDER
        deleted.mkdir(exist_ok=True)
        os.utime(path)  # the list is by the time of deletion, which a move does not set
        return path.rename(_free(deleted / path.name))


def deleted_runs(folder: str | Path) -> list[Path]:
    """List what was deleted from a folder of runs, the latest first."""
    paths = [path for path in (Path(folder) / FOLDER).glob("*") if path.is_dir()]
    return sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)


def restore(path: Path) -> Path:
    """Move a deleted run back among the others; return its path there."""
    with _moving(path):
        return path.rename(_free(_folder_of(path) / path.name))


def erase(path: Path) -> None:
    """Delete a deleted run for good."""
    _folder_of(path)
    with _moving(path):
        shutil.rmtree(path)


def _folder_of(path: Path) -> Path:
    if path.parent.name != FOLDER:
        raise RunError(f"'{path}' is not among the deleted runs.")
    return path.parent.parent


def _free(path: Path) -> Path:
    """Return the path, with a number where something else has this name."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.name}-{number}")
        number += 1
    return free


@contextmanager
def _moving(path: Path) -> Iterator[None]:
    """Raise RunError in place of OSError."""
    try:
        yield
    except OSError as error:
        raise RunError(f"'{path}' cannot be moved or removed: {error.strerror}.") from error
