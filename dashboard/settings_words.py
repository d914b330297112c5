"""Settings in words: choices, labels, and what sets two runs apart."""

from dataclasses import fields

from imv_core import Settings

CELLS = {"tensor": "kept apart (IMV-Tensor)", "full": "gates see all (IMV-Full)"}
PREDICTIONS = {
    "auto": "whichever of both varies less",
    "level": "its level",
    "change": "its change since the last row",
}
OBJECTIVES = {
    "balanced": "balanced: squared and absolute error",
    "mse": "mse: squared error",
    "em": "em: one variable explains each value (the paper's)",
}
ATTENTIONS = {"inputs": "inputs, lag by lag", "states": "hidden states (the paper's)"}
DEVICES = {"auto": "the GPU", "cpu": "the CPU"}  # of a machine with a GPU
LABELS = {
    "target": "Target",
    "variables": "Variables",
    "lookback": "Lookback",
    "horizon": "Horizon",
    "cell": "Cell",
    "attention": "Attention over",
    "objective": "Objective",
    "predict": "Predicted",
    "hidden_size": "Hidden units a variable",
    "max_epochs": "Epochs at most",
    "batch_size": "Windows a batch",
    "learning_rate": "Learning rate",
    "patience": "Epochs without a gain",
    "seed": "Seed",
    "seeds": "Seeds",
    "device": "Device",
    "train_share": "Training part",
    "validation_share": "Validation part",
    "fill": "Missing inputs take",
}


def in_short(settings: Settings) -> str:
    """What is most asked for, on one line."""
    cell = {"tensor": "IMV-Tensor", "full": "IMV-Full"}[settings.cell]
    parts = [
        cell,
        settings.attention,
        settings.objective,
        counted(settings.lookback, "lag"),
        f"{counted(settings.horizon, 'step')} ahead",
        f"seed {settings.seed}"
        if settings.seeds == 1
        else f"seeds {settings.seed} to {settings.seed + settings.seeds - 1}",
    ]
    return ", ".join(parts)


def differences(first: Settings, second: Settings) -> dict[str, tuple[str, str]]:
    """The settings that are not the same: label -> what either has."""
    return {
        LABELS[field.name]: (
            written(field.name, getattr(first, field.name)),
            written(field.name, getattr(second, field.name)),
        )
        for field in fields(Settings)
        if getattr(first, field.name) != getattr(second, field.name)
    }


def written(name: str, value: object) -> str:
    """The value of a setting, where it is no choice among words."""
    if isinstance(value, tuple):  # variables
        return ", ".join(value)
    if name == "batch_size" and value is None:
        return "by the number of windows"
    if name.endswith("_share"):
        return f"{value:.4g} of the rows"
    return f"{value}"


def counted(number: int, what: str) -> str:
    """1 lag, 2 lags, 1,000 lags."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")
