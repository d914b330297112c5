"""Everything is computed where the model's weights are; what leaves there is on the CPU.

No machine that tests this has to have a GPU: see `pretended_gpu`. Tests on a real one are in
`test_gpu.py`.
"""

import numpy as np
import pytest
import torch
from torch.utils import backend_registration

from imv_core import IMVForecaster, SettingsError, read_table
from imv_core.errors import CheckStopped
from imv_core.faithfulness.checks import deletion, moves, randomised
from imv_core.inspect.attending import attend
from imv_core.inspect.em_bound import blame
from imv_core.inspect.poke import poke, reach
from imv_core.inspect.recurrences import unroll
from tests.conftest import PAPER
from tests.imv_core.pretended_gpu import DEVICE, pretended_gpu
from tests.imv_core.walk import SMALL, all_numbers, assert_same

pytestmark = pytest.mark.skipif(
    not hasattr(backend_registration, "_setup_privateuseone_for_python_backend"),
    reason="this PyTorch takes no device written in Python",
)
MODELS = {
    "inputs": {"horizon": 2, "seeds": 2},
    "the paper's": {**PAPER, "max_epochs": 2},
    "full": {"cell": "full", "objective": "nll"},
}


@pytest.fixture(scope="module")
def small(world):
    return read_table(world.frame[["y", "x2"]].iloc[:320], name="small")


@pytest.fixture(autouse=True)
def _few_questions(monkeypatch):
    """Shorten the checks, equally on both devices: each operation is slow here."""
    monkeypatch.setattr(moves, "MOST", 4)
    monkeypatch.setattr(deletion, "RANDOM", 3)
    monkeypatch.setattr(randomised, "DRAWS", 3)


@pytest.fixture
def gpu():
    with pretended_gpu() as operations:
        yield operations


@pytest.mark.parametrize("name", MODELS)
def test_all_that_a_gpu_computes_is_what_a_cpu_computes(name, small, tmp_path):
    on_cpu = IMVForecaster("y", device="cpu", **{**SMALL, **MODELS[name]}).fit(small)
    with pretended_gpu() as operations:
        on_gpu = IMVForecaster("y", device="auto", **{**SMALL, **MODELS[name]}).fit(small)
        assert on_gpu.fitted.model.device.type == DEVICE
        fitting = operations()
        numbers = all_numbers(on_gpu, small)
        assert operations() > fitting > 1000
        on_gpu.save(tmp_path / "model.imv")
    assert_same(numbers, all_numbers(on_cpu, small))
    loaded = IMVForecaster.load(tmp_path / "model.imv")
    assert loaded.fitted.model.device.type == "cpu"
    forecasts = loaded.predict(small)[["forecast", "lower", "upper"]]
    np.testing.assert_allclose(forecasts, numbers["forecasts"], rtol=1e-4, atol=1e-4)


def test_a_training_goes_on_from_a_gpu_on_a_cpu_and_back(small, tmp_path):
    def train(epochs, path=tmp_path / "checkpoint"):
        def stop(record):
            return record.epoch == epochs

        settings = {**SMALL, "max_epochs": 3, "seed": 2}
        return IMVForecaster("y", **settings).fit(small, stop, checkpoint=path)

    whole = train(3, tmp_path / "other")
    with pretended_gpu():
        train(1)
    train(2)
    with pretended_gpu():
        resumed = train(3)
        assert resumed.fitted.model.device.type == DEVICE
        found = resumed.predict(small)
    np.testing.assert_allclose(found["forecast"], whole.predict(small)["forecast"], rtol=1e-6)


def test_a_loaded_model_runs_on_the_gpu_unless_its_settings_say_otherwise(small, tmp_path, gpu):
    for device, expected in (("auto", DEVICE), ("cuda", DEVICE), ("cpu", "cpu")):
        IMVForecaster("y", device=device, **SMALL).fit(small).save(tmp_path / device)
        loaded = IMVForecaster.load(tmp_path / device)
        assert loaded.fitted.model.device.type == expected
        loaded.predict(small)


def test_a_model_laid_open_may_be_on_the_gpu(small):
    settings = {**SMALL, **PAPER}
    on_cpu = IMVForecaster("y", **settings).fit(small)

    def numbers(forecaster):
        (network,) = forecaster.fitted.model.models
        window = forecaster.explain_one(small).scaled
        attending, bound = attend(network, window), blame(forecaster, small)
        return {
            "alpha": attending.alpha,
            "pi": attending.pi,
            "states": unroll(network, window).h,
            "moved": poke(network.cell, window, variable=1, lag=2),
            "reach": reach(network.cell, window),
            "bound": np.array([bound.nll, bound.bound]),
        }

    with pretended_gpu():
        found = numbers(IMVForecaster("y", **settings).fit(small))
    assert_same(found, numbers(on_cpu))


def test_a_model_of_a_gpu_does_all_but_train_where_there_is_none(small, tmp_path):
    with pretended_gpu():
        IMVForecaster("y", device="cuda", **SMALL).fit(small).save(tmp_path / "model.imv")
    loaded = IMVForecaster.load(tmp_path / "model.imv")
    assert loaded.settings.device == "cuda"
    all_numbers(loaded, small)
    with pytest.raises(CheckStopped):  # its siblings are trained on the CPU
        loaded.check(small, siblings=1, on_progress=lambda share, what: share > 0.01)
    with pytest.raises(SettingsError, match=r"'cuda', but this machine has no GPU .*'auto' or"):
        IMVForecaster.from_settings(loaded.settings).fit(small)


def test_the_pretended_gpu_notices_what_a_real_one_would(gpu):
    there, here = torch.ones(3, device=DEVICE), torch.ones(3)
    with pytest.raises(RuntimeError, match="same device"):
        there + here
    with pytest.raises(RuntimeError, match="same device"):
        here[there.long()]
    with pytest.raises(RuntimeError, match="same device"):
        torch.where(there > 0, here, 0.0)
    with pytest.raises(RuntimeError, match="numpy"):
        there.numpy()
    with pytest.raises(RuntimeError, match="numpy"):
        np.zeros(3)[:] = there
    single = there * torch.tensor(2.0) + there[torch.tensor([0, 1, 2])]  # may be on the CPU
    assert single.device.type == there.sum(0).device.type == DEVICE
    assert single.cpu().tolist() == [3.0, 3.0, 3.0]
