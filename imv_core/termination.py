"""SIGTERM, by which systems and containers ask a process to end, treated as Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

EXIT_CODE = 128 + signal.SIGTERM  # as shells name an end by this signal


class Terminated(KeyboardInterrupt):
    """The process is asked to end."""


@contextmanager
def terminable() -> Iterator[None]:
    """Raise `Terminated` at SIGTERM, so that what is at work notes its end."""
    if threading.current_thread() is not threading.main_thread():  # others hear of no signal
        yield
        return

    def end(*_: object) -> None:
        raise Terminated

    handler = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, handler)
