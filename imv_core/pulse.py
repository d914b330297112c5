"""The pulse of a work: a note every second, so that no long computation is taken for dead."""

import threading
import time
from contextlib import suppress

from imv_core.errors import RunError
from imv_core.works import Work

HEARTBEAT = 1.0  # seconds between two notes of progress


class Pulse:
    """Notes how far a work is while it is entered, and whether it is asked to end.

    Args:
        work: that is going on.
        progress: the share that was done before.
    """

    def __init__(self, work: Work, progress: float = 0.0) -> None:
        self.is_stopped = False
        self.message = ""  # what there is to be said beside the progress
        self.progress = self._first_progress = progress
        self._work = work
        self._start = time.monotonic()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> None:
        self._note()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def begin_again(self) -> None:
        """Nothing is done yet."""
        self.progress = self._first_progress = 0.0

    def look(self) -> bool:
        """Whether it is asked to end, at this moment."""
        self.is_stopped |= self._work.is_asked_to_stop
        return self.is_stopped

    def _beat(self) -> None:
        while not self._is_over.wait(HEARTBEAT):
            self.look()
            with suppress(RunError):  # a full disk, a folder that is gone: the work tells it itself
                self._note()

    def _note(self) -> None:
        # of a resumed work only what is new tells its speed
        gained = self.progress - self._first_progress
        seconds = time.monotonic() - self._start
        left = seconds / gained * (1 - self.progress) if gained > 0 else None
        self._work.note_progress(self.progress, left, self.message)
