"""How many threads a computation takes: by its shape, for as long as it lasts.

The threads of one operation wait for each other. Where operations are short, or other processes
hold the cores, waiting costs more than threads gain: on two busy cores a step of training took 2 to
12 times as long with two threads as with one, whatever its shape. On two quiet ones two threads
gained 15% where B N D was 32,768. `python -m benchmarks.busy` measures it.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import torch
from threadpoolctl import ThreadpoolController

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
