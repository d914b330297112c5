"""Runs that were deleted: kept in a folder beside the others until they are erased for good."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imv_core.errors import RunError
from imv_core.runs.lock import locked

FOLDER = ".deleted"  # holds no config.json of its own, so it is not taken for a run


def delete(path: Path) -> Path:
    """Take a run, also a damaged one, out of its folder; the place where it can be brought back.

    Raises:
        RunError: it is being trained, or cannot be moved.
    """
    with locked(path):
        pass  # nobody trains it; let go before the move, as some systems move no open file
    with _raised_as_run_error(path):
        bin_ = path.parent / FOLDER
        bin_.mkdir(exist_ok=True)
        os.utime(path)  # renaming leaves it as it is, and the list is by the time of deletion
        return path.rename(_free(bin_ / path.name))


def deleted_runs(folder: str | Path) -> list[Path]:
    """What was deleted from a folder of runs, the last one first."""
    paths = [path for path in (Path(folder) / FOLDER).glob("*") if path.is_dir()]
    return sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)


def restore(path: Path) -> Path:
    """Put a deleted run back among the others; the place where it is now."""
    with _raised_as_run_error(path):
        return path.rename(_free(_folder_of(path) / path.name))


def erase(path: Path) -> None:
    """Delete a deleted run for good."""
    _folder_of(path)
    with _raised_as_run_error(path):
        shutil.rmtree(path)


def _folder_of(path: Path) -> Path:
    if path.parent.name != FOLDER:
        raise RunError(f"'{path}' is not among the deleted runs.")
    return path.parent.parent


def _free(path: Path) -> Path:
    """The path, or where something is there already, one that is like it."""
    number = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.name}-{number}")
        number += 1
    return free


@contextmanager
def _raised_as_run_error(path: Path) -> Iterator[None]:
    """What goes wrong, as a sentence."""
    try:
        yield
    except OSError as error:
        raise RunError(f"'{path}' cannot be moved or removed: {error.strerror}.") from error
