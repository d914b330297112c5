"""SIGTERM, by which systems and containers ask a process to end, treated as Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_CODE = 128 + signal.SIGTERM  # as shells name an end by this signal

_pending: type[KeyboardInterrupt] | None = None


class Terminated(KeyboardInterrupt):
    """The process is asked to end."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise `Terminated` at SIGTERM, so that what is at work notes its end.

    Of it, and of Ctrl-C, `raise_pending` keeps the wish. A later error is taken for this wish: an
    interrupted import may raise an ImportError.
    """
    global _pending
    if threading.current_thread() is not threading.main_thread():  # others hear of no signal
        yield
        return
    _pending = None
    handlers = {signal.SIGTERM: signal.signal(signal.SIGTERM, _end)}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        handlers[signal.SIGINT] = signal.signal(signal.SIGINT, _end)
    try:
        yield
    except Exception:
        raise_pending()
        raise
    finally:
        _pending = None
        for number, handler in handlers.items():
            signal.signal(number, handler)


def raise_pending() -> None:
    """Raise what was asked for once more: a library may have swallowed it in a callback."""
    if _pending is not None:
        raise _pending


def _end(number: int, _: FrameType | None) -> None:
    global _pending
    _pending = Terminated if number == signal.SIGTERM else KeyboardInterrupt
    raise _pending
