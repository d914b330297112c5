"""A wish to end outlives a library that swallows it."""

import signal
import sys
from contextlib import suppress

import pytest

from imv_core import bars
from imv_core.termination import Terminated, remind, terminable


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM for a process by itself")
@pytest.mark.parametrize(
    ("number", "expected"),
    [(signal.SIGTERM, Terminated), (signal.SIGINT, KeyboardInterrupt)],
)
def test_a_wish_to_end_that_was_swallowed_is_raised_once_more(number, expected):
    before = signal.getsignal(number)
    with terminable():
        with suppress(KeyboardInterrupt):  # as the callback of a library may do
            signal.raise_signal(number)
        with pytest.raises(expected), bars.checks() as tell:
            tell(0.0, "at work")
    assert signal.getsignal(number) is before
    with terminable():
        remind()  # a new work knows nothing of it
