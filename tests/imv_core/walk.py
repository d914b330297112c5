"""A walk through all that a forecaster can be asked, to compare two of them."""

import numpy as np
import pandas as pd

from imv_core import IMVForecaster, Table

SMALL = {"max_epochs": 1, "hidden_size": 2, "lookback": 3, "batch_size": 64}


def all_numbers(forecaster: IMVForecaster, table: Table) -> dict[str, np.ndarray]:
    """What a trained forecaster says of a table, by names."""
    explanation = forecaster.explain(table)
    one = forecaster.explain_one(table)
    changed = forecaster.what_if(one, one.values + 0.1)
    report = forecaster.check(table, siblings=1)
    found: dict[str, np.ndarray | pd.DataFrame | pd.Series] = {
        "forecasts": forecaster.predict(table)[["forecast", "lower", "upper"]],
        "scores": forecaster.score(table),
        "losses": np.array([record.validation_loss for record in forecaster.fitted.history]),
        "importance": explanation.importance_by_step,
        "importance range": explanation.importance_range,
        "lags": explanation.temporal_importance,
        **{
            f"window's {k}": v for k, v in explanation.explainer.details(slice(3))._asdict().items()
        },
        "window": next(explanation.explainer.frames())[["attention", "contribution"]],
        "one forecast": one.forecast,
        "its contributions": one.contribution,
        "its q": one.responsibility,
        "what if": changed.forecast,
        "attribution of one": forecaster.attribute_one(table, one),
        "checked variables": report.by_variable,
        "checked attributions": pd.concat(report.attributions.values()),
        "ablations": report.ablations,
        "curves": report.curves[["share", "change"]],
        "random models": report.randomised,
        "siblings": report.stability.query("over == 'seeds'")[["tau", "overlap"]],
    }
    return {name: np.asarray(values, dtype=float) for name, values in found.items()}


def assert_same(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], rtol=1e-4, atol=1e-5
) -> None:
    """All numbers are the same but for rounding, each beside the largest of its kind."""
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        near = atol + rtol * np.nanmax(np.abs(values), initial=0.0)
        np.testing.assert_allclose(found[name], values, rtol=rtol, atol=near, err_msg=name)
