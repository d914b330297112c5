"""Forecasting that shows why: IMV-LSTM (Guo et al., ICML 2019), its training and explanations."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    from imv_core.injected import Injected, inject
    from imv_core.one_forecast import OneForecast
    from imv_core.settings import Settings
    from imv_core.table import Table, read_table

__version__ = "0.1.0"

__all__ = [
    "CheckStopped",
    "Explanation",
    "IMVForecaster",
    "ImvError",
    "Injected",
    "ModelFileError",
    "OneForecast",
    "RunError",
    "Settings",
    "SettingsError",
    "Table",
    "TableError",
    "TrustReport",
    "inject",
    "read_table",
]

HOMES = {
    "Explanation": "explanation",
    "IMVForecaster": "forecaster",
    "Injected": "injected",
    "OneForecast": "one_forecast",
    "Settings": "settings",
    "Table": "table",
    "TrustReport": "faithfulness.trust_report",
    "inject": "injected",
    "read_table": "table",
}
"""Modules of the public names; all others are errors."""


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for: the child that parses files needs no torch."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"imv_core.{HOMES.get(name, 'errors')}"), name)
