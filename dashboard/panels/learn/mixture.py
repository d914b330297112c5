"""What each component says of a value, and who takes responsibility for it."""

import numpy as np
import pandas as pd

from dashboard.charts.learn.mixture import densities, shares
from dashboard.charts.look import Palette
from dashboard.panels.panel import Panel
from imv_core import OneForecast
from imv_core.anatomy.mixing import mix

LOW, HIGH = 40.0, 160.0  # holds every component of every window
POINTS = 481  # of a density
SEEN = 0.02  # the least weight of a bell that an axis has to hold


def components(one: OneForecast, y: float, look: Palette) -> Panel:
    """The densities over the target's values.

    Args:
        one: a forecast of the relay.
        y: a value of the target.
        look: of the page.
    """
    names, actual = list(one.variables), float(one.seen.actual[0])
    values = np.linspace(*_in_view(one, y, actual), POINTS)
    parts = pd.DataFrame(mix(one, values).parts, pd.Index(values, name="y"), names)
    at = pd.Series(mix(one, np.array([y])).parts[0], names)
    return Panel(
        f"At y = {y:g} the bells of all variables add up to a density of {at.sum():.2g}; "
        f"the highest there is that of {at.idxmax()}",
        densities(parts, at, y, actual, look),
        lambda: parts.assign(together=parts.sum(axis=1)).reset_index(),
        "learn/mixture",
    )


def responsibility(one: OneForecast, y: float, look: Palette) -> Panel:
    """Prior beside posterior.

    Args:
        one: a forecast of the relay.
        y: a value of the target.
        look: of the page.
    """
    names = list(one.variables)
    prior = pd.Series(one.weight[0], names)
    posterior = pd.Series(mix(one, np.array([y])).posterior[0], names)
    most = str(posterior.idxmax())
    return Panel(
        f"If y = {y:g} came true, {most} would take {posterior[most]:.0%} of the responsibility; "
        f"its prior is {prior[most]:.0%}",
        shares(prior, posterior, look),
        lambda: pd.DataFrame({"variable": names, "prior": prior, "posterior": posterior}),
        "learn/mixture",
    )


def _in_view(one: OneForecast, y: float, actual: float) -> tuple[float, float]:
    """Ends that hold y, what came true, and each bell that is not all but flat."""
    seen = one.weight[0] > SEEN
    middle, width = one.component_mean[0][seen], one.component_spread[0][seen]
    ends = [y - 2, y + 2, actual - 2, actual + 2, *(middle - 4 * width), *(middle + 4 * width)]
    return float(min(ends)), float(max(ends))
