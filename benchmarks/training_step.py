"""Time a whole training step, beside a textbook loop and a plain LSTM.

A step is forward, loss, backward and AdamW, with the heads. All models run in one process, with the
same threads and the same windows, one after the other in a new random order every round.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from benchmarks import machine
from benchmarks.textbook import TextbookIMVLSTM
from imv_core.devices_and_threads import keep_freed_memory
from imv_core.model.attention import Mixture
from imv_core.model.cells import Cell
from imv_core.model.imv_lstm import IMVLSTM, Attention, ModelSettings
from imv_core.model.objectives import nll
from imv_core.training.settings import Settings
from imv_core.training.trainer import WEIGHT_DECAY

WARM_UP = 2  # rounds before timing
FEWEST = 3  # timed rounds, however long they take
OURS, TEXTBOOK, LSTM = "ours", "textbook", "nn.LSTM"

Step = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Args:
        cell: of the model.
        windows, lookback, variables, hidden_size: B, T, N, D.
        gain: least wanted ratio of the textbook's time to ours; None: no target.
        cost: largest wanted ratio of our time to that of `nn.LSTM`.
    """

    cell: Cell
    windows: int
    lookback: int
    variables: int
    hidden_size: int
    gain: float | None
    cost: float

    @property
    def lstm_size(self) -> int:
        """Hidden units of the `nn.LSTM` for comparison.

        As many as give the recurrent arithmetic of IMV-Tensor, N D^2 per gate; N D, the same
        width, for IMV-Full.
        """
        N, D = self.variables, self.hidden_size
        return round(D * N**0.5) if self.cell is Cell.TENSOR else N * D


CASES = (
    Case(Cell.TENSOR, 64, 10, 8, 16, gain=3, cost=2),
    Case(Cell.TENSOR, 64, 10, 17, 32, gain=2, cost=2),
    Case(Cell.TENSOR, 128, 10, 17, 128, gain=2, cost=2),
    Case(Cell.TENSOR, 256, 24, 10, 32, gain=1.8, cost=2),
    Case(Cell.TENSOR, 64, 100, 8, 32, gain=4, cost=2),
    Case(Cell.FULL, 64, 10, 8, 16, gain=None, cost=1.2),
    Case(Cell.FULL, 64, 10, 17, 32, gain=None, cost=1.2),
    Case(Cell.FULL, 128, 10, 17, 128, gain=None, cost=1.2),
    Case(Cell.FULL, 256, 24, 10, 32, gain=None, cost=1.2),
    Case(Cell.FULL, 64, 100, 8, 32, gain=None, cost=1.2),
)


class PlainLSTM(nn.Module):
    """`torch.nn.LSTM` with a linear head on its last state: (B, T, N) -> (B, 1)."""

    def __init__(self, variables: int, hidden_size: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(variables, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Forecast the next step."""
        states, _ = self.lstm(x)
        forecast: Tensor = self.head(states[:, -1])
        return forecast


class Timings(NamedTuple):
    """Median milliseconds of a step per model, over this many rounds."""

    milliseconds: dict[str, float]
    rounds: int


def training_steps(case: Case) -> dict[str, Step]:
    """Return a training step per model on the same windows; ours and the textbook's start alike.

    Raises:
        AssertionError: forecasts of ours and the textbook differ by more than 1e-5.
    """
    torch.manual_seed(0)
    B, T, N = case.windows, case.lookback, case.variables
    x, y = torch.randn(B, T, N), torch.randn(B, 1)
    ours = IMVLSTM(
        ModelSettings(
            variables=N,
            lookback=T,
            hidden_size=case.hidden_size,
            cell=case.cell,
            attention=Attention.STATES,
        )
    )
    textbook = TextbookIMVLSTM.like(ours)
    with torch.no_grad():
        torch.testing.assert_close(tuple(ours(x)), tuple(textbook(x)), rtol=1e-5, atol=1e-5)

    def mixture_loss(mixture: Mixture) -> Tensor:
        return nll(mixture, y).mean()

    def squared_error(forecast: Tensor) -> Tensor:
        return nn.functional.mse_loss(forecast, y)

    return {
        OURS: _step(ours, x, mixture_loss),
        TEXTBOOK: _step(textbook, x, mixture_loss),
        LSTM: _step(PlainLSTM(N, case.lstm_size), x, squared_error),
    }


def compare(steps: dict[str, Step], seconds: float) -> Timings:
    """Time the steps in turns for about so many seconds, warm-up included."""
    order = random.Random(0)
    names = list(steps)
    times: dict[str, list[float]] = {name: [] for name in names}
    end = time.perf_counter() + seconds
    for _ in range(WARM_UP):
        for step in steps.values():
            step()
    rounds = 0
    while rounds < FEWEST or time.perf_counter() < end:
        order.shuffle(names)
        for name in names:
            start = time.perf_counter()
            steps[name]()
            times[name].append(time.perf_counter() - start)
        rounds += 1
    medians = {name: 1000 * statistics.median(taken) for name, taken in times.items()}
    return Timings(medians, rounds)


def line(case: Case, timings: Timings) -> list[str]:
    """Return the cells of a case's row."""
    ours, textbook, lstm = (timings.milliseconds[name] for name in (OURS, TEXTBOOK, LSTM))
    return [
        case.cell,
        f"{case.windows}, {case.lookback}, {case.variables}, {case.hidden_size}",
        f"{ours:.1f}",
        f"{textbook:.1f}",
        f"{lstm:.1f}",
        f"{textbook / ours:.2f}",
        "" if case.gain is None else f">= {case.gain:g}",
        f"{ours / lstm:.2f}",
        f"<= {case.cost:g}",
        str(timings.rounds),
    ]


def _step(model: nn.Module, x: Tensor, loss_of: Callable[..., Tensor]) -> Step:
    optimiser = torch.optim.AdamW(
        model.parameters(),
        lr=Settings.learning_rate,
        weight_decay=WEIGHT_DECAY,
        fused=True,
    )

    def step() -> None:
        loss = loss_of(model(x))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()

    return step


def main() -> None:
    """Print the table, each row as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="benchmarks.training_step", description=__doc__)
    parser.add_argument("--seconds", type=float, default=15, help="for each row")
    seconds = parser.parse_args().seconds
    keep_freed_memory()  # as a training does, for all models
    names = ("cell", "B, T, N, D", "ours, ms", "textbook, ms", "nn.LSTM, ms")
    ratios = ("textbook / ours", "target", "ours / nn.LSTM", "target", "rounds")
    print(f"{machine.describe()}\n\n{machine.header(names + ratios)}", flush=True)
    for case in CASES:
        print(machine.row(line(case, compare(training_steps(case), seconds))), flush=True)


if __name__ == "__main__":
    main()
