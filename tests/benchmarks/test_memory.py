import numpy as np
import pytest

from benchmarks import memory
from benchmarks.made_up import made_up_table


def _held_now():
    """Resident bytes of this process."""
    with open("/proc/self/status", encoding="utf-8") as status:
        (line,) = (line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def test_memory_that_a_task_takes_is_found_after_it_was_given_back(monkeypatch, tmp_path):
    planted = 300_000_000

    def take(table, model):
        np.ones(memory._peak() - _held_now() + planted, np.uint8)

    monkeypatch.setitem(memory.TASKS, "take", take)
    cost = memory.measure("take", rows=100, model=tmp_path / "none")
    assert cost.above == pytest.approx(planted / 1e9, rel=0.1)


def test_every_task_runs_on_the_model_that_fit_left(tmp_path):
    table = made_up_table(rows=400, variables=3)
    for task in memory.TASKS.values():
        task(table, tmp_path / "model.imv")


def test_a_table_is_measured_in_a_process_of_its_own(tmp_path):
    cost = memory.in_fresh_process("fit", rows=400, model=tmp_path / "model.imv")
    assert cost.table == pytest.approx(400 * memory.VARIABLES * 8 / 1e9)
    assert cost.above > 0
    assert (tmp_path / "model.imv").exists()
