"""What several tests need: small planted data and forecasters trained on it once."""

import signal
from pathlib import Path

import pytest
import torch

from imv_core import IMVForecaster, Table, read_table
from imv_core.synthetic.worlds import PlantedWorld, additive_lags

PAPER = {"attention": "states", "objective": "em", "predict": "level"}
ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_data"


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell's background command passes this on to the processes that tests start and interrupt
    signal.signal(signal.SIGINT, signal.default_int_handler)

# files that take long go first, so that no worker has one left when the others are done
LONGEST = ("test_acceptance.py", "test_readme.py", "test_memory.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in LONGEST)  # the rest in its order


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    # tests call parts of the core that leave the choice to their caller, two processes on two cores
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def world() -> PlantedWorld:
    return additive_lags(rows=600, seed=3)


@pytest.fixture(scope="session")
def table(world) -> Table:
    return read_table(world.frame, name="planted")


@pytest.fixture(scope="session")
def forecaster(table) -> IMVForecaster:
    return IMVForecaster("y", max_epochs=3, hidden_size=4).fit(table)


@pytest.fixture(scope="session")
def two_steps(table) -> IMVForecaster:
    return IMVForecaster(
        "y", max_epochs=2, hidden_size=4, horizon=2, predict="change", lookback=6
    ).fit(table)


@pytest.fixture(scope="session")
def three_seeds(table) -> IMVForecaster:
    return IMVForecaster(
        "y", max_epochs=2, hidden_size=4, horizon=2, lookback=6, seed=4, seeds=3, **PAPER
    ).fit(table)
