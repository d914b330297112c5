"""Poke x2 at lag 3 in both cells: who notices?"""

import imv_core
from imv_core.inspect.poke import leakage, poke

table = imv_core.read_table("sample_data/lessons/relay.csv")
leaks = {}
for name in ("tensor", "full"):
    forecaster = imv_core.IMVForecaster.load(f"sample_data/lessons/{name}.imv")
    first = forecaster.fitted.split.rows(table.frame.index, "test").start
    window = forecaster.explain_one(table, first).scaled  # lags x variables
    network = forecaster.fitted.model.models[0]
    change = poke(network.cell, window, variable=1, lag=3)  # x2; steps x variables x units
    leaks[name] = leakage(change, variable=1)
print(leaks)  # the share of movement in other rows: 0 in IMV-Tensor
