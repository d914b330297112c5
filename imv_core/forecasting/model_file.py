"""Trained model in one file: safetensors and JSON. Reading it executes nothing."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from imv_core import storage
from imv_core.errors import ImvError, ModelFileError, VersionError
from imv_core.forecasting.fitted_model import Fitted
from imv_core.forecasting.intervals import DEFAULT_LEVEL, Calibration
from imv_core.model.ensemble import Ensemble, combine, moments
from imv_core.model.imv_lstm import IMVLSTM
from imv_core.model.linear import Linear
from imv_core.model.objectives import OBJECTIVES
from imv_core.training.history import read_history
from imv_core.training.settings import Settings
from imv_core.windows.scaling import Prediction, Scaling
from imv_core.windows.split import Split

FORMAT = storage.Format(2, oldest=2)  # written as "imv-forecaster 2"
NAME = "imv-forecaster"
LARGEST = 1e155  # of a scaling: its square is still finite, as older versions needed it
MOST_NUMBERS = 2**27  # that the computation of one window may take


def write(path: Path, settings: Settings, fitted: Fitted) -> None:
    """Write the file whole or not at all."""
    tensors = {f"model.{k}": v.cpu().contiguous() for k, v in fitted.model.state_dict().items()}
    tensors["ridge.coefficients"] = torch.from_numpy(fitted.ridge.coefficients)
    tensors["ridge.intercepts"] = torch.from_numpy(fitted.ridge.intercepts)
    tensors["calibration.quantiles"] = torch.from_numpy(fitted.calibration.quantiles)
    tensors["calibration.counts"] = torch.from_numpy(fitted.calibration.counts)
    about = {
        "settings": settings.to_json(),
        "scaling": fitted.scaling.to_json(),
        "split": [_plain(fitted.split.train_end), _plain(fitted.split.validation_end)],
        "freq": fitted.freq,
        "history": [record.to_json() for record in fitted.history],
    }
    text = json.dumps(about)
    metadata = {
        "format": f"{NAME} {FORMAT.version}",
        "about": text,
        "digest": _digest(text, tensors),
    }
    storage.replace(path, lambda part: part.write_bytes(save(tensors, metadata)))


def read(path: str | os.PathLike[str]) -> tuple[Settings, Fitted]:
    """Read and check a file that may come from anybody.

    Raises:
        ModelFileError: it is no model file, damaged, or of a version that cannot be read.
    """
    name = Path(path).name
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise ModelFileError(
            f"{name} is not a model file. Choose a file that 'save' or the download button wrote."
        ) from error
    _check_version(metadata.get("format", ""), name)
    try:
        # the first files of this format have no digest
        if metadata.get("digest") not in (None, _digest(metadata["about"], tensors)):
            raise ModelFileError(f"{name} is damaged: it was altered on its way. Get it again.")
        return _checked(json.loads(metadata["about"]), tensors)
    except ModelFileError:
        raise
    except (ImvError, ArithmeticError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ModelFileError(f"{name} is damaged: its parts do not fit together.") from error


def _check_version(format_: str, name: str) -> None:
    program, _, version = format_.rpartition(" ")
    if program != NAME or not (version.isascii() and version.isdigit() and len(version) < 10):
        raise ModelFileError(f"{name} was not written by this program. Choose a model file.")
    try:
        FORMAT.check(int(version))
    except VersionError as error:
        raise ModelFileError(f"{name} cannot be read. {error}") from error


def _digest(about: str, tensors: dict[str, Tensor]) -> str:
    # as plain bytes: a file may hold types of numbers that NumPy does not know
    return storage.digest_of(
        {k: v.reshape(-1).view(torch.uint8).numpy() for k, v in tensors.items()}, about
    )


def _checked(about: dict[str, Any], tensors: dict[str, Tensor]) -> tuple[Settings, Fitted]:
    settings = Settings.from_json(about["settings"])
    scaling = Scaling.from_json(about["scaling"])
    N, T, H = len(scaling.variables), settings.lookback, settings.horizon
    with torch.device("meta"):  # takes no memory, whatever sizes the file claims
        shape = settings.model(N)
        model = Ensemble((IMVLSTM(shape) for _ in range(settings.seeds)), shape)
    weights = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
    model.load_state_dict(weights, assign=True)  # RuntimeError where names or shapes differ
    ends = tuple(_stamp(end) for end in about["split"])
    expected = {
        "ridge.coefficients": (H, T * N),
        "ridge.intercepts": (H,),
        "calibration.quantiles": (H, 1001),
        "calibration.counts": (H,),
    }
    quantiles, counts = tensors["calibration.quantiles"], tensors["calibration.counts"]
    codes = [number for labels in scaling.codes.values() for number in labels.values()]
    numbers = (*scaling.mean, *scaling.scale, *scaling.spread, scaling.target_mean, *codes)
    if (
        any(tuple(tensors[key].shape) != shape for key, shape in expected.items())
        or [len(scaling.mean), len(scaling.scale), len(scaling.spread)] != [N, N, H]
        or not (np.abs(numbers) <= LARGEST).all()  # nor NaN
        or min(*scaling.scale, *scaling.spread) < 1 / LARGEST
        or not (quantiles.diff(dim=1) >= 0).all()
        or not (counts >= 1).all()
        or not all(v.is_floating_point() and v.isfinite().all() for v in tensors.values())
        or {v.dtype for v in weights.values()} != {torch.float32}
        or (scaling.target, scaling.fill) != (settings.target, settings.fill)
        or settings.predict
        not in (
            Prediction.AUTO,
            Prediction.CHANGE if scaling.is_change else Prediction.LEVEL,
        )
        or settings.variables not in (None, scaling.variables)
        or len(set(scaling.variables)) < N
        or not scaling.codes.keys() <= set(scaling.variables)
        or not ends[0] < ends[1]  # TypeError where one is a time and the other a row
    ):
        raise ValueError("sizes or numbers")
    fitted = Fitted(
        model=model.requires_grad_(False).eval(),
        scaling=scaling,
        split=Split(*ends),
        ridge=Linear(tensors["ridge.coefficients"].numpy(), tensors["ridge.intercepts"].numpy()),
        freq=_freq(about["freq"]),
        calibration=Calibration(
            tensors["calibration.quantiles"].numpy(), tensors["calibration.counts"].numpy()
        ),
        history=read_history(about["history"], settings.seeds, N),
    )
    if not fitted.history:
        raise ValueError("no epoch")
    _check_numbers(settings, fitted)
    return settings, fitted


@torch.no_grad()
def _check_numbers(settings: Settings, fitted: Fitted) -> None:
    """Raise ValueError where a forecast, or a part of it, is not finite.

    Two windows are tried: medians, and medians plus one standard deviation.
    """
    N, T, H = len(fitted.scaling.variables), settings.lookback, settings.horizon
    if N * (T * settings.hidden_size + settings.seeds * H * (T + 1)) > MOST_NUMBERS:
        raise ValueError("one window takes more memory than there is")
    mixtures = fitted.model.mixtures(torch.stack([torch.zeros(T, N), torch.ones(T, N)]))
    whole = combine(mixtures)
    forecast, spread = moments(mixtures, OBJECTIVES[settings.objective].spread)
    unit = np.asarray(fitted.scaling.spread)
    with np.errstate(all="ignore"):
        scaled = forecast.numpy() * unit, spread.numpy() * unit
        interval = fitted.calibration.interval(*scaled, level=DEFAULT_LEVEL)
    parts = (whole.weight, whole.mean, whole.attention, whole.contribution, spread)
    if not all(part.isfinite().all() for part in parts) or not np.isfinite(interval).all():
        raise ValueError("a forecast that is no number")


def _freq(name: Any) -> str | None:
    """Return pandas' name of a step; ValueError where there is none."""
    return None if name is None else str(pd.tseries.frequencies.to_offset(name).freqstr)


def _plain(end: Any) -> str | int:
    return end.isoformat() if isinstance(end, pd.Timestamp) else int(end)


def _stamp(end: Any) -> Any:
    """Return a time without a zone, or a row number; ValueError where it is neither."""
    if isinstance(end, str) and pd.Timestamp(end).tz is None:
        return pd.Timestamp(end)
    if type(end) is int:
        return int(np.int64(end))  # OverflowError beyond any table's rows
    raise ValueError(f"{end!r} ends no part")
