"""Errors of a model and of simple forecasts on the same windows."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.errors import TableError


def score(forecast: pd.DataFrame, rivals: Mapping[str, Floats]) -> "pd.Series[float]":
    """Compute errors over all steps with a true value, in the target's unit.

    Args:
        forecast: from `IMVForecaster.predict`.
        rivals: name -> simple forecasts of the same rows.

    Returns:
        rmse, mae, coverage (share of true values inside the interval), and for each simple forecast
        NAME_rmse and NAME_mae.

    Raises:
        TableError: there is no true value.
    """
    actual = forecast["actual"].to_numpy()
    known = np.isfinite(actual)
    if not known.any():
        raise TableError("There are no true values to score the forecasts against.")
    inside = (actual >= forecast["lower"]) & (actual <= forecast["upper"])
    scores = {
        **_errors(actual[known], forecast["forecast"].to_numpy()[known]),
        "coverage": float(inside[known].mean()),
    }
    for name, rival in rivals.items():
        errors = _errors(actual[known], rival[known])
        scores |= {f"{name}_{key}": value for key, value in errors.items()}
    return pd.Series(scores)


def _errors(actual: Floats, forecast: Floats) -> dict[str, float]:
    error = forecast - actual
    return {"rmse": float(np.sqrt(np.mean(error**2))), "mae": float(np.mean(np.abs(error)))}
