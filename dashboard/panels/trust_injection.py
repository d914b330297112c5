"""The figure of an effect that was hidden in the user's own table."""

import pandas as pd

from dashboard.charts import injection as charts
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel
from imv_core.faithfulness.injection import ELSEWHERE, FOUND, MISSED, Injection

NO_EFFECT = "no effect"


def injection(found: Injection, colours: Palette) -> Panel:
    """What share of the importance the hidden column gets, strength by strength."""
    trials = found.trials
    first, *_, last = trials.itertuples(index=False)
    bars = pd.DataFrame(
        {
            "share": trials["share"].to_numpy(),
            "text": [f"lag {lag}" for lag in trials["lag_by_attention"]],
            "note": [
                f"lag {row.lag_by_attention} by temporal importance, "
                f"{row.lag_by_attribution} by attribution"
                for row in trials.itertuples(index=False)
            ],
            "outcome": [NO_EFFECT, *found.outcomes],
        },
        index=[NO_EFFECT, *(f"{strength:.0%}" for strength in trials["strength"][1:])],
    )
    return Panel(
        f"The hidden column gets {first.share:.0%} of the importance without an effect, and "
        f"{last.share:.0%} with one of {last.strength:.0%}",
        charts.shares(bars, (FOUND, ELSEWHERE, MISSED, NO_EFFECT), found.threshold, colours),
        lambda: trials.assign(outcome=bars["outcome"].to_numpy(), planted_lag=found.lag),
        "injection",
    )
