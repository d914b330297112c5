"""The settings of a forecaster, checked where they enter."""

from dataclasses import asdict, dataclass
from typing import Any

from imv_core.devices import DEVICES
from imv_core.errors import SettingsError
from imv_core.model import ModelSettings
from imv_core.scaling import FILLS
from imv_core.stored import from_json
from imv_core.training import TrainingSettings

PREDICTIONS = ("auto", "level", "change")
MOST_SEEDS = 50


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
        if self.variables is not None and not self.variables:
            raise SettingsError("No variable is chosen; choose at least one.")
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
