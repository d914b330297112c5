"""The settings of a forecaster, checked where they enter."""

from collections import Counter
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from typing import Any

from imv_core.devices import DEVICES
from imv_core.errors import SettingsError
from imv_core.model import ModelSettings
from imv_core.scaling import FILLS
from imv_core.stored import from_json
from imv_core.training import TrainingSettings

PREDICTIONS = ("auto", "level", "change")
MOST_SEEDS = 50
LONGEST = 100_000  # rows of a window, steps of a forecast


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
        return from_json(cls, values)
