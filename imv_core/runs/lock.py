"""One process at a time has a run's folder for itself; the system frees it when that one dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from imv_core.errors import RunError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run's folder.

    Raises:
        RunError: another process trains or checks it, or the folder cannot be written to.
    """
    if not folder.is_dir():  # the lock would make it
        raise RunError(f"'{folder}' is no longer there.")
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise RunError(f"'{folder}' is being trained or checked by another process.") from error
    except OSError as error:
        raise RunError(f"'{folder}' cannot be written to: {error.strerror}.") from error
    try:
        yield
    finally:
        lock.release()
