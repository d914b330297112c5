import subprocess

import torch

from benchmarks import busy
from benchmarks.made_up import made_up_table
from imv_core import forecaster


def test_busy_processes_end_with_the_measurement(monkeypatch):
    began, popen = [], subprocess.Popen

    def remember(*args, **kwargs):
        began.append(popen(*args, **kwargs))
        return began[-1]

    monkeypatch.setattr(busy.subprocess, "Popen", remember)
    with busy.busy(2):
        assert [process.poll() for process in began] == [None, None]
    assert all(process.poll() is not None for process in began)


def test_each_way_trains_with_its_own_threads(monkeypatch):
    threads = []

    def fit(self, table):
        with forecaster.limited(1):
            threads.append(torch.get_num_threads())

    monkeypatch.setattr(busy.IMVForecaster, "fit", fit)
    before = torch.get_num_threads()
    for is_limited in (False, True):
        assert busy.seconds_to_fit(None, 1, is_limited) >= 0
    assert threads == [before, 1]


def test_a_measurement_trains_both_ways_in_each_round():
    seconds = busy.measure(made_up_table(rows=100, variables=2), epochs=1, rounds=2)
    assert [len(seconds[way]) for way in (False, True)] == [2, 2]


def test_a_line_has_medians_and_the_median_of_the_rounds_ratios():
    found = busy.line("nothing", {False: [10.0, 20.0, 40.0], True: [5.0, 2.0, 4.0]})
    assert found == ["nothing", "20.0", "4.0", "0.10"]
