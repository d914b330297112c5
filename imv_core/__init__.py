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
    from imv_core.explaining.explanation import Explanation
    from imv_core.explaining.single_forecast import OneForecast
    from imv_core.faithfulness.report import TrustReport
    from imv_core.forecaster import IMVForecaster
    from imv_core.synthetic.hidden_effect import Injected, inject
    from imv_core.tables.table import Table, read_table
    from imv_core.training.settings import Settings

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
    "Explanation": "explaining.explanation",
    "IMVForecaster": "forecaster",
    "Injected": "synthetic.hidden_effect",
    "OneForecast": "explaining.single_forecast",
    "Settings": "training.settings",
    "Table": "tables.table",
    "TrustReport": "faithfulness.report",
    "inject": "synthetic.hidden_effect",
    "read_table": "tables.table",
}
"""Modules of the public names; all others are errors."""


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for: the child that parses files needs no torch."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"imv_core.{HOMES.get(name, 'errors')}"), name)
