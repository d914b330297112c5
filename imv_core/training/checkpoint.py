"""A training in one file, to go on from with the same numbers as if it had never stopped."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from imv_core import storage
from imv_core.errors import CheckpointError
from imv_core.training.history import EpochRecord
from imv_core.training.trainer import Training


def write(path: Path, training: Training) -> None:
    """Keep all that its next epoch depends on."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in training.state.items()}
    metadata = {"history": json.dumps([record.to_json() for record in training.history])}
    storage.replace(path, lambda part: part.write_bytes(save(tensors, metadata)))


def read(path: Path, training: Training) -> None:
    """Bring a new training of the same settings and windows to where `write` was called.

    Raises:
        CheckpointError: the file is damaged, or of another training. The training is spoilt then.
    """
    try:
        with safe_open(path, "pt") as file:
            history = json.loads(file.metadata()["history"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        training.restore([EpochRecord.from_json(record) for record in history], tensors)
    except (OSError, SafetensorError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"'{path}' is damaged, or of a training with other settings. Remove it to train from "
            "the beginning."
        ) from error
