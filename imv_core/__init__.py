"""Forecasting that shows why: IMV-LSTM (Guo et al., ICML 2019), its training and explanations."""

from imv_core.errors import (
    CheckStopped,
    ImvError,
    ModelFileError,
    RunError,
    SettingsError,
    TableError,
)
from imv_core.explanation import Explanation
from imv_core.faithfulness.trust_report import TrustReport
from imv_core.forecaster import IMVForecaster
from imv_core.one_forecast import OneForecast
from imv_core.settings import Settings
from imv_core.table import Table, read_table

__version__ = "0.1.0"

__all__ = [
    "CheckStopped",
    "Explanation",
    "IMVForecaster",
    "ImvError",
    "ModelFileError",
    "OneForecast",
    "RunError",
    "Settings",
    "SettingsError",
    "Table",
    "TableError",
    "TrustReport",
    "read_table",
]
