"""Where to compute: on a GPU where there is one, else on the CPU.

A model computes where its weights are (`Ensemble.device`): every batch is moved there, and what
leaves for NumPy or for a file is moved to the CPU.
"""

import torch

from imv_core.errors import SettingsError

DEVICES = ("auto", "cpu", "cuda")
GPU = "cuda"  # PyTorch's name of it


def has_gpu() -> bool:
    """Whether this machine has a GPU that PyTorch can use."""
    return torch.cuda.is_available()


def to_train_on(device: str) -> torch.device:
    """The device that a setting names; "auto": a GPU where there is one.

    Raises:
        SettingsError: it names a GPU, and there is none.
    """
    if device == "cuda" and not has_gpu():
        raise SettingsError(
            "The setting 'device' is 'cuda', but this machine has no GPU that PyTorch can use. "
            "Train with device 'auto' or 'cpu'."
        )
    return to_run_on(device)


def to_run_on(device: str) -> torch.device:
    """The same for a trained model, which runs on the CPU where there is no GPU."""
    return torch.device(GPU if device != "cpu" and has_gpu() else "cpu")
