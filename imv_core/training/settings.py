"""The settings of a forecaster, checked where they enter."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from typing import Any, NamedTuple

from imv_core.compute import DEVICES
from imv_core.errors import SettingsError
from imv_core.model.imv_lstm import ModelSettings
from imv_core.model.objectives import OBJECTIVES
from imv_core.storage import Format, from_json
from imv_core.windows.scaling import FILLS

FORMAT = Format(1)  # of settings in files; a setting that is renamed goes into its table
PREDICTIONS = ("auto", "level", "change")
MOST_SEEDS = 50
LONGEST = 100_000  # rows of a window, steps of a forecast


@dataclass(frozen=True)
class TrainingSettings:
    """How a model is trained; nothing here changes what the model is."""

    objective: str = "balanced"
    max_epochs: int = 15
    batch_size: int | None = None  # windows; None: see `batch_size_for`
    learning_rate: float = 0.008
    weight_decay: float = 0.01
    patience: int = 8  # epochs without a better validation loss before stopping
    seed: int = 0

    def __post_init__(self) -> None:
        if self.objective not in OBJECTIVES:
            raise SettingsError(
                f"There is no objective '{self.objective}'; choose one of {', '.join(OBJECTIVES)}."
            )
        for name in ("max_epochs", "batch_size", "patience"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"'{name}' is {getattr(self, name)}; it must be 1 or more.")
        if not 0 <= self.seed < 2**32:
            raise SettingsError(f"'seed' is {self.seed}; it must lie between 0 and 4,294,967,295.")
        if not 0 < self.learning_rate < 1:
            raise SettingsError(
                f"'learning_rate' is {self.learning_rate:g}; it must lie between 0 and 1."
            )


@dataclass(frozen=True)
class Settings:
    """Everything that an `IMVForecaster` is told; see there."""

    target: str
    variables: tuple[str, ...] | None = None
    lookback: int = 10
    horizon: int = 1
    cell: str = "tensor"
    attention: str = "inputs"
    objective: str = "balanced"
    predict: str = "auto"
    hidden_size: int = 16
    max_epochs: int = 15
    batch_size: int | None = None
    learning_rate: float = 0.008
    patience: int = 8
    seed: int = 0
    seeds: int = 1
    device: str = "auto"
    train_share: float = 0.7
    validation_share: float = 0.15
    fill: str = "last"

    def __post_init__(self) -> None:
        self._check_numbers()
        if self.variables is not None and not self.variables:
            raise SettingsError("No variable is chosen; choose at least one.")
        repeated = [name for name, n in Counter(self.variables or ()).items() if n > 1]
        if repeated:
            raise SettingsError(f"The variable '{repeated[0]}' is named twice; name it once.")
        train, validation = self.train_share, self.validation_share
        if not (train > 0 and validation > 0 and train + validation < 1):  # also of NaN
            raise SettingsError(
                f"The shares for training ({train:g}) and validation ({validation:g}) must be "
                "above 0 and leave something for the test part."
            )
        for name in ("lookback", "horizon"):
            if getattr(self, name) > LONGEST:
                raise SettingsError(
                    f"'{name}' is {getattr(self, name)}; it must be {LONGEST:,} or less."
                )
        if self.predict not in PREDICTIONS:
            raise SettingsError(f"'predict' is '{self.predict}'; choose auto, level or change.")
        if self.device not in DEVICES:
            raise SettingsError(f"'device' is '{self.device}'; choose auto, cpu or cuda.")
        if self.fill not in FILLS:
            raise SettingsError(f"'fill' is '{self.fill}'; choose {' or '.join(FILLS)}.")
        if not 1 <= self.seeds <= MOST_SEEDS:
            raise SettingsError(f"'seeds' is {self.seeds}; it must lie between 1 and {MOST_SEEDS}.")
        self.model(1)
        self.training  # noqa: B018 (checks its part)

    def _check_numbers(self) -> None:
        """Numbers are numbers, of any library: "10" or 2.5 rows would fail far from here."""
        for field in fields(self):
            value, usual = getattr(self, field.name), field.default
            if isinstance(usual, float):
                if not isinstance(value, Real):
                    raise SettingsError(f"'{field.name}' is {value!r}; it must be a number.")
                object.__setattr__(self, field.name, float(value))
            elif isinstance(usual, int) or (field.name == "batch_size" and value is not None):
                if not isinstance(value, Integral):
                    raise SettingsError(f"'{field.name}' is {value!r}; it must be a whole number.")
                object.__setattr__(self, field.name, int(value))

    def model(self, variables: int) -> ModelSettings:
        """The part that shapes the parameters, for N variables."""
        return ModelSettings(
            variables=variables,
            lookback=self.lookback,
            horizon=self.horizon,
            hidden_size=self.hidden_size,
            cell=self.cell,
            attention=self.attention,
        )

    @property
    def training(self) -> TrainingSettings:
        """The part that guides the training."""
        return TrainingSettings(
            objective=self.objective,
            max_epochs=self.max_epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            patience=self.patience,
            seed=self.seed,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain values for a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Settings":
        """The inverse of `to_json`; TypeError where names or types are not those of settings."""
        return from_json(cls, FORMAT.upgrade(values))


class Preset(NamedTuple):
    """A name, a line about it, and the settings that it fixes; others stay as they are."""

    name: str
    line: str
    values: Mapping[str, object]


def presets() -> dict[str, Preset]:
    """All of them, by their keys."""
    balanced = {
        name: getattr(Settings, name)
        for name in (
            *("cell", "attention", "objective", "predict", "hidden_size"),
            *("max_epochs", "batch_size", "learning_rate", "patience"),
        )
    }
    paper = {
        "attention": "states",
        "objective": "em",
        "predict": "level",
        "max_epochs": 20,
        "batch_size": 128,
        "learning_rate": 0.005,
    }
    return {
        "quick": Preset(
            "Quick look",
            "A third of the epochs, half the hidden units: is there anything in it?",
            {**balanced, "max_epochs": 5, "hidden_size": 8},
        ),
        "balanced": Preset(
            "Balanced",
            "The defaults: attention over inputs, starting from a regression.",
            balanced,
        ),
        "paper": Preset(
            "The paper's",
            "Attention over hidden states, objective em. Forecasts worse where effects add up.",
            {**balanced, **paper},
        ),
    }
