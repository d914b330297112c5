"""Lock of a run's folder: one process at a time trains or checks it.

The operating system releases the lock of a process that dies.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from imv_core.errors import RunError


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a run's folder.

    Raises:
        RunError: another process trains or checks it, or the folder cannot be written to.
    """
    if not folder.is_dir():  # FileLock would make the folder
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
