"""Errors of forecasts, beside those of rivals on the same windows."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from imv_core.arrays import Floats
from imv_core.errors import TableError


def score(forecast: pd.DataFrame, rivals: Mapping[str, Floats]) -> "pd.Series[float]":
    """Errors over all steps with a true value, in the target's unit.

    Args:
        forecast: as `IMVForecaster.predict` gives it.
        rivals: name -> forecasts for the same rows.

    Returns:
        rmse, mae, coverage (share of true values in the interval), and for each rival NAME_rmse
        and NAME_mae.
    """
    actual = forecast["actual"].to_numpy()
    seen = np.isfinite(actual)
    if not seen.any():
        raise TableError("There are no true values to score the forecasts against.")
    inside = (actual >= forecast["lower"]) & (actual <= forecast["upper"])
    scores = {
        **_errors(actual[seen], forecast["forecast"].to_numpy()[seen]),
        "coverage": float(inside[seen].mean()),
    }
    for name, rival in rivals.items():
        errors = _errors(actual[seen], rival[seen])
        scores |= {f"{name}_{key}": value for key, value in errors.items()}
    return pd.Series(scores)


def _errors(actual: Floats, forecast: Floats) -> dict[str, float]:
    error = forecast - actual
    return {"rmse": float(np.sqrt(np.mean(error**2))), "mae": float(np.mean(np.abs(error)))}
