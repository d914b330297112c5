"""Worlds whose drivers and lags are known, so that an explanation can be marked right or wrong.

Sources of the idea: synthetic series with a transparent generating process, after D. Barić,
P. Fumić, D. Horvatić and T. Lipic (2021), "Benchmarking Attention-Based Interpretability of Deep
Learning in Multivariate Time Series Predictions", Entropy 23(2), 143, doi:10.3390/e23020143;
cells of variable and time that are known to matter, among variables of white and of
autoregressive noise that are known not to, after A. A. Ismail, M. Gunady, H. Corrada Bravo and
S. Feizi (2020), "Benchmarking Deep Learning Interpretability in Time Series Predictions", NeurIPS
33, arXiv:2010.13924. The equations are our own; where an idea within them is theirs, it is said.

In every equation the variables are scaled, e is standard normal noise, and the table's target is
100 + 20 y. In all worlds but `additive_lags` and `relay` the seed draws three drivers p, q and r,
in the order of `lags`, their lags i, j and k (1 to 8), and strengths a, b and c, 0.6 to 1.2 with
random signs: the same ones in every world. The target's own past helps in `seasonal` alone, and in
`regime`, where past errors betray the strengths that hold.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import cycle

import numpy as np

from imv_core.synthetic.generator import (
    LONGEST_LAG,
    MEMORY,
    NOISE,
    VARIABLES,
    PlantedWorld,
    draw,
    lagged,
    series,
    sizes,
    table,
)

__all__ = [
    "WORLDS",
    "PlantedWorld",
    "additive",
    "additive_lags",
    "copies",
    "correlated",
    "heavy_tails",
    "interaction",
    "no_signal",
    "nonlinear",
    "regime",
    "relay",
    "seasonal",
    "switching",
]


# driver -> its lag, and its strength or its chance
ADDITIVE_LAGS = {"x2": (3, 1.0), "x5": (7, 0.8), "x7": (2, 0.6)}
RELAY = {"x2": (3, 0.5), "x5": (7, 0.3), "x7": (2, 0.2)}


def additive_lags(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant three drivers among eight variables, each at one lag, linear and additive.

    `y[t] = 1.0 x2[t-3] + 0.8 x5[t-7] + 0.6 x7[t-2] + 0.3 e[t]`, whatever the seed.
    All variables are independent white noise, but for x3 and x6, which do not act and remember 0.3
    of their last row.
    """
    rng = np.random.default_rng(seed)
    planted = ADDITIVE_LAGS
    past = max(lag for lag, _ in planted.values())  # drawn before the first row shown
    remembering = ("x3", "x6")
    scaled = {
        name: series(rng, past + rows, MEMORY if name in remembering else 0.0) for name in VARIABLES
    }
    y = NOISE * rng.standard_normal(rows)
    for name, (lag, strength) in planted.items():
        y += strength * lagged(scaled[name], lag, rows)
    variance = sum(strength**2 for _, strength in planted.values()) + NOISE**2
    return PlantedWorld(
        frame=table(y, scaled),
        target="y",
        lags={name: (lag,) for name, (lag, _) in planted.items()},
        noise=NOISE / variance**0.5,
    )


def relay(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant the drivers and lags of `additive_lags`, one of which makes each row by itself.

    `y[t] = (x2[t-3] or x5[t-7] or x7[t-2]) + 0.15 e[t]`: which one is drawn anew for every row,
    with chances of 0.5, 0.3 and 0.2, and nothing tells it beforehand. It is the world of eq. (8):
    a mixture, whose weights are the chances.
    """
    rng = np.random.default_rng(seed)
    planted = RELAY
    scaled = {name: series(rng, LONGEST_LAG + rows, 0.0) for name in VARIABLES}
    runners = np.stack([lagged(scaled[name], lag, rows) for name, (lag, _) in planted.items()])
    chances = [chance for _, chance in planted.values()]
    y = runners[rng.choice(len(runners), rows, p=chances), np.arange(rows)]
    y = y + 0.15 * rng.standard_normal(rows)
    expected = np.array(chances) @ runners
    return PlantedWorld(
        frame=table(y, scaled),
        target="y",
        lags={name: (lag,) for name, (lag, _) in planted.items()},
        noise=float((y - expected).std() / y.std()),
    )


def additive(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant three linear effects: `y[t] = a p[t-i] + b q[t-j] + c r[t-k] + 0.3 e[t]`."""
    ground = draw(rows, seed)
    return ground.world(ground.strengths @ ground.past(), ground.noise())


def nonlinear(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant a step that saturates, a square and a wave, each of variance 1.

    `y[t] = a 1.25 tanh(2 p[t-i]) + b (q[t-j]^2 - 1) / sqrt(2) + c sqrt(2) sin(2 r[t-k]) + 0.3 e[t]`
    The square does not correlate with its driver. tanh of the past: Barić et al., data sets 3, 6.
    """
    ground = draw(rows, seed)
    p, q, r = ground.past()
    shapes = [1.25 * np.tanh(2.0 * p), (q**2 - 1.0) / 2**0.5, 2**0.5 * np.sin(2.0 * r)]
    return ground.world(ground.strengths @ np.stack(shapes), ground.noise())


def switching(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Let the sign of one driver decide which of the two others acts.

    `y[t] = (b q[t-j] if p[t-i] > 0 else c r[t-k]) + 0.3 e[t]`
    A switch in the past that chooses between drivers: Barić et al., data set 8.
    """
    ground = draw(rows, seed)
    p, q, r = ground.past()
    _, b, c = ground.strengths
    return ground.world(np.where(p > 0.0, b * q, c * r), ground.noise())


def interaction(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant a product of two drivers, neither of which correlates with the target, and a third.

    `y[t] = a p[t-i] q[t-j] + c r[t-k] + 0.3 e[t]`
    """
    ground = draw(rows, seed)
    p, q, r = ground.past()
    a, _, c = ground.strengths
    return ground.world(a * p * q + c * r, ground.noise())


def correlated(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` where each variable that does not act correlates with one that does.

    `x[t] = rho p[t] + sqrt(1 - rho^2) u[t]` for each of the five others, u being its own noise and
    rho between 0.7 and 0.8. They are shared out in turn: two to p, two to q, one to r.
    """
    ground = draw(rows, seed)
    for other, driver in zip(ground.others, cycle(ground.lags), strict=False):
        ground.tie(other, driver, ground.rng.uniform(0.7, 0.8))
    return ground.world(ground.strengths @ ground.past(), ground.noise())


def copies(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` where two of the other variables repeat p but for one part in a thousand.

    `x[t] = 0.999 p[t] + sqrt(1 - 0.999^2) u[t]`, u being the variable's own noise.
    """
    ground = draw(rows, seed)
    driver = next(iter(ground.lags))
    alike = tuple(sorted(ground.rng.choice(ground.others, 2, replace=False).tolist()))
    for other in alike:
        ground.tie(other, driver, 0.999)
    world = ground.world(ground.strengths @ ground.past(), ground.noise())
    return replace(world, copies={driver: alike}, neutral=frozenset(alike))


def seasonal(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` and a day's rise and fall: `... + sin(2 pi t / 24 + phase) + 0.3 e[t]`.

    The season can be forecast, from the clock or from the target's own past; the phase is drawn.
    """
    ground = draw(rows, seed)
    phase = ground.rng.uniform(0.0, 2.0 * np.pi)
    season = np.sin(2.0 * np.pi * np.arange(rows) / 24.0 + phase)
    world = ground.world(ground.strengths @ ground.past() + season, ground.noise())
    return replace(world, neutral=frozenset({world.target}))


def heavy_tails(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` with Student's t, 3 degrees of freedom, scaled to variance 1, for e."""
    ground = draw(rows, seed)
    noise = NOISE * ground.rng.standard_t(3, rows) / 3**0.5
    return ground.world(ground.strengths @ ground.past(), noise)


def regime(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` with strengths that change one to three times: a[t], b[t] and c[t].

    At each change one driver's sign turns and all sizes are drawn anew. Changes lie between 20%
    and 60% of the rows, so that what holds at the end can be learnt. The noise is what is left to
    one who knows the strengths of every row.
    """
    ground = draw(rows, seed)
    rng, signs = ground.rng, np.sign(ground.strengths)
    strengths = np.tile(ground.strengths[:, None], rows)
    for share in np.sort(rng.uniform(0.2, 0.6, rng.integers(1, 4))):
        signs[rng.integers(len(signs))] *= -1.0
        strengths[:, int(share * rows) :] = (signs * sizes(rng))[:, None]
    world = ground.world((strengths * ground.past()).sum(axis=0), ground.noise())
    return replace(world, neutral=frozenset({world.target}))


def no_signal(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant nothing: `y[t] = e[t]`. Whatever an explanation shows here, it made up."""
    ground = draw(rows, seed)
    world = ground.world(np.zeros(rows), ground.rng.standard_normal(rows))
    return replace(world, lags={})


WORLDS: dict[str, Callable[..., PlantedWorld]] = {
    world.__name__: world
    for world in (
        *(additive, nonlinear, switching, interaction, correlated),
        *(copies, seasonal, heavy_tails, regime, no_signal),
    )
}
