"""Model files come from anybody: each loads soundly or is refused, and none is executed."""

import json
import pickle
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file
from torch.utils._python_dispatch import TorchDispatchMode

from imv_core import ImvError, IMVForecaster, ModelFileError, read_table
from imv_core.forecasting import model_file

DELETED = object()
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([0, -1, 10**9, 10**30, 10**400, 1e308, "full", "inputs", "change", "mse"])
    | st.sampled_from(["NaT", "2020-01-05", "0001-01-01", "2020-01-05T00:00+01:00", "y", "wind"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def windy(world):
    wind = np.where(world.frame["x5"] > world.frame["x5"].mean(), "north", "south")
    frame = world.frame[["y", "x2"]].assign(wind=wind).iloc[:200]
    return read_table(frame, name="windy")


@pytest.fixture(scope="module")
def trained(windy):
    settings = {"hidden_size": 2, "lookback": 4, "horizon": 2, "seeds": 2}
    return IMVForecaster("y", max_epochs=1, **settings).fit(windy)


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    path = tmp_path_factory.mktemp("models")
    trained.save(path / "sound.imv")
    return path


@pytest.fixture(scope="module")
def sound(folder):
    return folder / "sound.imv"


@pytest.fixture(scope="module")
def parts(sound):
    """The tensors, and what the file says about them."""
    with safe_open(sound, "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        return tensors, json.loads(file.metadata()["about"])


def _file(folder, tensors, about, **more):
    path = folder / "strange.imv"
    save_file(tensors, path, {"format": "imv-forecaster 2", "about": json.dumps(about), **more})
    return path


def _assert_refused_or_sound(path, table):
    try:
        forecaster = IMVForecaster.load(path)
    except ModelFileError:
        return
    with suppress(ImvError), np.errstate(all="ignore"):
        forecaster.predict(table)
        forecaster.predict(table, "future")
        forecaster.explain(table)


def _places(value, place=()):
    """The places of all values within a JSON value."""
    yield place
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*place, key))


def _with(value, place, new):
    """A copy in which another value stands at a place."""
    if not place:
        return new
    key, *rest = place
    copy = value.copy()
    if rest:
        copy[key] = _with(value[key], rest, new)
    elif new is DELETED:
        del copy[key]
    else:
        copy[key] = new
    return copy


def test_a_renamed_pickle_is_refused_and_not_executed(tmp_path):
    class Bomb:
        def __reduce__(self):
            return Path.touch, (tmp_path / "exploded",)

    data = pickle.dumps(Bomb())
    pickle.loads(data)
    (tmp_path / "exploded").unlink()  # it does go off where it is unpickled
    (tmp_path / "model.imv").write_bytes(data)
    torch.save(Bomb(), tmp_path / "zipped.imv")
    for name in ("model.imv", "zipped.imv"):
        with pytest.raises(ModelFileError, match="is not a model file"):
            IMVForecaster.load(tmp_path / name)
    assert not (tmp_path / "exploded").exists()


@given(data=st.binary(max_size=200))
def test_any_bytes_are_refused(folder, data):
    path = folder / "bytes.imv"
    path.write_bytes(data)
    with pytest.raises(ModelFileError, match=r"bytes\.imv is not a model file"):
        IMVForecaster.load(path)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.9999])
def test_a_file_that_was_cut_off_is_refused(sound, folder, share):
    data = sound.read_bytes()
    (folder / "cut.imv").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(ModelFileError, match=r"cut\.imv is not a model file"):
        IMVForecaster.load(folder / "cut.imv")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "nothing.imv", tmp_path):
        with pytest.raises(ModelFileError):
            IMVForecaster.load(path)


@pytest.mark.parametrize("format_", [None, "", "pt", "imv-forecaster", "imv-forecaster ²"])
def test_somebody_elses_safetensors_file_is_refused(folder, parts, format_):
    save_file(parts[0], folder / "other.imv", None if format_ is None else {"format": format_})
    with pytest.raises(ModelFileError, match="was not written by this program"):
        IMVForecaster.load(folder / "other.imv")


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        (1, "An older version of this program wrote it"),
        (3, "A newer version of this program wrote"),
    ],
)
def test_a_model_file_of_another_format_is_named(folder, parts, version, sentence):
    path = _file(folder, *parts, format=f"imv-forecaster {version}")
    with pytest.raises(ModelFileError, match=rf"strange\.imv cannot be read. {sentence}"):
        IMVForecaster.load(path)


@pytest.mark.parametrize(
    "harm",
    [
        lambda tensors, key: {k: v for k, v in tensors.items() if k != key},
        lambda tensors, key: {**tensors, key: tensors[key][..., None].contiguous()},
        lambda tensors, key: {**tensors, key: tensors[key][1:].contiguous()},
        lambda tensors, key: {**tensors, key: torch.full_like(tensors[key], torch.nan)},
        lambda tensors, key: {**tensors, key: tensors[key].to(torch.int32)},
        lambda tensors, key: {**tensors, key: tensors[key].to(torch.bfloat16)},
    ],
    ids=["missing", "one axis more", "one row less", "not a number", "integers", "half as exact"],
)
def test_a_file_with_any_wrong_tensor_is_refused(folder, parts, harm):
    tensors, about = parts
    for key in tensors:
        with pytest.raises(ModelFileError, match="parts do not fit together"):
            IMVForecaster.load(_file(folder, harm(tensors, key), about))


@pytest.mark.parametrize("size", ["lookback", "horizon", "hidden_size"])
def test_a_size_that_is_only_claimed_takes_no_memory(folder, parts, size):
    class Watch(TorchDispatchMode):
        largest = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor) and result.device.type != "meta":
                self.largest = max(self.largest, result.numel())
            return result

    tensors, about = parts
    path = _file(folder, tensors, _with(about, ("settings", size), 50_000))
    with Watch() as watch, pytest.raises(ModelFileError, match="parts do not fit together"):
        IMVForecaster.load(path)
    assert watch.largest <= path.stat().st_size


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((), []),
        (("settings",), []),
        (("settings", "lookback"), 4.0),
        (("settings", "objective"), "magic"),
        (("settings", "predict"), "change"),
        (("settings", "variables"), ["x2"]),
        (("settings", "surprise"), 1),
        (("scaling", "target"), "x2"),
        (("scaling", "scale", 0), 0.0),
        (("scaling", "spread", 0), -1.0),
        (("scaling", "mean", 0), float("inf")),
        (("scaling", "codes", "wind", "north"), "high"),
        (("split",), ["2020-01-05"]),
        (("split", 0), 7),
        (("split", 0), "NaT"),
        (("split", 1), "1990-01-01"),
        (("history", 0, "epoch"), "first"),
        (("history",), []),
        (("history", 0, "epoch"), 2),
        (("history", 0, "variable_importance"), [1.0]),
        (("history", 0, "importance_by_seed"), [[0.2, 0.3, 0.5]]),
        (("history", 0, "importance_by_seed", 1), [1.0]),
        (("settings", "seeds"), 1),
        (("settings", "seeds"), 3),
        (("settings", "seeds"), 10**9),
        (("freq",), "fortnight"),
        (("history", 0, "variable_importance"), 1.0),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(folder, parts, place, value):
    tensors, about = parts
    with pytest.raises(ModelFileError, match="parts do not fit together"):
        IMVForecaster.load(_file(folder, tensors, _with(about, place, value)))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_stands_in_the_settings_a_file_is_refused_or_sound(folder, parts, windy, data):
    tensors, about = parts
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.sampled_from(sorted(_places(about), key=str)))
        value = data.draw(JSON_VALUES | (st.just(DELETED) if place else st.nothing()))
        about = _with(about, place, value)
    _assert_refused_or_sound(_file(folder, tensors, about), windy)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_with_any_byte_changed_a_file_is_refused_or_sound(folder, sound, windy, data):
    content = bytearray(sound.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "changed.imv").write_bytes(content)
    _assert_refused_or_sound(folder / "changed.imv", windy)


@pytest.mark.parametrize("moment", ["write_bytes", "replace"])
def test_a_kill_while_saving_leaves_the_old_file_whole(
    trained, windy, tmp_path, monkeypatch, moment
):
    path = tmp_path / "model.imv"
    trained.save(path)
    before = trained.predict(windy)
    whole = Path.write_bytes

    def killed(self, content):
        if moment == "write_bytes":
            whole(self, content[: len(content) // 2])
        raise KeyboardInterrupt

    other = IMVForecaster("y", max_epochs=1, hidden_size=3, lookback=4).fit(windy)
    monkeypatch.setattr(Path, moment, killed)
    with pytest.raises(KeyboardInterrupt):
        other.save(path)
    pd.testing.assert_frame_equal(IMVForecaster.load(path).predict(windy), before)


def _flipped(content, place, bit):
    return content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :]


def test_a_file_altered_in_any_number_is_found_and_an_older_one_without_digest_still_opens(
    folder, sound, parts, windy, trained
):
    content = sound.read_bytes()
    body = 8 + int.from_bytes(content[:8], "little")
    for place in np.linspace(body, len(content) - 1, 24).astype(int):
        (folder / "altered.imv").write_bytes(_flipped(content, int(place), 3))
        with pytest.raises(ModelFileError, match="was altered on its way"):
            IMVForecaster.load(folder / "altered.imv")
    tensors, about = parts
    with pytest.raises(ModelFileError, match="was altered on its way"):
        IMVForecaster.load(_file(folder, tensors, {**about, "freq": None}, digest="0" * 64))
    old = IMVForecaster.load(_file(folder, tensors, about))
    pd.testing.assert_frame_equal(old.predict(windy), trained.predict(windy))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        *((("settings", "train_share"), share) for share in (float("nan"), 0.9, 0, float("inf"))),
        (("settings", "validation_share"), float("inf")),
        (("settings", "variables"), ["y", "x2", "x2"]),
        (("scaling", "variables"), ["y", "x2", "x2"]),
        (("scaling", "variables"), ["y", "y", "y"]),
        (("scaling", "variables", 1), "\ud800"),
        (("scaling", "codes", "\ud800"), {"a": 1.0}),
        (("scaling", "codes", "somewhere"), {"a": 1.0}),
        (("scaling", "mean", 0), 1e308),
        (("scaling", "scale", 0), 1e-320),
        (("scaling", "scale", 1), float("nan")),
        (("scaling", "spread"), [1e308, 1e308]),
        (("scaling", "target_mean"), -1e308),
        (("history", 0, "validation_loss"), float("nan")),
        (("history", 0, "variable_importance"), [0.5, 0.5, 1.5]),
        (("history", 0, "seconds"), 10**400),
    ],
)
def test_numbers_and_names_that_no_training_leaves_are_refused(folder, parts, place, value):
    tensors, about = parts
    with pytest.raises(ModelFileError, match="parts do not fit together"):
        IMVForecaster.load(_file(folder, tensors, _with(about, place, value)))


@pytest.mark.parametrize("size", [1e38, -1e38, 3e38])
def test_weights_that_leave_no_number_of_a_window_of_medians_are_refused(folder, parts, size):
    tensors, about = parts
    weights = [name for name in tensors if name.startswith("model.")]
    harmed = {**tensors, **{name: torch.full_like(tensors[name], size) for name in weights}}
    with pytest.raises(ModelFileError, match="parts do not fit together"):
        IMVForecaster.load(_file(folder, harmed, about))


@pytest.mark.parametrize("harm", [lambda q: q.flip(1), lambda q: -q, lambda q: q.roll(1, dims=1)])
def test_quantiles_in_another_order_are_refused(folder, parts, harm):
    tensors, about = parts
    harmed = {**tensors, "calibration.quantiles": harm(tensors["calibration.quantiles"])}
    with pytest.raises(ModelFileError, match="parts do not fit together"):
        IMVForecaster.load(_file(folder, harmed, about))


def test_a_window_that_would_take_all_memory_is_not_tried(folder, parts, monkeypatch):
    tensors, about = parts
    path = _file(folder, tensors, about)
    IMVForecaster.load(path)
    monkeypatch.setattr(model_file, "MOST_NUMBERS", 20)
    with pytest.raises(ModelFileError, match="parts do not fit together"):
        IMVForecaster.load(path)


def test_labels_and_times_survive_the_file(sound, trained, windy):
    loaded = IMVForecaster.load(sound)
    assert loaded.fitted.scaling == trained.fitted.scaling
    assert set(loaded.fitted.scaling.codes["wind"]) == {"north", "south"}
    assert loaded.fitted.split == trained.fitted.split
    pd.testing.assert_series_equal(loaded.score(windy), trained.score(windy))
    with pytest.raises(ModelFileError, match=r"trained on a table with times, and rows has none"):
        loaded.predict(read_table(windy.frame.reset_index(drop=True), name="rows"))


def test_the_choice_for_missing_inputs_survives_the_file_and_an_old_file_has_none(windy, tmp_path):
    frame = windy.frame.copy()
    frame.loc[frame.index[::7], "x2"] = np.nan
    gappy = read_table(frame, name="gappy")
    options = {"hidden_size": 2, "lookback": 4, "max_epochs": 1}
    by_fill = {fill: IMVForecaster("y", fill=fill, **options) for fill in ("last", "median")}
    forecasts = {}
    for fill, forecaster in by_fill.items():
        forecaster.fit(gappy).save(tmp_path / fill)
        forecasts[fill] = forecaster.predict(gappy)
        again = IMVForecaster.load(tmp_path / fill).predict(gappy)
        pd.testing.assert_frame_equal(again, forecasts[fill])
    assert not np.allclose(forecasts["last"]["forecast"], forecasts["median"]["forecast"])
    with safe_open(tmp_path / "last", "pt") as file:
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        about = json.loads(file.metadata()["about"])
    del about["settings"]["fill"], about["scaling"]["fill"]
    old = IMVForecaster.load(_file(tmp_path, tensors, about))
    pd.testing.assert_frame_equal(old.predict(gappy), forecasts["last"])
    about["scaling"]["fill"] = "median"  # of settings without it
    with pytest.raises(ModelFileError):
        IMVForecaster.load(_file(tmp_path, tensors, about))
