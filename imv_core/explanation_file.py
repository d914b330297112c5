"""The sums of an explanation in one file, so that a million windows are passed but once.

Reading it executes nothing. A file that is damaged, or of another model, counts as missing.
"""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from imv_core.explained import Course, Explained, Totals
from imv_core.explanation import Explanation

# what importance adds up: a file with sums of something else counts as missing
CREDIT = "added and moved"


def write(path: Path, explanation: Explanation, model: str) -> None:
    """Write sums and course; `model` is a digest of the model that is explained."""
    tensors = {
        f"{kind}.{name}": np.ascontiguousarray(values)
        for kind, part in (("totals", explanation.totals), ("course", explanation.course))
        for name, values in part._asdict().items()
    }
    path.write_bytes(save(tensors, {"model": model, "credit": CREDIT}))


def read(path: Path, explained: Explained, first_seed: int, model: str) -> Explanation | None:
    """What `write` wrote of just this model and these windows, or None."""
    try:
        with safe_open(path, "np") as file:
            if file.metadata() != {"model": model, "credit": CREDIT}:
                return None
            totals = Totals(*(file.get_tensor(f"totals.{name}") for name in Totals._fields))
            course = Course(*(file.get_tensor(f"course.{name}") for name in Course._fields))
    except (OSError, SafetensorError):
        return None
    if {len(values) for values in course} != {len(explained.windows)}:
        return None
    return Explanation.of(explained, first_seed, (totals, course))
