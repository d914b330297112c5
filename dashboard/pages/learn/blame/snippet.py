"""Who is blamed after each epoch; and what if effects add?"""

import numpy as np

import imv_core
from imv_core.inspect.em_bound import blame

relay = imv_core.read_table("sample_data/lessons/relay.csv")
importance = np.full(4, 0.25)  # before the first epoch
course = []
for epoch in range(1, 41):
    forecaster = imv_core.IMVForecaster.load(f"sample_data/lessons/epochs/{epoch:02}.imv")
    course.append(blame(forecaster, relay, "train", importance))
    importance = course[-1].importance  # in the loss of the next epoch
print(course[-1])

chorus = imv_core.read_table("sample_data/planted_lags.csv")
rmse = {}
for objective in ("em", "mse", "balanced"):
    forecaster = imv_core.IMVForecaster.load(f"sample_data/lessons/chorus_{objective}.imv")
    rmse[objective] = forecaster.score(chorus)["rmse"]
print(rmse)
