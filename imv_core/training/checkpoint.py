"""State of a training in one file, from which it resumes with the same numbers."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from imv_core import storage
from imv_core.errors import CheckpointError, VersionError
from imv_core.training.history import EpochRecord
from imv_core.training.trainer import Training

FORMAT = storage.Format(2)


def write(path: Path, training: Training) -> None:
    """Write all that the next epoch depends on."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in training.state.items()}
    history = json.dumps([record.to_json() for record in training.history])
    metadata = {"version": str(FORMAT.version), "history": history}
    storage.replace(path, lambda part: part.write_bytes(save(tensors, metadata)))


def read(path: Path, training: Training) -> None:
    """Set a new training of the same settings and windows to the state that `write` wrote.

    Raises:
        CheckpointError: the file is damaged, or of another training. The training is spoilt then.
        VersionError: a version of this program wrote the file that this one cannot read.
    """
    try:
        with safe_open(path, "pt") as file:
            metadata = file.metadata()
            FORMAT.check(int(metadata.get("version", 1)))
            history = json.loads(metadata["history"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        training.restore([EpochRecord.from_json(record) for record in history], tensors)
    except VersionError as error:
        raise VersionError(
            f"'{path}' cannot be read. {error} Or remove the file to train from the beginning."
        ) from error
    except (
        *(OSError, SafetensorError, LookupError, TypeError, ValueError, RuntimeError),
        AttributeError,  # no metadata
    ) as error:
        raise CheckpointError(
            f"'{path}' is damaged, or of a training with other settings. Remove it to train from "
            "the beginning."
        ) from error
