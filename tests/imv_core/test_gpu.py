"""On a real GPU: the same path and the same numbers as on a CPU, but for rounding.

`python -m pytest -m gpu` runs all tests that need one.
"""

import warnings

import numpy as np
import pytest
import torch

from imv_core import IMVForecaster, read_table
from imv_core.model.cells import CELLS
from tests.conftest import PAPER
from tests.imv_core.walk import SMALL, all_numbers, assert_same

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU"),
]
MODELS = {"inputs": {"horizon": 2, "seeds": 2}, "the paper's": PAPER, "full": {"cell": "full"}}
N, D = 3, 2


@pytest.fixture(autouse=True)
def whole_precision():
    """Without TF32, which cuDNN takes for IMV-Full: see `FullCell`."""
    with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        yield


@pytest.fixture(scope="module")
def small(world):
    return read_table(world.frame[["y", "x2", "x5"]].iloc[:400], name="small")


@pytest.mark.parametrize("name", CELLS)
def test_a_gpu_gives_the_same_states_and_gradients(name):
    cell, x = CELLS[name](N, D), torch.randn(4, 6, N)
    cell(x).square().sum().backward()
    gradients = [p.grad.clone() for p in cell.parameters()]
    cell.zero_grad()
    states = cell.cuda()(x.cuda())
    states.square().sum().backward()
    torch.testing.assert_close(states.cpu(), cell.cpu()(x))
    for parameter, gradient in zip(cell.parameters(), gradients, strict=True):
        torch.testing.assert_close(parameter.grad.cpu(), gradient, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", CELLS)
def test_cudnn_finds_the_weights_in_one_piece(name):
    cell, x = CELLS[name](N, D).cuda(), torch.randn(4, 6, N, device="cuda")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cell(x).square().sum().backward()
        with torch.no_grad():
            cell(x)


@pytest.mark.parametrize("name", MODELS)
def test_a_gpu_says_of_a_model_what_a_cpu_says(name, small):
    forecaster = IMVForecaster("y", device="auto", **{**SMALL, **MODELS[name]}).fit(small)
    assert forecaster.fitted.model.device.type == "cuda"
    found = all_numbers(forecaster, small)
    forecaster.fitted.model.cpu()
    expected = all_numbers(forecaster, small)
    del found["siblings"], expected["siblings"]  # ranks, of trainings that are not the same
    del found["random models"], expected["random models"]  # ranks, of which near ones may swap
    assert_same(found, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("name", MODELS)
def test_a_training_on_a_gpu_ends_where_one_on_a_cpu_ends(name, small):
    def forecasts(device):
        settings = {**SMALL, **MODELS[name], "max_epochs": 3, "device": device}
        return IMVForecaster("y", **settings).fit(small).predict(small)["forecast"]

    on_gpu, on_cpu = forecasts("cuda"), forecasts("cpu")
    assert np.abs(on_gpu - on_cpu).max() < 0.02 * on_cpu.std()


@pytest.mark.parametrize("devices", [("cuda", "cuda"), ("cuda", "cpu"), ("cpu", "cuda")])
def test_a_training_goes_on_from_either_device_on_either(devices, small, tmp_path):
    def train(epochs, device, path=tmp_path / "checkpoint"):
        settings = {**SMALL, "max_epochs": 3, "device": device}
        forecaster = IMVForecaster("y", **settings)
        return forecaster.fit(small, lambda record: record.epoch == epochs, checkpoint=path)

    whole = train(3, devices[1], tmp_path / "other").predict(small)["forecast"]
    train(2, devices[0])
    resumed = train(3, devices[1]).predict(small)["forecast"]
    assert np.abs(resumed - whole).max() < 0.02 * whole.std()


def test_a_saved_model_runs_on_the_gpu_again_and_on_a_cpu(small, tmp_path):
    forecaster = IMVForecaster("y", **SMALL).fit(small)
    forecaster.save(tmp_path / "model.imv")
    loaded = IMVForecaster.load(tmp_path / "model.imv")
    assert loaded.fitted.model.device.type == "cuda"
    for own, other in zip(
        forecaster.fitted.model.parameters(), loaded.fitted.model.parameters(), strict=True
    ):
        assert torch.equal(own, other)
    found = loaded.predict(small)["forecast"]
    np.testing.assert_array_equal(found, forecaster.predict(small)["forecast"])
    loaded.fitted.model.cpu()
    np.testing.assert_allclose(loaded.predict(small)["forecast"], found, rtol=1e-3, atol=1e-3)
