"""A request to end is kept when a library swallows the signal."""

import signal
import sys
from contextlib import suppress

import pytest

from imv_core import IMVForecaster
from imv_core.cli import output
from imv_core.runs import worker
from imv_core.runs.run import Run
from imv_core.runs.termination import Terminated, raise_pending, terminable


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
        with pytest.raises(expected), output.checks() as tell:
            tell(0.0, "at work")
    assert signal.getsignal(number) is before
    with terminable():
        raise_pending()  # a new work knows nothing of it


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGTERM for a process by itself")
def test_an_import_that_is_interrupted_and_fails_in_words_of_its_own_is_a_wish_to_end(
    forecaster, table, tmp_path, monkeypatch
):
    def interrupted(*_, **__):
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt as error:
            raise ImportError("numpy.core.multiarray failed to import") from error

    run = Run.adopt(tmp_path / "run", forecaster, table, "theirs")
    monkeypatch.setattr(IMVForecaster, "check", interrupted)
    with pytest.raises(Terminated), terminable():
        worker.check(run.path)
    assert run.checking.state == "stopped"
    with pytest.raises(Terminated), terminable():
        interrupted()
    raise_pending()  # what comes after knows nothing of it
    with pytest.raises(ImportError), terminable():
        raise ImportError
