"""Worlds whose net effect on the forecast is known, cell by cell, the target's own past included.

So an explanation can be marked in sign and size too, and in what it says of the target's own past,
also where that does not act at all. See `planting_effects` for what an effect is.

In every equation the variables are scaled, S[t] = a p[t-i] + b q[t-j] + c r[t-k] is the sum of the
three drivers' effects, and e is standard normal noise. Drivers, lags, strengths and signs are drawn
by the seed as in `planted`. All variables, also those that do not act, are as slow as sensors (each
keeps 0.9 to 0.98 of its last row) where nothing else is said.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from imv_core.synthetic.effect_generator import (
    LAGS,
    Clock,
    EffectWorld,
    grow,
    grow_with_copies,
    hide,
    signed,
    slow,
    white,
)
from imv_core.synthetic.generator import TARGET, Ground, Unit

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
FAR, FAR_DRIVER = Unit(1e6, 1.0), Unit(1e5, 2.0)


def own_absent(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant slow drivers and nothing of the target's own past: `y[t] = S[t] + 0.3 e[t]`."""
    return grow(slow(rows, seed), own={})


def own_half(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant half of the target's last value: `y[t] = 0.5 y[t-1] + S[t] + 0.3 e[t]`."""
    return grow(slow(rows, seed), own={1: 0.5})


def unit_root(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a random walk whose change has slow drivers: `y[t] = y[t-1] + S[t] + 0.3 e[t]`."""
    return grow(slow(rows, seed), own={1: 1.0})


def drift(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a random walk around a million that drifts: `y[t] = y[t-1] + d + S[t] + 0.3 e[t]`.

    The drift d is 0.03 to 0.08 with random sign. Drivers are white noise.
    """
    ground = white(rows, seed)
    return grow(ground, own={1: 1.0}, clock=_drift(ground), units={TARGET: FAR})


def seasonal_walk(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a trend and a season that the target's own past tells, in rows of four hours.

    `y[t] = y[t-6] + d + S[t] + 0.3 e[t]`: each day repeats the last one. The drift d is as in
    `drift`, and the first day is drawn.
    """
    ground = slow(rows, seed)
    clock, day = _drift(ground), 40.0 * ground.rng.standard_normal(DAY)
    world = grow(ground, own={DAY: 1.0}, clock=clock, start=np.resize(day, LAGS))
    index = pd.date_range("2020-01-01", periods=rows, freq="4h", name="time")
    return replace(world, frame=world.frame.set_axis(index))


def trend_season(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant a trend and a day's rise and fall that no column shows.

    `y[t] = S[t] + g t / 1000 + sin(2 pi t / 24 + phase) + 0.3 e[t]`, g being 0.5 to 1 with random
    sign. The target is neutral: its past tells what the clock adds.
    """
    ground = slow(rows, seed)
    slope = signed(ground, 0.5e-3, 1e-3)
    phase = ground.rng.uniform(0.0, 2.0 * np.pi)

    def clock(row: int) -> float:
        return float(slope * row + np.sin(2.0 * np.pi * row / 24.0 + phase))

    return replace(grow(ground, own={}, clock=clock), neutral=frozenset({TARGET}))


def near_copies(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_absent` where one driver has a near copy, and another a near mirror image.

    `x[t] = rho p[t] + sqrt(1 - rho^2) u[t]`, |rho| being 0.99 to 0.999 and u the column's own
    noise, as slow as the others.
    """
    return grow_with_copies(slow(rows, seed), own={})


def copies_walk(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `unit_root` with the copies of `near_copies`."""
    return grow_with_copies(slow(rows, seed), own={1: 1.0})


def far_absent(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_absent` far from zero: the target around 1e6 +- 1, one driver around 1e5 +- 2."""
    ground = slow(rows, seed)
    return grow(ground, own={}, units=_far(ground))


def far_half(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_half` as far from zero as `far_absent`."""
    ground = slow(rows, seed)
    return grow(ground, own={1: 0.5}, units=_far(ground))


def missing_absent(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_absent` with values of the target missing, single ones and stretches."""
    ground = slow(rows, seed)
    return hide(grow(ground, own={}), ground.rng)


def missing_half(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `own_half` with values of the target missing, single ones and stretches."""
    ground = slow(rows, seed)
    return hide(grow(ground, own={1: 0.5}), ground.rng)


def missing_walk(rows: int = 4000, seed: int = 0) -> EffectWorld:
    """Plant `unit_root` with values missing; drivers are white noise."""
    ground = white(rows, seed)
    return hide(grow(ground, own={1: 1.0}), ground.rng)


WORLDS: dict[str, Callable[..., EffectWorld]] = {
    world.__name__: world
    for world in (
        *(own_absent, own_half, unit_root, drift, seasonal_walk, trend_season, near_copies),
        *(copies_walk, far_absent, far_half, missing_absent, missing_half, missing_walk),
    )
}


def _drift(ground: Ground) -> Clock:
    step = signed(ground, 0.03, 0.08)
    return lambda row: step


def _far(ground: Ground) -> dict[str, Unit]:
    return {TARGET: FAR, next(iter(ground.lags)): FAR_DRIVER}
