"""What the benchmarks' README promises."""

import importlib
import re
from pathlib import Path

from benchmarks import machine

FOLDER = Path(__file__).parents[2] / "benchmarks"
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_benchmark_has_its_command_and_every_command_its_benchmark():
    named = re.findall(r"^python -m (benchmarks\.\w+)(?: .*)?$", README, re.MULTILINE)
    runnable = {
        f"benchmarks.{path.stem}"
        for path in FOLDER.glob("*.py")
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8")
    }
    assert sorted(named) == sorted(runnable)
    for name in named:
        assert callable(importlib.import_module(name).main)


def test_a_table_is_markdown_under_the_machine_it_ran_on():
    assert re.search(
        r".+, \d+ cores, \d+ threads, .*torch \d.*, 20\d\d-\d\d-\d\d$", machine.describe()
    )
    assert machine.header(["a", "b"]) == "| a | b |\n| --- | --- |"
    assert machine.row(["1", "2"]) == "| 1 | 2 |"
