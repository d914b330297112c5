"""Raise the score of x2 at lag 3 by 4: what becomes of weights and forecast?"""

import imv_core
from imv_core.inspect.attending import attend, tanh_cap

table = imv_core.read_table("sample_data/lessons/relay.csv")
forecaster = imv_core.IMVForecaster.load("sample_data/lessons/tensor.imv")
first = forecaster.fitted.split.rows(table.frame.index, "test").start
one = forecaster.explain_one(table, first)
network = forecaster.fitted.model.models[0]

raised = {(1, 3): 4.0}  # x2 is variable 1, from 0
ways = {
    "trained": attend(network, one.scaled),
    "raised": attend(network, one.scaled, raised),
    "squashed": attend(network, one.scaled, raised, squashed=True),
}
weights, forecasts = {}, {}
for name, attending in ways.items():
    weights[name] = attending.alpha[1, -3]  # the last place is lag 1
    forecasts[name] = one.base[0] + attending.forecast * forecaster.fitted.scaling.spread[0]
print(weights, forecasts)
print(f"With tanh one of 10 lags gets at most {tanh_cap(10):.2f}")
