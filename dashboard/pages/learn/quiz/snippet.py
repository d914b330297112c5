"""Fresh planted data, a model trained on them, and its importance compared with the truth."""

import imv_core
from imv_core.synthetic.worlds import WORLDS

world = WORLDS["additive"](600, seed=1)  # or "nonlinear"; the seed is the number of the quiz
table = imv_core.read_table(world.frame)
forecaster = imv_core.IMVForecaster(
    "y", lookback=8, hidden_size=4, max_epochs=2, predict="level"
).fit(table)
importance = forecaster.explain(table).variable_importance  # of the test part; sums to 1
named = list(importance.drop("y").nlargest(3).index)
found = [name for name in named if name in world.lags]
print(importance.round(3))
print(f"It names {named}; {world.lags} were planted: {len(found)} of {len(world.lags)} found")
