"""How a process that trains keeps its memory."""

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import torch
from threadpoolctl import ThreadpoolController

from imv_core.errors import SettingsError
from imv_core.named_choice import NamedChoice

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


GPU = "cuda"  # PyTorch's name of it


class Device(NamedChoice):
    """Where a model is trained and computed."""

    AUTO = "auto"  # a GPU where there is one
    CPU = "cpu"
    CUDA = "cuda"  # a GPU

    @classmethod
    def refusal(cls, value: object) -> str:
        """As the base class."""
        return f"'device' is '{value}'; choose auto, cpu or cuda."


def has_gpu() -> bool:
    """Whether this machine has a GPU that PyTorch can use."""
    return torch.cuda.is_available()


def to_train_on(device: str) -> torch.device:
    """The device that a setting names; "auto": a GPU where there is one.

    Raises:
        SettingsError: it names a GPU, and there is none.
    """
    if device == Device.CUDA and not has_gpu():
        raise SettingsError(
            "The setting 'device' is 'cuda', but this machine has no GPU that PyTorch can use. "
            "Train with device 'auto' or 'cpu'."
        )
    return to_run_on(device)


def to_run_on(device: str) -> torch.device:
    """The same for a trained model, which runs on the CPU where there is no GPU."""
    return torch.device(GPU if device != Device.CPU and has_gpu() else "cpu")


ENOUGH = 2**17  # numbers of a hidden state, B N D, for each thread

_lock = threading.Lock()
_at_work = 0  # threads of Python that compute
_most = 1  # threads that PyTorch had before the first of them
_blas = ExitStack()  # gives NumPy's back
_here = threading.local()


@contextmanager
def limited(numbers: int) -> Iterator[None]:
    """Let PyTorch and NumPy compute with as many threads as gain time, and give all back after it.

    At most as many as PyTorch was allowed, and one core is left for others. Several threads of
    Python may compute at once: when the last has ended, all is as before the first.

    Args:
        numbers: B N D, the size of a hidden state of all windows that are computed at once.
    """
    if getattr(_here, "is_inside", False):  # the outer computation has chosen
        yield
        return
    _begin(numbers)
    _here.is_inside = True
    try:
        yield
    finally:
        _here.is_inside = False
        _end()


def _begin(numbers: int) -> None:
    global _at_work, _most
    with _lock:
        if not _at_work:
            _most = torch.get_num_threads()
        _at_work += 1
        threads = max(1, min(numbers // ENOUGH, _most, _cores() - 1))
        torch.set_num_threads(threads)
        _blas.enter_context(_numpy().limit(limits=threads))


def _end() -> None:
    global _at_work
    with _lock:
        _at_work -= 1
        # PyTorch keeps a number for each thread of Python, beside that of the process; others that
        # still compute may take more for large matrices until they end
        torch.set_num_threads(_most)
        if not _at_work:
            _blas.close()


@cache
def _cores() -> int:
    """That this process may use; a container's share of a machine may be less than its cores."""
    from loky import cpu_count  # slow to import, and the pages have it anyway

    return int(cpu_count())


@cache
def _numpy() -> ThreadpoolController:
    """NumPy's library of linear algebra."""
    return ThreadpoolController().select(user_api="blas")
