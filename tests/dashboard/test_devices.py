"""A GPU on the pages: a choice where there is one, a sentence where a run needs one in vain."""

from dataclasses import replace

import pytest
import torch

from dashboard import task_queue
from imv_core import Settings
from imv_core.runs.records import Status
from imv_core.runs.run import Run

SMALL = Settings("y", max_epochs=2, hidden_size=2, lookback=5)


@pytest.fixture
def started(monkeypatch):
    given = []
    monkeypatch.setattr(task_queue, "start", given.append)
    return given


def _radios(at):
    return [radio.key for radio in at.radio]


def _train(at):
    next(button for button in at.button if button.label == "Train").click().run()


def test_no_device_is_asked_for_where_there_is_no_gpu(visit, adopted, started):
    at = visit("train", run="adopted")
    assert "train-device" not in _radios(at)
    _train(at)
    assert started[0].config.settings.device == "auto"


def test_where_there_is_a_gpu_a_training_may_take_the_cpu(visit, adopted, started, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    at = visit("train", run="adopted")
    assert at.radio(key="train-device").options == ["a GPU, if there is one", "the CPU"]
    at.radio(key="train-device").set_value("cpu").run()
    _train(at)
    assert started[0].config.settings.device == "cpu"


def test_a_run_of_a_gpu_opens_without_one_and_says_why_it_cannot_go_on(
    visit, runs, table, forecaster, started, monkeypatch
):
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(torch.cuda, "is_available", lambda: True)
        run = Run.create(runs / "far", replace(forecaster.settings, device="cuda"), table, "far")
    run.write_model(forecaster)
    run.evaluate(forecaster, table)
    run.write_status(Status("stopped", 0.5))
    for page in ("forecast", "explain"):
        at = visit(page, run="far")
        assert [e.value for e in at.exception] == []
        assert [e.value for e in at.error] == []
    at = visit("train", run="far")
    at.button(key="run-go-far").click().run()
    assert [e.value for e in at.exception] == []
    (error,) = at.error
    assert "no GPU" in error.value
    assert not started
