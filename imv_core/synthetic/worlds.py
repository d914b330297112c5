"""Planted worlds: tables with known drivers and lags, to test explanations.

Sources of the idea: synthetic series with a transparent generating process, after D. Barić,
P. Fumić, D. Horvatić and T. Lipic (2021), "Benchmarking Attention-Based Interpretability of Deep
Learning in Multivariate Time Series Predictions", Entropy 23(2), 143, doi:10.3390/e23020143;
known cells of variable and time that matter, among variables of white and autoregressive
noise that do not, after A. A. Ismail, M. Gunady, H. Corrada Bravo and
S. Feizi (2020), "Benchmarking Deep Learning Interpretability in Time Series Predictions", NeurIPS
33, arXiv:2010.13924. The equations are our own; ideas of theirs are named.

In every equation the variables are scaled, e is standard normal noise, and the table's target is
100 + 20 y. In all worlds but `additive_lags` and `relay` the seed draws three drivers p, q and r,
in the order of `lags`, their lags i, j and k (1 to 8), and strengths a, b and c, 0.6 to 1.2 with
random signs: the same ones in every world. The target's own past helps in `seasonal` alone, and in
`regime`, where past errors show the present strengths.
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
    draw_design,
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


# driver -> lag, and strength or chance
ADDITIVE_LAGS = {"x2": (3, 1.0), "x5": (7, 0.8), "x7": (2, 0.6)}
RELAY = {"x2": (3, 0.5), "x5": (7, 0.3), "x7": (2, 0.2)}


def additive_lags(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant three drivers among eight variables, each at one lag, linear and additive.

    `y[t] = 1.0 x2[t-3] + 0.8 x5[t-7] + 0.6 x7[t-2] + 0.3 e[t]`, whatever the seed.
    All variables are independent white noise, except x3 and x6, which do not act and keep 0.3 of
    their last row.
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
    """Plant the drivers and lags of `additive_lags`; one of them alone makes each row.

    `y[t] = (x2[t-3] or x5[t-7] or x7[t-2]) + 0.15 e[t]`: it is drawn per row, with
    chances of 0.5, 0.3 and 0.2, and no column shows it beforehand. It is the world of eq. (8): a
    mixture, whose weights are the chances.
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
    design = draw_design(rows, seed)
    return design.world(design.strengths @ design.past(), design.noise())


def nonlinear(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant a step that saturates, a square and a wave, each of variance 1.

    `y[t] = a 1.25 tanh(2 p[t-i]) + b (q[t-j]^2 - 1) / sqrt(2) + c sqrt(2) sin(2 r[t-k]) + 0.3 e[t]`
    The square does not correlate with its driver. tanh of the past: Barić et al., data sets 3, 6.
    """
    design = draw_design(rows, seed)
    p, q, r = design.past()
    shapes = [1.25 * np.tanh(2.0 * p), (q**2 - 1.0) / 2**0.5, 2**0.5 * np.sin(2.0 * r)]
    return design.world(design.strengths @ np.stack(shapes), design.noise())


def switching(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant a switch: the sign of one driver decides which of the two others acts.

    `y[t] = (b q[t-j] if p[t-i] > 0 else c r[t-k]) + 0.3 e[t]`
    A switch in the past that chooses between drivers: Barić et al., data set 8.
    """
    design = draw_design(rows, seed)
    p, q, r = design.past()
    _, b, c = design.strengths
    return design.world(np.where(p > 0.0, b * q, c * r), design.noise())


def interaction(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant a product of two drivers, neither of which correlates with the target, and a third.

    `y[t] = a p[t-i] q[t-j] + c r[t-k] + 0.3 e[t]`
    """
    design = draw_design(rows, seed)
    p, q, r = design.past()
    a, _, c = design.strengths
    return design.world(a * p * q + c * r, design.noise())


def correlated(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive`; each variable that does not act correlates with a driver.

    `x[t] = rho p[t] + sqrt(1 - rho^2) u[t]` for each of the five others, u being its own noise and
    rho between 0.7 and 0.8: two correlate with p, two with q, one with r.
    """
    design = draw_design(rows, seed)
    for other, driver in zip(design.others, cycle(design.lags), strict=False):
        design.correlate(other, driver, design.rng.uniform(0.7, 0.8))
    return design.world(design.strengths @ design.past(), design.noise())


def copies(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive`; two of the other variables repeat p up to one part in a thousand.

    `x[t] = 0.999 p[t] + sqrt(1 - 0.999^2) u[t]`, u being the variable's own noise.
    """
    design = draw_design(rows, seed)
    driver = next(iter(design.lags))
    alike = tuple(sorted(design.rng.choice(design.others, 2, replace=False).tolist()))
    for other in alike:
        design.correlate(other, driver, 0.999)
    world = design.world(design.strengths @ design.past(), design.noise())
    return replace(world, copies={driver: alike}, neutral=frozenset(alike))


def seasonal(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` and a day's rise and fall: `... + sin(2 pi t / 24 + phase) + 0.3 e[t]`.

    The season can be forecast, from the clock or from the target's own past; the phase is drawn.
    """
    design = draw_design(rows, seed)
    phase = design.rng.uniform(0.0, 2.0 * np.pi)
    season = np.sin(2.0 * np.pi * np.arange(rows) / 24.0 + phase)
    world = design.world(design.strengths @ design.past() + season, design.noise())
    return replace(world, neutral=frozenset({world.target}))


def heavy_tails(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` with Student's t, 3 degrees of freedom, scaled to variance 1, for e."""
    design = draw_design(rows, seed)
    noise = NOISE * design.rng.standard_t(3, rows) / 3**0.5
    return design.world(design.strengths @ design.past(), noise)


def regime(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant `additive` with strengths that change one to three times: a[t], b[t] and c[t].

    At each change one driver's sign turns and all sizes are drawn anew. Changes lie between 20%
    and 60% of the rows, so that the last strengths can be learnt. The noise is the error of a
    forecast that knows the strengths of every row.
    """
    design = draw_design(rows, seed)
    rng, signs = design.rng, np.sign(design.strengths)
    strengths = np.tile(design.strengths[:, None], rows)
    for share in np.sort(rng.uniform(0.2, 0.6, rng.integers(1, 4))):
        signs[rng.integers(len(signs))] *= -1.0
        strengths[:, int(share * rows) :] = (signs * sizes(rng))[:, None]
    world = design.world((strengths * design.past()).sum(axis=0), design.noise())
    return replace(world, neutral=frozenset({world.target}))


def no_signal(rows: int = 4000, seed: int = 0) -> PlantedWorld:
    """Plant nothing: `y[t] = e[t]`. An explanation has nothing to show here."""
    design = draw_design(rows, seed)
    world = design.world(np.zeros(rows), design.rng.standard_normal(rows))
    return replace(world, lags={})


WORLDS: dict[str, Callable[..., PlantedWorld]] = {
    world.__name__: world
    for world in (
        *(additive, nonlinear, switching, interaction, correlated),
        *(copies, seasonal, heavy_tails, regime, no_signal),
    )
}
