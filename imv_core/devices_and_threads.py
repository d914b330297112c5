"""Memory, device and number of threads of a process that computes."""

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
_KEPT = 2**30  # bytes; smaller blocks come from memory that is kept


def keep_freed_memory() -> None:
    """Keep freed memory in this process, for the next training step.

    By default glibc returns large blocks to the system at once, and the system zeroes them page by
    page when they are allocated again: up to half of the time of a training step. Does nothing on
    other systems.
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
    """Return whether this machine has a GPU that PyTorch can use."""
    return torch.cuda.is_available()


def to_train_on(device: str) -> torch.device:
    """Return the device to train on.

    Args:
        device: the setting.

    Raises:
        SettingsError: the setting is "cuda" and there is no GPU.
    """
    if device == Device.CUDA and not has_gpu():
        raise SettingsError(
            "The setting 'device' is 'cuda', but this machine has no GPU that PyTorch can use. "
            "Train with device 'auto' or 'cpu'."
        )
    return to_run_on(device)


def to_run_on(device: str) -> torch.device:
    """Return the device of a trained model, which is the CPU if there is no GPU."""
    return torch.device(GPU if device != Device.CPU and has_gpu() else "cpu")


ENOUGH = 2**17  # numbers of a hidden state, B N D, per thread

_lock = threading.Lock()
_computing = 0  # Python threads inside `limited`
_most = 1  # threads of PyTorch before the first of them
_blas = ExitStack()  # restores the threads of NumPy
_local = threading.local()


@contextmanager
def limited(numbers: int) -> Iterator[None]:
    """Limit PyTorch and NumPy to as many threads as save time; restore the numbers on exit.

    At most as many as PyTorch was allowed before, and one core is left free. Several Python threads
    may compute at once: the numbers are restored when the last one ends.

    Args:
        numbers: B N D, the size of the hidden state of the windows that are computed at once.
    """
    if getattr(_local, "is_inside", False):  # the outer context has set the limit
        yield
        return
    _begin(numbers)
    _local.is_inside = True
    try:
        yield
    finally:
        _local.is_inside = False
        _end()


def _begin(numbers: int) -> None:
    global _computing, _most
    with _lock:
        if not _computing:
            _most = torch.get_num_threads()
        _computing += 1
        threads = max(1, min(numbers // ENOUGH, _most, _cores() - 1))
        torch.set_num_threads(threads)
        _blas.enter_context(_numpy().limit(limits=threads))


def _end() -> None:
    global _computing
    with _lock:
        _computing -= 1
        # PyTorch has a number per Python thread beside that of the process: threads that still
        # compute may use more for large matrices until they end
        torch.set_num_threads(_most)
        if not _computing:
            _blas.close()


@cache
def _cores() -> int:
    """Return the cores that this process may use: a container may have fewer than the machine."""
    from loky import cpu_count  # slow to import

    return int(cpu_count())


@cache
def _numpy() -> ThreadpoolController:
    """Return the controller of NumPy's linear algebra library."""
    return ThreadpoolController().select(user_api="blas")
