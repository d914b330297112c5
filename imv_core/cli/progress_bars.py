"""Show the progress of a training and of checks in a shell, as bars on stderr."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tqdm import tqdm

from imv_core.runs import worker
from imv_core.runs.run import Run
from imv_core.runs.termination import raise_pending
from imv_core.training.history import EpochRecord

FORMAT = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"


def train(run: Run) -> None:
    """Train a run; Ctrl-C stops it and keeps the best epoch so far."""
    is_interrupted = False

    def on_interrupt(*_: Any) -> None:
        nonlocal is_interrupted
        is_interrupted = True

    handler = signal.signal(signal.SIGINT, on_interrupt)
    max_epochs = run.config.settings.max_epochs
    done = len(run.history)
    with tqdm(total=max_epochs, desc="training", bar_format=FORMAT, initial=done) as bar:

        def on_batch(share: float) -> bool:
            raise_pending()
            bar.update(done + share - bar.n)
            return is_interrupted

        def on_epoch(record: EpochRecord) -> None:
            nonlocal done
            done = record.epoch
            bar.set_postfix(epoch=done, validation_loss=f"{record.validation_loss:.4f}")

        try:
            worker.train(run.path, on_epoch, on_batch)
        finally:
            signal.signal(signal.SIGINT, handler)


@contextmanager
def checks() -> Iterator[Callable[[float, str], None]]:
    """Give a function that reports the progress of checks; Ctrl-C ends them at once."""
    with ExitStack() as stack:
        bar: tqdm[Any] | None = None

        def report_progress(share: float, message: str) -> None:
            nonlocal bar
            raise_pending()
            if bar is None:  # not before, as the checks may fail at once
                bar = stack.enter_context(tqdm(total=1.0, desc="checking", bar_format=FORMAT))
            bar.set_postfix_str(message, refresh=False)
            bar.update(share - bar.n)

        yield report_progress
        report_progress(1.0, "")
