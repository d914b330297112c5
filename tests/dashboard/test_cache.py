"""A page sees a new report at once, and reads one that it has seen but once."""

from dataclasses import replace

import pandas as pd
import pytest

from dashboard import cache
from imv_core import IMVForecaster, read_table
from imv_core.runs.run import Run
from imv_core.synthetic import injection
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import Recovery


@pytest.fixture(scope="module")
def small(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:300], name="small")


@pytest.fixture(scope="module")
def model(small):
    return IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=5).fit(small)


@pytest.fixture(scope="module")
def report(model, small):
    return model.check(small)


@pytest.fixture
def run(small, model, tmp_path):
    return Run.adopt(tmp_path / "run", model, small, "run")


def test_a_new_report_is_seen_at_once_and_read_once(run, report):
    assert cache.trust(run) is None
    run.write_trust(report)
    seen = cache.trust(run)
    assert seen.sentence == report.sentence
    assert cache.trust(Run(run.path)) is seen
    run.write_trust(replace(report, sentence="Other words."))
    assert cache.trust(run).sentence == "Other words."
    run.trust_path.unlink()
    assert cache.trust(run) is None


def test_the_report_of_one_model_is_not_shown_for_another(run, report, small, tmp_path):
    run.write_trust(report)
    assert cache.trust(run) is not None
    other = IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=5, seed=1).fit(small)
    run.write_model(other)
    assert cache.trust(run) is None
    unchecked = Run.adopt(tmp_path / "other", other, small, "other")
    assert cache.trust(unchecked) is None


def test_a_new_recovery_is_seen_at_once(run):
    assert cache.recovery(run) is None
    counts = {"drivers": 3, "found": 2, "exact_by_attention": 2, "exact_by_attribution": 3}
    for found in (2, 3):
        row = {"world": "additive", "seed": 0, **counts, "found": found}
        run.write_recovery(Recovery(pd.DataFrame([row]), lookback=10))
        assert f"found {found} of 3 planted drivers" in cache.recovery(run).sentence


def test_a_new_hidden_effect_is_seen_at_once(run):
    assert cache.injection(run) is None
    for lag in (2, 3):
        trials = pd.DataFrame([(0.0, 0.0, 1, 1), (0.05, 0.5, lag, lag)], columns=injection.COLUMNS)
        run.write_injection(Injection(trials, lag, False, 0.3, "x2"))
        assert f"Hidden at lag {lag}" in cache.injection(run).sentence
