import mmap
import re
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import memory
from tests.conftest import ROOT


def _held_now():
    """Resident bytes of this process."""
    with open("/proc/self/status", encoding="utf-8") as status:
        (line,) = (line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def test_memory_that_a_task_takes_is_found_after_it_was_given_back(monkeypatch, tmp_path):
    planted = 300_000_000

    def take(table, model):
        # of pages that are new to the process, whatever it keeps of what it freed
        block = mmap.mmap(-1, memory._peak() - _held_now() + planted)
        np.frombuffer(block, np.uint8)[:] = 1

    monkeypatch.setitem(memory.TASKS, "take", take)
    cost = memory.measure("take", rows=100, model=tmp_path / "none")
    assert cost.above == pytest.approx(planted / 1e9, rel=0.1)


def test_the_memory_of_each_task_is_measured_however_large_the_parent_process():
    command = [sys.executable, "-m", "benchmarks.memory", "--rows", "400"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    above = dict(re.findall(r"^\| (\w+) \| 0\.00 \| (\d+\.\d\d) \|", printed, re.MULTILINE))
    assert above.keys() == memory.TASKS.keys()
    assert all(float(gigabytes) > 0.05 for gigabytes in above.values()), printed
