"""Planted worlds with a known effect of each cell: of each variable at each lag.

They test the sign and size of contributions, and the share of the target's own past, also where it
does not act at all. See `effect_generator` for the definition of an effect.

In every equation the variables are scaled; y is the target; S[t] = a p[t-i] + b q[t-j] + c r[t-k]
is the sum of the three drivers' effects; e is standard normal noise. The seed draws drivers, lags,
strengths and signs as in `worlds`. All variables, also those that do not act, are slow, as values
of sensors are (each row keeps 0.9 to 0.98 of the row before), unless stated.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from imv_core.synthetic.effect_generator import (
    LAGS,
    Clock,
    EffectWorld,
    remove_values,
    signed_size,
    simulate,
    simulate_with_copies,
    slow_design,
    white_design,
)
from imv_core.synthetic.generator import TARGET, Design, Unit

__all__ = [
    "WORLDS",
    "EffectWorld",
    "copies_walk",
    "drift",
    "far_absent",
    "far_half",
    "missing_absent",
    "missing_half",
    "missing_walk",
    "near_copies",
    "own_absent",
    "own_half",
    "seasonal_walk",
    "trend_season",
    "unit_root",
]

DAY = 6  # rows of four hours
FAR_TARGET, FAR_DRIVER = Unit(1e6, 1.0), Unit(1e5, 2.0)


def own_absent(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant slow drivers without the target's own past: `y[t] = S[t] + 0.3 e[t]`."""
    return simulate(slow_design(rows, seed), own={})


def own_half(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant half of the target's last value: `y[t] = 0.5 y[t-1] + S[t] + 0.3 e[t]`."""
    return simulate(slow_design(rows, seed), own={1: 0.5})


def unit_root(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a random walk whose change has slow drivers: `y[t] = y[t-1] + S[t] + 0.3 e[t]`."""
    return simulate(slow_design(rows, seed), own={1: 1.0})


def drift(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a random walk that drifts, from a million on: `y[t] = y[t-1] + d + S[t] + 0.3 e[t]`.

    The drift d is 0.03 to 0.08 with random sign. Drivers are white noise.
    """
    design = white_design(rows, seed)
    return simulate(design, own={1: 1.0}, clock=_constant(design), units={TARGET: FAR_TARGET})


def seasonal_walk(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a trend and a season that the target's own past shows, one row per four hours.

    `y[t] = y[t-6] + d + S[t] + 0.3 e[t]`: each day repeats the day before. The drift d is as
    in `drift`, and the first day is random.
    """
    design = slow_design(rows, seed)
    clock, day = _constant(design), 40.0 * design.rng.standard_normal(DAY)
    world = simulate(design, own={DAY: 1.0}, clock=clock, start=np.resize(day, LAGS))
    index = pd.date_range("2020-01-01", periods=rows, freq="4h", name="time")
    return replace(world, frame=world.frame.set_axis(index))


def trend_season(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a trend and a day's rise and fall that no column shows.

    `y[t] = S[t] + g t / 1000 + sin(2 pi t / 24 + phase) + 0.3 e[t]`, g being 0.5 to 1 with random
    sign. The target's past shows what time adds, although it does not act: it is `neutral`.
    """
    design = slow_design(rows, seed)
    slope = signed_size(design, 0.5e-3, 1e-3)
    phase = design.rng.uniform(0.0, 2.0 * np.pi)

    def clock(row: int) -> float:
        return float(slope * row + np.sin(2.0 * np.pi * row / 24.0 + phase))

    return replace(simulate(design, own={}, clock=clock), neutral=frozenset({TARGET}))


def near_copies(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_absent` with a near copy of one driver, and near the negative of another.

    `x[t] = rho p[t] + sqrt(1 - rho^2) u[t]`, where |rho| is 0.99 to 0.999, and u is the column's
    own noise, as slow as the others.
    """
    return simulate_with_copies(slow_design(rows, seed), own={})


def copies_walk(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `unit_root` with the copies of `near_copies`."""
    return simulate_with_copies(slow_design(rows, seed), own={1: 1.0})


def far_absent(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_absent` far from zero: the target around 1e6 +- 1, one driver around 1e5 +- 2."""
    design = slow_design(rows, seed)
    return simulate(design, own={}, units=_far(design))


def far_half(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_half` as far from zero as `far_absent`."""
    design = slow_design(rows, seed)
    return simulate(design, own={1: 0.5}, units=_far(design))


def missing_absent(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_absent`, where values of the target are missing, singly and in stretches."""
    design = slow_design(rows, seed)
    return remove_values(simulate(design, own={}), design.rng)


def missing_half(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_half`, where values of the target are missing, singly and in stretches."""
    design = slow_design(rows, seed)
    return remove_values(simulate(design, own={1: 0.5}), design.rng)


def missing_walk(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `unit_root`, where values of the target are missing; drivers are white noise."""
    design = white_design(rows, seed)
    return remove_values(simulate(design, own={1: 1.0}), design.rng)


WORLDS: dict[str, Callable[..., EffectWorld]] = {
    world.__name__: world
    for world in (
        own_absent,
        own_half,
        unit_root,
        drift,
        seasonal_walk,
        trend_season,
        near_copies,
        copies_walk,
        far_absent,
        far_half,
        missing_absent,
        missing_half,
        missing_walk,
    )
}


def _constant(design: Design) -> Clock:
    """Draw what every row adds to a walk: its drift."""
    step = signed_size(design, 0.03, 0.08)
    return lambda row: step


def _far(design: Design) -> dict[str, Unit]:
    """Return units far from zero, of the target and of one driver."""
    return {TARGET: FAR_TARGET, next(iter(design.lags)): FAR_DRIVER}
