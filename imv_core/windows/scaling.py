"""Scale a table for the model, and forecasts back to the target's unit.

Fill values, codes of labels, medians and scales are learnt from the training part alone.
"""

import warnings
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from imv_core.arrays import Floats, is_constant
from imv_core.errors import ModelFileError, TableError
from imv_core.named_choice import NamedChoice
from imv_core.storage import from_json


class Prediction(NamedChoice):
    """The quantity that the model predicts."""

    AUTO = "auto"  # the one that varies less
    LEVEL = "level"
    CHANGE = "change"  # since the last known value

    @classmethod
    def refusal(cls, value: object) -> str:
        """As the base class."""
        return f"'predict' is '{value}'; choose auto, level or change."


class Fill(NamedChoice):
    """The value of a missing input."""

    LAST = "last"  # the last known value before it
    MEDIAN = "median"  # of the training part

    @classmethod
    def refusal(cls, value: object) -> str:
        """As the base class."""
        return f"'fill' is '{value}'; choose last or median."


FARTHEST = 1e15
"""In standard deviations from the median; single precision cannot sum larger squares."""


@dataclass(frozen=True)
class Scaling:
    """The numbers that scale the inputs and the target of a model.

    A column of text is one variable: each label becomes the smoothed mean of the target over the
    training rows with that label, and an unknown label the mean over all training rows
    (Micci-Barreca 2001, by `sklearn.preprocessing.TargetEncoder`).
    Missing inputs take the last value before them, or else the training median; or always that
    median, except the target's own past where a change is added to its last value.
    They are not interpolated, as that would use the future.
    """

    target: str
    variables: tuple[str, ...]
    codes: dict[str, dict[str, float]]  # text column -> label -> number
    mean: tuple[float, ...]  # (N,) the median: inputs are scaled around it
    scale: tuple[float, ...]  # (N,) standard deviation
    target_mean: float
    is_change: bool  # the model predicts the change since the last row, not the level
    spread: tuple[float, ...]  # (H,) standard deviation of the level or the change
    fill: Fill = Fill.LAST

    @classmethod
    def fit(
        cls,
        train: pd.DataFrame,
        target: str,
        variables: tuple[str, ...],
        horizon: int,
        predict: Prediction,
        fill: Fill = Fill.LAST,
    ) -> "Scaling":
        """Learn the numbers from the training part.

        Args:
            train: rows of the training part.
            target: the column to forecast.
            variables: N columns.
            horizon: H.
            predict: "level", "change", or "auto": the one that varies less.
            fill: "last" or "median".

        Raises:
            TableError: the target or a variable is constant, empty or too large.
        """
        y = train[target].to_numpy(float)
        if np.isfinite(y).sum() < 2:
            raise TableError(f"The target '{target}' has no values in the training part.")
        target_mean = float(np.nanmean(y))
        codes = {v: _codes(train[v], y) for v in variables if _is_text(train[v])}
        with np.errstate(over="ignore", invalid="ignore"):
            level = np.full(horizon, np.nanstd(y))
            change = _spread_of_change(y, target_mean, horizon)
        is_less = change.min() > 0 and (change**2).mean() < (level**2).mean()
        is_change = predict == Prediction.CHANGE or (predict == Prediction.AUTO and bool(is_less))
        spread = change if is_change else level
        if is_constant(y) or (spread == 0).any():
            what = "changes by the same amount at every step" if is_change else "is constant"
            raise TableError(
                f"The target '{target}' {what} in the training part, so there is nothing to "
                "forecast. Choose another target."
            )
        moments = [
            _moments(
                v,
                _numbers(train[v], codes.get(v), target_mean),
                Fill.LAST if is_change and v == target else fill,
            )
            for v in variables
        ]
        mean, scale = (tuple(values) for values in zip(*moments, strict=True))
        too_large = [v for v, s in zip(variables, scale, strict=True) if not np.isfinite(s)]
        if too_large or not np.isfinite(spread).all():
            raise TableError(
                f"Column '{(*too_large, target)[0]}' has values that are too large to compute "
                "with. Remove them, or leave their cells empty."
            )
        return cls(
            target=target,
            variables=variables,
            codes=codes,
            mean=mean,
            scale=scale,
            target_mean=target_mean,
            is_change=is_change,
            spread=tuple(spread.tolist()),
            fill=fill,
        )

    @property
    def own(self) -> int | None:
        """The position of the target's own past among the variables; None: it is no input."""
        return self.variables.index(self.target) if self.target in self.variables else None

    @property
    def anchor(self) -> int | None:
        """The variable to whose lag 1 the predicted change is added; None: there is none."""
        return self.own if self.is_change else None

    def fill_of(self, variable: str) -> Fill:
        """Return the fill of a variable."""
        return Fill.LAST if self.is_change and variable == self.target else self.fill

    @property
    def center(self) -> float:
        """The value that the model's output is added to: the training mean of the target, or 0."""
        return 0.0 if self.is_change else self.target_mean

    def check(self, frame: pd.DataFrame, name: str) -> None:
        """Raise ModelFileError where a table does not have the columns of the training."""
        needed = dict.fromkeys((*self.variables, self.target))
        missing = [f"'{column}'" for column in needed if column not in frame.columns]
        if missing:
            raise ModelFileError(
                f"The model needs columns that {name} does not have: {', '.join(missing[:5])}"
                f"{' and others' if len(missing) > 5 else ''}. Use a table with the columns it was "
                "trained on, or train a new model."
            )
        for column in needed:
            was_text, is_text = column in self.codes, _is_text(frame[column])
            if was_text != is_text:
                was, now = ("text", "numbers") if was_text else ("numbers", "text")
                raise ModelFileError(
                    f"Column '{column}' held {was} when the model was trained, and holds {now} "
                    f"in {name}."
                )

    def inputs(self, frame: pd.DataFrame) -> Floats:
        """Return the variables, scaled and filled, (rows, N) float32."""
        inputs = np.empty((len(frame), len(self.variables)), dtype=np.float32)
        for n, (v, mean, scale) in enumerate(
            zip(self.variables, self.mean, self.scale, strict=True)
        ):  # one by one: a float64 copy of the whole table would take twice the memory
            raw = _numbers(frame[v], self.codes.get(v), self.target_mean)
            inputs[:, n] = (_fill(raw, mean, self.fill_of(v)) - mean) / scale
        return inputs

    def too_large(self, frame: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
        """Return, per column, the rows with infinite values or values too large to compute with."""
        units = [*zip(self.variables, self.mean, self.scale, strict=True)]
        units.append((self.target, self.target_mean, min(self.spread)))
        found: dict[str, NDArray[np.bool_]] = {}
        for name, center, scale in units:
            if name not in self.codes:
                column = frame[name].to_numpy(float)
                with np.errstate(over="ignore", invalid="ignore"):
                    is_near = np.abs(column / scale - center / scale) <= FARTHEST
                found[name] = found.get(name, False) | ~(is_near | np.isnan(column))
        return {name: rows for name, rows in found.items() if rows.any()}

    def without_too_large(self, frame: pd.DataFrame, name: str) -> pd.DataFrame:
        """Return the frame with such values missing; warn of the first one in each column."""
        too_large = self.too_large(frame)
        if not too_large:
            return frame
        frame = frame.copy()
        for column, rows in too_large.items():
            first = int(rows.argmax())
            warnings.warn(
                f"{int(rows.sum())} of {name}'s values of '{column}' are too large for a model "
                f"with its scale, the first {frame[column].iloc[first]:g} at "
                f"{frame.index[first]}; taken as missing.",
                stacklevel=3,
            )
            frame[column] = frame[column].mask(rows)
        return frame

    def last_known(self, frame: pd.DataFrame) -> Floats:
        """Return the target in its unit with missing values filled, (rows,)."""
        otherwise = self.target_mean if self.anchor is None else self.mean[self.anchor]
        return _fill(frame[self.target].to_numpy(float), otherwise)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Scaling":
        """Invert `to_json`; TypeError where names or types are not those of a scaling."""
        return from_json(cls, values)


def _is_text(column: "pd.Series[Any]") -> bool:
    return not pd.api.types.is_numeric_dtype(column)


def _codes(labels: "pd.Series[Any]", y: Floats) -> dict[str, float]:
    from sklearn.preprocessing import TargetEncoder  # imported here, as it takes a second

    known = labels.notna().to_numpy() & np.isfinite(y)
    if not known.any():
        return {}
    text = labels[known].astype(str).to_numpy(dtype=object)[:, None]
    encoder = TargetEncoder(target_type="continuous").fit(text, y[known])
    pairs = zip(encoder.categories_[0], encoder.encodings_[0], strict=True)
    return {str(label): float(number) for label, number in pairs}


def _numbers(column: "pd.Series[Any]", codes: dict[str, float] | None, unknown: float) -> Floats:
    """Return numbers or codes, (rows,) float64; NaN where a value or label is missing."""
    if codes is None:
        return column.to_numpy(float)
    numbers = column.astype(object).map(codes).astype(float).fillna(unknown)
    return numbers.where(column.notna()).to_numpy()


def _fill(column: Floats, otherwise: float, fill: Fill = Fill.LAST) -> Floats:
    known = pd.Series(column)
    return (known.ffill() if fill == Fill.LAST else known).fillna(otherwise).to_numpy()


def _moments(name: str, column: Floats, fill: Fill) -> tuple[float, float]:
    """Return median and standard deviation after missing values are filled."""
    if is_constant(column):
        raise TableError(
            f"Column '{name}' does not change in the training part, so nothing can be learnt "
            "from it. Leave it out, or choose a longer training part."
        )
    otherwise = np.nanmean(column) if fill == Fill.LAST else np.nanmedian(column)
    filled = _fill(column, float(otherwise), fill)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.median(filled)), float(filled.std())


def _spread_of_change(y: Floats, mean: float, horizon: int) -> Floats:
    """Return the standard deviation of the change over 1 to H steps, (H,)."""
    known = _fill(y, mean)
    changes = [y[h:] - known[:-h] for h in range(1, horizon + 1)]
    return np.array([np.nanstd(c) if np.isfinite(c).any() else 0.0 for c in changes])
