"""Attention's peak, attribution's peak and the planted lag of each driver."""

import imv_core
from imv_core.arrays import by_lag
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.occlusion import replace_values

table = imv_core.read_table("sample_data/lessons/relay.csv")
planted = {"x2": 3, "x5": 7, "x7": 2}
attention, attribution = {}, {}
for name in ("tensor", "inputs"):  # attention over states, and over inputs
    forecaster = imv_core.IMVForecaster.load(f"sample_data/lessons/{name}.imv")
    explanation = forecaster.explain(table)  # of the test part
    training = explanation.explainer.windows.for_part("train")  # whose values replace others
    held_out = HeldOut(explanation.explainer, training, most=200)
    _, moved = replace_values(held_out, lambda share: None)  # windows x steps x variables x lags
    attention[name] = explanation.temporal_importance  # T, variables x lags
    attribution[name] = by_lag(moved.mean(axis=(0, 1)), explanation.variables)
    for driver, lag in planted.items():
        peaks = [found[name].loc[driver].idxmax() for found in (attention, attribution)]
        print(f"{name}: {driver} acts at lag {lag}; attention, attribution peak at {peaks}")
