"""The sums of an explanation in one file, so that a million windows are passed but once.

Reading it executes nothing. A file that is damaged, or of another model, counts as missing.
"""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from imv_core import digest
from imv_core.explained import BLOCKS, Course, Explained, Totals
from imv_core.explanation import Explanation

# what importance adds up: a file with sums of something else counts as missing
CREDIT = "of the forecast, by lag"


def write(path: Path, explanation: Explanation, model: str) -> None:
    """Write sums and course; `model` is a digest of the model that is explained."""
    tensors = {
        f"{kind}.{name}": np.ascontiguousarray(values)
        for kind, part in (("totals", explanation.totals), ("course", explanation.course))
        for name, values in part._asdict().items()
    }
    metadata = {"model": model, "credit": CREDIT, "digest": digest.of(tensors)}
    path.write_bytes(save(tensors, metadata))


def read(path: Path, explained: Explained, first_seed: int, model: str) -> Explanation | None:
    """What `write` wrote of just this model and these windows, or None."""
    try:
        with safe_open(path, "np") as file:
            about = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        totals = Totals(*(tensors[f"totals.{name}"] for name in Totals._fields))
        course = Course(*(tensors[f"course.{name}"] for name in Course._fields))
    except (OSError, SafetensorError, LookupError, TypeError, ValueError):
        return None
    # files of older versions have no digest
    if (about.get("model"), about.get("credit")) != (model, CREDIT) or (
        about.get("digest") not in (None, digest.of(tensors))
    ):
        return None
    explanation = Explanation.of(explained, first_seed, (totals, course))
    return explanation if _has_form(explanation) and explanation.is_finite else None


def _has_form(explanation: Explanation) -> bool:
    """The sums have the sizes that they would have if they were computed."""
    windows, K = explanation.explained.windows, len(explanation.seeds)
    W, H, N, T = len(windows), windows.horizon, windows.variables, windows.lookback
    maps = (K, H, N, T)
    sizes = ((K, H, N), (K, min(BLOCKS, W), H, N), maps, maps, (H, N), (H, N))
    return (
        tuple(values.shape for values in explanation.totals) == sizes
        and tuple(values.shape for values in explanation.course) == ((W, N), (W, N), (W, H), (W, H))
        and {values.dtype for values in explanation.totals} == {np.dtype(np.float64)}
        and {values.dtype for values in explanation.course} == {np.dtype(np.float32)}
    )
