"""How a process that trains keeps its memory."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's mallopt(3)
_KEPT = 2**30  # bytes; blocks below that come from memory that is kept


def keep_freed_memory() -> None:
    """Let this process keep what it frees, for the next step of a training needs it again.

    By default glibc gives large blocks back at once, and the system zeroes them page by page when
    they return: up to half of a training step's time. On other systems nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _KEPT)
        mallopt(_TRIM_THRESHOLD, _KEPT)
