"""Read a window step by step: whose are the hidden numbers?"""

import imv_core
from imv_core.inspect.poke import reach
from imv_core.inspect.recurrences import PlainLSTM, unroll

table = imv_core.read_table("sample_data/lessons/relay.csv")
forecaster = imv_core.IMVForecaster.load("sample_data/lessons/tensor.imv")
first = forecaster.fitted.split.rows(table.frame.index, "test").start
window = forecaster.explain_one(table, first).scaled  # lags x variables

network = forecaster.fitted.model.models[0]
h = unroll(network, window).h  # steps x variables x units; also j, i, f, o and c
plain = PlainLSTM.load("sample_data/lessons/plain_lstm.safetensors")
moved = {}
for name, cell in {"imv": network.cell, "plain": plain.cell}.items():
    by_x2 = reach(cell, window)[1]  # x2's share in the movement of each hidden number
    moved[name] = int((by_x2 > 0).sum())
print(moved)  # how many hidden numbers x2 moves: 4, and all 16
