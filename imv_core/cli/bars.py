"""Progress in a shell, as bars on stderr."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tqdm import tqdm

from imv_core.runs import worker
from imv_core.runs.run import Run
from imv_core.runs.termination import raise_pending
from imv_core.training.history import EpochRecord

FORM = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"


def train(run: Run) -> None:
    """Train a run; Ctrl-C keeps the best epoch so far."""
    interrupted = False

    def stop(*_: Any) -> None:
        nonlocal interrupted
        interrupted = True

    handler = signal.signal(signal.SIGINT, stop)
    epochs = run.config.settings.max_epochs
    with tqdm(total=epochs, desc="training", bar_format=FORM, initial=len(run.history)) as bar:
        done = bar.n

        def on_batch(share: float) -> bool:
            raise_pending()
            bar.update(done + share - bar.n)
            return interrupted

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
    """What is to be told how far the checks are; Ctrl-C ends them at once."""
    with ExitStack() as stack:
        bar: tqdm[Any] | None = None

        def tell(share: float, what: str) -> None:
            nonlocal bar
            raise_pending()
            if bar is None:  # before, it may still be found that they cannot be made
                bar = stack.enter_context(tqdm(total=1.0, desc="checking", bar_format=FORM))
            bar.set_postfix_str(what, refresh=False)
            bar.update(share - bar.n)

        yield tell
        tell(1.0, "")
