"""Who would take responsibility for a value, in window 1 of the test part?"""

import numpy as np

import imv_core
from imv_core.inspect.mixing import mix

y = 110.0
table = imv_core.read_table("sample_data/lessons/relay.csv")
forecaster = imv_core.IMVForecaster.load("sample_data/lessons/tensor.imv")
first = forecaster.fitted.split.rows(table.frame.index, "test").start
one = forecaster.explain_one(table, first)
mixing = mix(one, np.array([y]))
density = mixing.density[0]
prior = dict(zip(one.variables, one.weight[0], strict=True))
posterior = dict(zip(one.variables, mixing.posterior[0], strict=True))
print(density, prior, posterior)
