"""Whatever stands in the files of a run, no page shows a failure, and the run beside it works."""

from itertools import cycle

import pandas as pd
import pytest

from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.synthetic import injection
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import COLUMNS, Recovery
from tests.dashboard.damage import FILES, copied, damage

PAGES = cycle(["overview", "train", "forecast", "explain", "explore", "trust", "data"])
DAMAGES = 2  # to each file, each seen on the page that follows; more were tried by hand


@pytest.fixture(scope="module")
def whole(named_by_strangers, tmp_path_factory):
    """A run with every file that a run can have."""
    model, table, trust = named_by_strangers
    run = Run.adopt(tmp_path_factory.mktemp("runs") / "whole", model, table, "whole")
    run.write_trust(trust)
    worlds = [("additive", 0, 3, 2, 1, 1), ("switching", 1, 3, 3, 2, 0)]
    run.write_recovery(Recovery(pd.DataFrame(worlds, columns=COLUMNS), 10))
    trials = [(0.0, 0.02, 4, 1), (0.05, 0.1, 5, 4), (0.1, 0.4, 5, 5)]
    trials = pd.DataFrame(trials, columns=injection.COLUMNS)
    run.write_injection(Injection(trials, 5, True, 0.2, "<b>"))
    run.task(TaskKind.CHECKS).write_status(Status("finished", 1.0))
    run.task(TaskKind.INJECTION).write_status(Status("stopped", 0.2, message="It was stopped."))
    run.task(TaskKind.RECOVERY).write_status(Status("checking", 0.4, 3.0, "a world"))
    return run


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_costs_no_page(visit, runs, whole, file):
    copied(whole.path, runs / "sound")
    for seed in range(DAMAGES):
        odd = copied(whole.path, runs / f"odd {seed}")
        done = damage(odd, file, seed)
        page = next(PAGES)
        at = visit(page, run=odd.name)  # failures that are contained fail the test as well
        if page == "train":
            at.toggle(key="train-all-runs").set_value(True).run()
        assert [e.value for e in at.exception] == [], (page, done)
    at = visit("train", run="sound")
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert len(at.dataframe[0].value) == DAMAGES + 1


@pytest.mark.parametrize("file", ["trust.json", "explanation.safetensors", "scores.json"])
def test_what_is_damaged_beside_a_model_costs_no_figure_of_another_file(visit, runs, whole, file):
    copied(whole.path, runs / "sound")
    odd = copied(whole.path, runs / "odd")
    (odd / file).write_bytes((odd / file).read_bytes()[:-40])
    at = visit("forecast", run="sound")
    beside = visit("forecast", run="odd")
    figures = [[chart.proto.spec for chart in each.get("plotly_chart")] for each in (at, beside)]
    assert figures[0] == figures[1] != []
