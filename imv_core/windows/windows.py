"""Cut a scaled table into windows: views of its rows, so that no row is copied T times."""

import copy
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from imv_core.arrays import Floats
from imv_core.errors import NoWindowError
from imv_core.tables.table import Table
from imv_core.windows.near_copies import Groups, find_groups
from imv_core.windows.scaling import Scaling
from imv_core.windows.split import Part, Split, check_rows

MOST_ROWS = 10_000  # from which near copies are found
Rows = NDArray[np.int64]


class Batch(NamedTuple):
    """B windows with their targets."""

    x: Tensor  # (B, T, N) scaled
    y: Tensor  # (B, H) scaled; 0 where not observed
    observed: Tensor  # (B, H) bool: there is a true value
    # (B, H) scaled; distance of the last known target from its median, where it is an input and the
    # model predicts the change to add to it; else 0
    anchor: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on another device."""
        return Batch(*(tensor.to(device) for tensor in self))


class Windows:
    """The windows of one part, each given by its origin: the row of lag 1.

    A window belongs to the part that contains all its forecast steps, if at least one of them has
    a true value; its inputs may reach back into the part before. Filled values are inputs, but
    never targets. The part "future" is the one window that ends with the last row.

    Args:
        table: with the columns of the training.
        scaling: of the training.
        split: of the training.
        part: "train", "validation", "test", "all" or "future".
        lookback: T.

    Raises:
        NoWindowError: the part has no window.
        ModelFileError: the table does not fit the training.
    """

    def __init__(self, table: Table, scaling: Scaling, split: Split, part: str, lookback: int):
        frame, T, H = table.frame, lookback, len(scaling.spread)
        check_rows(table, T, 0 if part == Part.FUTURE else H)
        scaling.check(frame, table.name)
        frame = scaling.without_too_large(frame, table.name)
        self.lookback, self.horizon, self.variables = T, H, len(scaling.variables)
        self._table, self._scaling, self._split = table, scaling, split
        self._last_known = scaling.last_known(frame)
        y = frame[scaling.target].to_numpy(float)
        self._y = np.concatenate([y, np.full(H, np.nan)])  # (rows + H,)
        self._inputs = scaling.inputs(frame)  # (rows, N)
        self._x = torch.from_numpy(self._inputs).unfold(0, T, 1)  # (rows - T + 1, N, T): a view
        self._cut(part)

    def for_part(self, part: str) -> "Windows":
        """Return the windows of another part of the same table; both share the table in memory."""
        windows = copy.copy(self)
        windows._cut(part)
        return windows

    def _cut(self, part: str) -> None:
        part = Part(part)
        name, index, T, H = self._table.name, self._table.frame.index, self.lookback, self.horizon
        if part is Part.FUTURE:
            self.origins = np.array([len(index) - 1])
        else:
            self._split.check(self._table)
            rows = self._split.rows(index, part)
            origins = np.arange(max(rows.start, T) - 1, rows.stop - H)
            known = np.isfinite(self._y).cumsum()  # values up to each row
            self.origins = origins[known[origins + H] > known[origins]]
        if len(self.origins) == 0:
            raise NoWindowError(
                f"{name} has no window in the {part} part: it takes {T} rows of lookback "
                f"and {H} to forecast, with a value of the target. Bring more rows, or choose a "
                "shorter lookback or horizon."
            )

    def __len__(self) -> int:
        return len(self.origins)

    @property
    def times(self) -> pd.DataFrame:
        """The times of the forecast steps, W rows, one column per step."""
        index = self._table.frame.index
        if self.origins[-1] + self.horizon >= len(index):
            index = index.append(self._table.times_after(self.horizon))
        return pd.DataFrame({h: index[self.origins + h] for h in range(1, self.horizon + 1)})

    @property
    def anchor(self) -> int | None:
        """The variable to whose lag 1 a forecast is added, see `Scaling.anchor`."""
        return self._scaling.anchor

    @property
    def anchor_weights(self) -> Floats:
        """The weights with which inputs are added to the model's output, (T * N, H).

        All are 0 but the one of the anchor at lag 1.
        """
        weights = np.zeros((self.lookback, self.variables, self.horizon))
        if self.anchor is not None:
            scaling = self._scaling
            weights[-1, self.anchor] = scaling.scale[self.anchor] / np.asarray(scaling.spread)
        return weights.reshape(-1, self.horizon)

    @cached_property
    def near_copies(self) -> Groups:
        """Variables that nearly copy each other in the training part, or else in all rows."""
        rows = self._split.rows(self._table.frame.index, Part.TRAIN)
        inputs = self._inputs[rows if rows.stop > 2 else slice(None)]
        return find_groups(inputs[:: -(-len(inputs) // MOST_ROWS)])

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of the variables in each group of `near_copies`."""
        names = self._scaling.variables
        return tuple(tuple(names[n] for n in group) for group in self.near_copies)

    def _steps(self, origins: Rows) -> Floats:
        steps: Floats = self._y[origins[:, None] + np.arange(1, self.horizon + 1)]
        return steps

    @property
    def actual(self) -> Floats:
        """The true values in the target's unit, (W, H); NaN where there is none."""
        return self._steps(self.origins)

    @property
    def last_known(self) -> Floats:
        """The target at each origin, in its unit, filled where missing, (W,)."""
        known: Floats = self._last_known[self.origins]
        return known

    def known_at(self, rows: Rows) -> Floats:
        """Return the filled target at some rows, in its unit; the last known value before row 0."""
        before = np.broadcast_to(self.origins[:, None], rows.shape)
        known: Floats = self._last_known[np.where(rows < 0, before, rows)]
        return known

    def base(self, origins: Rows) -> Floats:
        """Return the value to which the model's output is added, in the target's unit, (B, 1)."""
        if self._scaling.is_change:
            return self._last_known[origins, None]
        return np.full((len(origins), 1), self._scaling.center)

    def reference(self, origins: Rows) -> Floats:
        """Return the value to which contributions are added, in the target's unit, (B, 1).

        This is the base. Where the base is the last value of the target and also an input, it is
        the target's median: the rest of the last value is a contribution of that input.
        """
        if self._scaling.anchor is None:
            return self.base(origins)
        return np.full((len(origins), 1), self._scaling.mean[self._scaling.anchor])

    def batch(self, which: slice | Rows) -> Batch:
        """Return windows by their positions in `origins`."""
        origins = self.origins[which]
        x = self._x[torch.from_numpy(origins - self.lookback + 1)].transpose(1, 2)
        unit, base = self._scaling.spread, self.base(origins)
        y = (self._steps(origins) - base) / unit
        scaled = torch.from_numpy(y.astype(np.float32))
        anchor = (base - self.reference(origins)) / unit
        added = torch.from_numpy(anchor.astype(np.float32))
        return Batch(x, scaled.nan_to_num(), ~scaled.isnan(), added)
