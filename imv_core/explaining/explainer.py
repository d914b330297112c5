"""Compute attention, weights and contributions per window, and their sums over all windows.

Source: Guo et al. 2019, section 3.3. The attention of all windows is never in memory at once: sums
are computed in one pass, batch by batch, and the details of windows on request. What credit is:
see `imv_core.model.decomposition`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.devices_and_threads import limited
from imv_core.errors import NoWindowError
from imv_core.model.attention import Mixture
from imv_core.model.decomposition import Decomposition, Explained
from imv_core.model.ensemble import Ensemble, combine, moments
from imv_core.model.objectives import OBJECTIVES, Objective, responsibility
from imv_core.windows.scaling import Scaling
from imv_core.windows.windows import Batch, Windows

FRAME_ROWS = 200_000  # per part that `frames` yields
SAMPLE = 1024  # windows from which the mean credit of each step is computed
BLOCKS = 10  # consecutive blocks of windows, over which the range of importance is taken


class WindowDetail(NamedTuple):
    """Details of w windows, of all K members together."""

    attention: Floats  # (w, H, N, T) alpha, mean over the members; the last column is lag 1
    weight: Floats  # (w, H, N) pi
    responsibility: Floats  # (w, H, N) q, mean over the members; NaN without a true value
    contribution: Floats  # (w, H, N) what each variable adds to the base, in the target's unit
    contribution_by_lag: Floats | None  # (w, H, N, T) the same per lag; None if it does not split
    base: Floats  # (w, H) base + contributions = forecast, in the target's unit


class Totals(NamedTuple):
    """Sums over W windows in float64; those with an axis K are per member."""

    credit: Floats  # (K, H, N)
    credit_by_block: Floats  # (K, BLOCKS or W if fewer, H, N)
    by_lag: Floats  # (K, H, N, T) credit per lag
    attention: Floats  # (K, H, N, T) not weighted by credit
    contribution: Floats  # (H, N) scaled
    contribution_squares: Floats  # (H, N) scaled
    moved: Floats  # (K, H, N) credit by contributions, also where importance rests on densities


class PerWindow(NamedTuple):
    """Values that are stored per window, of all members together, in float32."""

    credit: Floats  # (W, N) mean over the steps, each divided by the mean credit of the step
    weight: Floats  # (W, N) mean over the steps
    forecast: Floats  # (W, H) scaled
    spread: Floats  # (W, H) scaled


@dataclass(frozen=True)
class Explainer:
    """Explains the forecasts that an ensemble makes of the windows of a part.

    Args:
        ensemble: of the training.
        windows: to forecast.
        scaling: of the training.
        objective: of the training.
        explains: the "forecast", or the "change" since the last value.
    """

    ensemble: Ensemble
    windows: Windows
    scaling: Scaling
    objective: Objective
    explains: Explained = Explained.FORECAST

    @cached_property
    def decomposition(self) -> Decomposition:
        """The rules by which the forecasts are decomposed."""
        return Decomposition(self.windows, self.objective, self.explains)

    @property
    def rests_on(self) -> str:
        """The basis of importance, see `Decomposition.rests_on`."""
        return self.decomposition.rests_on

    def details(self, which: slice) -> WindowDetail:
        """Compute the details of some windows; memory grows with their number.

        Raises:
            NoWindowError: the slice selects none of the windows.
        """
        with limited(self.ensemble.size_at_once):
            batches = self.ensemble.by_batch(self.windows, which, decompose=True)
            parts = [self._detail(batch, mixtures) for batch, mixtures in batches]
        if not parts:
            raise NoWindowError(f"None of the {len(self.windows)} windows is requested.")
        whole = [np.concatenate(arrays) for arrays in zip(*(p for p, _ in parts), strict=True)]
        attention, weight, posterior, contribution, origin = whole
        cells = [by_lag for _, by_lag in parts if by_lag is not None]
        unit = np.asarray(self.scaling.spread, dtype=np.float32)
        return WindowDetail(
            attention,
            weight,
            posterior,
            contribution * unit[:, None],
            np.concatenate(cells) * unit[:, None, None] if cells else None,
            self.decomposition.reference(self.windows.origins[which]) + origin * unit,
        )

    def _detail(
        self, batch: Batch, mixtures: list[Mixture]
    ) -> tuple[tuple[Floats, ...], Floats | None]:
        q = torch.stack([responsibility(mixture, batch.y) for mixture in mixtures]).mean(0)
        known = q.where(batch.observed.unsqueeze(-1), torch.nan)
        whole = combine(mixtures)
        contribution, by_lag = self.decomposition.contributions(whole, batch)
        origin = whole.origin.expand(len(known), -1)
        kept = (whole.attention, whole.weight, known, contribution, origin)
        cells = None if by_lag is None else by_lag.cpu().numpy()
        return tuple(tensor.cpu().numpy() for tensor in kept), cells

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield the details of all windows in parts: one row per time, step, variable and lag."""
        times, cells = self.windows.times, self.windows.variables * self.windows.lookback
        size = max(1, FRAME_ROWS // (cells * self.windows.horizon))
        for start in range(0, len(times), size):
            which = slice(start, start + size)
            yield self._tidy(times.iloc[which], self.details(which))

    def _tidy(self, times: pd.DataFrame, detail: WindowDetail) -> pd.DataFrame:
        """Return details as rows, lag 1 first; `times` are those of the same windows."""
        w, H, N = detail.weight.shape
        T = self.windows.lookback
        shape = (w, H, N, T)

        def repeat_lags(values: Floats) -> Floats:
            return np.broadcast_to(values[..., None], shape).ravel()

        names = np.array(self.scaling.variables, object)
        by_lag = detail.contribution_by_lag
        cells = np.full(shape, np.nan, np.float32) if by_lag is None else by_lag[..., ::-1]
        return pd.DataFrame(
            {
                "time": np.repeat(times.to_numpy().ravel(), N * T),
                "step": np.tile(np.repeat(np.arange(1, H + 1), N * T), w),
                "variable": np.tile(np.repeat(names, T), w * H),
                "lag": np.tile(np.arange(1, T + 1), w * H * N),
                "attention": detail.attention[..., ::-1].ravel(),
                "weight": repeat_lags(detail.weight),
                "responsibility": repeat_lags(detail.responsibility),
                "contribution": repeat_lags(detail.contribution),
                "contribution_by_lag": cells.ravel(),
            }
        )

    def sums(self) -> tuple[Totals, PerWindow]:
        """Compute all sums in one pass over the windows."""
        with limited(self.ensemble.size_at_once):
            return self._sums()

    def _sums(self) -> tuple[Totals, PerWindow]:
        W, N, H = len(self.windows), self.windows.variables, self.windows.horizon
        per_window = PerWindow(*(np.empty((W, size), dtype=np.float32) for size in (N, N, H, H)))
        spread_of = OBJECTIVES[self.objective].spread
        mean_credit = self._mean_credit()
        blocks = np.array_split(np.arange(W), min(BLOCKS, W))
        block_of = torch.repeat_interleave(torch.tensor([len(block) for block in blocks]))
        block_of = block_of.to(self.ensemble.device)
        totals: list[Tensor] = []
        done = 0
        for batch, mixtures in self.ensemble.by_batch(self.windows, decompose=True):
            whole = combine(mixtures)
            contribution = self.decomposition.contributions(whole, batch).contribution
            cells = torch.stack([self.decomposition.by_lag(mixture, batch) for mixture in mixtures])
            credit = cells.sum(-1)
            moved = torch.stack([self.decomposition.moved(mixture, batch) for mixture in mixtures])
            attention = torch.stack([mixture.attention for mixture in mixtures])
            here = slice(done, done + len(batch.x))
            done = here.stop
            stored = (
                (credit.mean(0) / mean_credit).mean(1),  # (K, B, H, N) -> (B, N)
                whole.weight.mean(1),
                *moments(mixtures, spread_of),
            )
            for values, tensor in zip(per_window, stored, strict=True):
                values[here] = tensor.cpu()
            by_block = credit.new_zeros(len(credit), len(blocks), *credit.shape[2:]).double()
            terms = [  # in the order of `Totals`
                credit.sum(1, dtype=torch.float64),
                by_block.index_add(1, block_of[here], credit.double()),
                cells.sum(1, dtype=torch.float64),
                attention.sum(1, dtype=torch.float64),
                contribution.sum(0, dtype=torch.float64),
                contribution.double().square().sum(0),
                moved.sum(1, dtype=torch.float64),
            ]
            totals = list(map(torch.add, totals, terms)) if totals else terms
        return Totals(*(total.cpu().numpy() for total in totals)), per_window

    def _mean_credit(self) -> Tensor:
        """Return the mean credit of all variables together per step, (H, 1), from a sample.

        After division by it all steps count equally, as they do in the importance I.
        """
        which = slice(0, None, -(-len(self.windows) // SAMPLE))
        credit = [
            torch.stack([self.decomposition.credit(mixture, batch) for mixture in mixtures])
            .mean(0)
            .sum(-1)
            for batch, mixtures in self.ensemble.by_batch(self.windows, which, decompose=True)
        ]
        return torch.cat(credit).mean(0).clamp_min(1e-12).unsqueeze(1)
