"""The settings of a forecaster, each declared once.

The shell's options, the form on the page Train, comparisons and the report are made from these
declarations. To add a setting, declare it here and add it to the signature of `IMVForecaster`.
"""

from collections import Counter
from dataclasses import MISSING, asdict, dataclass
from math import inf
from typing import Any

from imv_core.devices_and_threads import Device
from imv_core.errors import SettingsError
from imv_core.model.cells import Cell
from imv_core.model.imv_lstm import Attention, ModelSettings
from imv_core.model.objectives import Objective
from imv_core.named_choice import NamedChoice
from imv_core.storage import Format, from_json
from imv_core.training.declaration import About, Limits, Section, declared, setting
from imv_core.windows.scaling import Fill, Prediction
from imv_core.windows.split import check_shares

DATA, WINDOWS, MODEL, TRAINING = Section
FORMAT = Format(1)  # of settings in files; a setting that is renamed goes into its table


@dataclass(frozen=True)
class Settings:
    """All settings of an `IMVForecaster`, checked on construction.

    Raises:
        SettingsError: a value is of another type, out of its limits, or an unknown choice.
    """

    target: str = setting(
        MISSING,
        About(DATA, "Target", "column to forecast", on_form=False),
    )
    variables: tuple[str, ...] | None = setting(
        None,
        About(
            DATA,
            "Variables",
            "columns to forecast from",
            none="all usable, the target's own past too",
            on_form=False,
        ),
    )
    lookback: int = setting(
        10,
        About(
            WINDOWS,
            "Lookback",
            "rows per window",
            "A forecast is made from the rows of one window. Heatmaps show as many lags.",
        ),
        Limits(1, 100_000, on_form=(1, 500)),
    )
    horizon: int = setting(
        1,
        About(WINDOWS, "Horizon", "steps to forecast"),
        Limits(1, 100_000, on_form=(1, 48)),
    )
    cell: Cell = setting(
        Cell.TENSOR,
        About(
            MODEL,
            "Cell",
            "keep variables apart, or let the gates read all",
            "If variables are kept apart, the contribution of a variable is its own. If the gates "
            "read all variables, the model learns effects that need two variables at once, and "
            "importance is blurred.",
        ),
        {
            Cell.TENSOR: "variables kept apart (IMV-Tensor)",
            Cell.FULL: "gates read all variables (IMV-Full)",
        },
    )
    attention: Attention = setting(
        Attention.INPUTS,
        About(
            MODEL,
            "Attention over",
            "what is attended to",
            "With attention over inputs, a forecast splits exactly into shares of variables and "
            "lags. Hidden states remember older inputs, so a peak may come after the lag that "
            "matters.",
        ),
        {
            Attention.INPUTS: "inputs, lag by lag",
            Attention.STATES: "hidden states (the paper's)",
        },
    )
    objective: Objective = setting(
        Objective.BALANCED,
        About(
            MODEL,
            "Objective",
            "what training minimises",
            "What training minimises. With em, each variable learns a distribution of its own, and "
            "importance depends on which variable explained the true values; forecasts are worse "
            "where effects add up.",
        ),
        {
            Objective.BALANCED: "balanced: squared and absolute error",
            Objective.MSE: "mse: squared error",
            Objective.EM: "em: one variable explains each value (the paper's)",
        },
    )
    predict: Prediction = setting(
        Prediction.AUTO,
        About(
            MODEL,
            "Predicted value",
            "what is predicted of the target",
            "The change suits series that drift.",
        ),
        {
            Prediction.AUTO: "level or change, whichever varies less",
            Prediction.LEVEL: "level",
            Prediction.CHANGE: "change since the last row",
        },
    )
    hidden_size: int = setting(
        16,
        About(MODEL, "Hidden units per variable", "hidden units per variable"),
        Limits(1, 4096, on_form=(1, 256)),  # the weights of more would fill any memory
    )
    max_epochs: int = setting(
        15,
        About(
            TRAINING,
            "Maximum epochs",
            "maximum number of epochs",
            "Training stops earlier if the validation loss no longer improves.",
            flag="epochs",
        ),
        Limits(1, inf, on_form=(1, 500)),
    )
    batch_size: int | None = setting(
        None,
        About(TRAINING, "Batch size", "windows per batch", none="by the number of windows"),
        Limits(1, inf, on_form=(1, 4096)),
    )
    learning_rate: float = setting(
        0.008,
        About(
            TRAINING,
            "Learning rate",
            "highest learning rate",
            "The highest rate; the rate rises to it and then falls.",
        ),
        Limits(0, 1, on_form=(0.0001, 0.1), excludes_ends=True),
    )
    patience: int = setting(
        8,
        About(
            TRAINING,
            "Early-stopping patience",
            "epochs without a better validation loss before training stops",
            "Training stops after so many epochs without a better validation loss.",
        ),
        Limits(1, inf, on_form=(1, 500)),
    )
    seed: int = setting(
        0,
        About(
            TRAINING,
            "Seed",
            "seed of the random numbers; the same seed gives the same model",
            "The same seed gives the same model. Another seed shows what depends on chance.",
        ),
        Limits(0, 2**32 - 1, on_form=(0, 1_000_000)),
    )
    seeds: int = setting(
        1,
        About(
            TRAINING,
            "Number of seeds",
            "models trained side by side; their mean is the forecast",
            "Models trained side by side; their mean is the forecast.",
        ),
        Limits(1, 50, on_form=(1, 50)),
    )
    device: Device = setting(
        Device.AUTO,
        About(TRAINING, "Device", "where to train", "A small model trains as fast on the CPU."),
        {Device.AUTO: "a GPU, if there is one", Device.CPU: "the CPU"},
    )
    train_share: float = setting(
        0.7,
        About(
            DATA,
            "Training part",
            "share of the rows to learn from",
            unit="of the rows",
            on_form=False,
        ),
    )
    validation_share: float = setting(
        0.15,
        About(
            DATA,
            "Validation part",
            "share of the rows to choose the best epoch by; the rest is the test part",
            unit="of the rows",
            on_form=False,
        ),
    )
    fill: Fill = setting(
        Fill.LAST,
        About(DATA, "Fill missing inputs with", "what replaces missing inputs", on_form=False),
        {Fill.LAST: "the last value before", Fill.MEDIAN: "the training median"},
    )

    def __post_init__(self) -> None:
        for name, declaration in declared(type(self)).items():
            object.__setattr__(self, name, declaration.checked(getattr(self, name)))
        if self.variables is not None:
            object.__setattr__(self, "variables", tuple(self.variables))
            _check_names(self.variables)
        check_shares(self.train_share, self.validation_share)

    def model(self, variables: int) -> ModelSettings:
        """Return the settings that fix the shape of the parameters, for N variables."""
        return ModelSettings(
            variables=variables,
            lookback=self.lookback,
            horizon=self.horizon,
            hidden_size=self.hidden_size,
            cell=self.cell,
            attention=self.attention,
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file."""
        values = asdict(self).items()
        return {k: str(v) if isinstance(v, NamedChoice) else v for k, v in values}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Settings":
        """Return the settings that `to_json` wrote; TypeError if names or types are others."""
        return from_json(cls, FORMAT.upgrade(values))


def _check_names(variables: tuple[str, ...]) -> None:
    if not variables:
        raise SettingsError("No variable is chosen; choose at least one.")
    repeated = [name for name, n in Counter(variables).items() if n > 1]
    if repeated:
        raise SettingsError(f"The variable '{repeated[0]}' is named twice; name it once.")
