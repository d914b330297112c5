"""Sums of an explanation in one file, so that a million windows are explained only once.

Reading it executes nothing. A file that is damaged, of another model, or of a version that this
program cannot read counts as missing: the explanation is then computed again.
"""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from imv_core import storage
from imv_core.explaining.explainer import BLOCKS, Explainer, PerWindow, Totals
from imv_core.explaining.explanation import Explanation

FORMAT = storage.Format(2)
CREDIT = "of the forecast, by lag"  # in files of version 1; those with another have other sums


def write(path: Path, explanation: Explanation, model: str) -> None:
    """Write the sums and what is kept per window.

    Args:
        path: of the file.
        explanation: what is written.
        model: digest of the model that is explained.
    """
    tensors = {
        f"{kind}.{name}": np.ascontiguousarray(values)
        for kind, part in (("totals", explanation.totals), ("course", explanation.per_window))
        for name, values in part._asdict().items()
    }
    metadata = {
        "model": model,
        "version": str(FORMAT.version),
        "digest": storage.digest_of(tensors),
    }
    path.write_bytes(save(tensors, metadata))


def read(path: Path, explainer: Explainer, first_seed: int, model: str) -> Explanation | None:
    """Return what `write` wrote of this model and these windows, or None."""
    try:
        with safe_open(path, "np") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        totals = Totals(*(tensors[f"totals.{name}"] for name in Totals._fields))
        per_window = PerWindow(*(tensors[f"course.{name}"] for name in PerWindow._fields))
    except (OSError, SafetensorError, LookupError, TypeError, ValueError):
        return None
    if about.get("model") != model or not _has_known_version(about):
        return None
    # the first files of version 1 have no digest
    if about.get("digest") not in (None, storage.digest_of(tensors)):
        return None
    explanation = Explanation.compute(explainer, first_seed, (totals, per_window))
    return explanation if _has_form(explanation) and explanation.is_finite else None


def _has_known_version(about: dict[str, str]) -> bool:
    version = about.get("version", "1")
    return version == str(FORMAT.version) or (version == "1" and about.get("credit") == CREDIT)


def _has_form(explanation: Explanation) -> bool:
    """Return whether the sums have the sizes of computed ones."""
    windows, K = explanation.explainer.windows, len(explanation.seeds)
    W, H, N, T = len(windows), windows.horizon, windows.variables, windows.lookback
    maps = (K, H, N, T)
    blocks = (K, min(BLOCKS, W), H, N)
    sizes = ((K, H, N), blocks, maps, maps, (H, N), (H, N), (K, H, N))
    return (
        tuple(values.shape for values in explanation.totals) == sizes
        and tuple(values.shape for values in explanation.per_window)
        == ((W, N), (W, N), (W, H), (W, H))
        and {values.dtype for values in explanation.totals} == {np.dtype(np.float64)}
        and {values.dtype for values in explanation.per_window} == {np.dtype(np.float32)}
    )
