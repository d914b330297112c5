import time
from collections import Counter

import pytest

from benchmarks.training_step import (
    CASES,
    FEWEST,
    WARM_UP,
    Case,
    Timings,
    compare,
    line,
    training_steps,
)
from imv_core.model.cells import CELLS

SMALL = [Case(cell, 4, 3, 5, 6, gain=2, cost=1.5) for cell in CELLS]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.cell)
def test_every_model_takes_its_step(case):
    timings = compare(training_steps(case), seconds=0)
    assert timings.rounds == FEWEST
    assert set(timings.milliseconds) == {"ours", "textbook", "nn.LSTM"}
    assert all(milliseconds > 0 for milliseconds in timings.milliseconds.values())


def test_models_take_turns_and_the_slow_one_is_slower_than_the_fast_one():
    calls = []

    def slow():
        calls.append("slow")
        time.sleep(0.02)

    timings = compare({"slow": slow, "fast": lambda: calls.append("fast")}, seconds=0.2)
    rounds = [set(calls[k : k + 2]) for k in range(0, len(calls), 2)]
    assert all(turn == {"slow", "fast"} for turn in rounds)
    assert len(rounds) == WARM_UP + timings.rounds
    assert Counter(calls[2 * WARM_UP :: 2]).keys() == {"slow", "fast"}  # either may begin
    assert timings.milliseconds["slow"] >= 20 > timings.milliseconds["fast"]


@pytest.mark.parametrize("case", [case for case in CASES if case.cell == "tensor"], ids=str)
def test_the_plain_lstm_has_the_recurrent_arithmetic_of_tensor(case):
    cell = CELLS["tensor"](case.variables, case.hidden_size)
    assert 4 * case.lstm_size**2 == pytest.approx(cell.recurrent.numel(), rel=0.02)


def test_a_row_has_ratios_and_targets():
    timings = Timings({"ours": 20.0, "textbook": 50.0, "nn.LSTM": 16.0}, rounds=7)
    assert line(SMALL[0], timings) == [
        *("tensor", "4, 3, 5, 6", "20.0", "50.0", "16.0"),
        *("2.50", ">= 2", "1.25", "<= 1.5", "7"),
    ]
