"""Treat SIGTERM, by which systems and containers end a process, as Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_CODE = 128 + signal.SIGTERM  # the exit code that shells give an end by this signal

_pending: type[KeyboardInterrupt] | None = None


class Terminated(KeyboardInterrupt):
    """SIGTERM has arrived."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise `Terminated` at SIGTERM, so that a task writes its last status.

    `raise_pending` raises it, or KeyboardInterrupt, again. A later error counts as this
    interruption: an interrupted import may raise an ImportError.
    """
    global _pending
    if threading.current_thread() is not threading.main_thread():  # others receive no signal
        yield
        return
    _pending = None
    handlers = {signal.SIGTERM: signal.signal(signal.SIGTERM, _interrupt)}
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        handlers[signal.SIGINT] = signal.signal(signal.SIGINT, _interrupt)
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
    """Raise an interruption again: a library may have swallowed it in a callback."""
    if _pending is not None:
        raise _pending


def _interrupt(number: int, _: FrameType | None) -> None:
    global _pending
    _pending = Terminated if number == signal.SIGTERM else KeyboardInterrupt
    raise _pending
