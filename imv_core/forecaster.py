"""The estimator: a table in, forecasts and their explanation out."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from imv_core import baselines, devices, metrics, model_file
from imv_core import checkpoint as checkpoints
from imv_core.ensemble import Ensemble
from imv_core.errors import ModelFileError, SettingsError
from imv_core.explained import Explained
from imv_core.explanation import Explanation
from imv_core.faithfulness import attribution
from imv_core.faithfulness.examination import Subject, examine, need_windows
from imv_core.faithfulness.held_out import HeldOut
from imv_core.faithfulness.trainings import OnProgress, fit_or_stop, part_of
from imv_core.faithfulness.trust_report import TrustReport
from imv_core.intervals import Calibration
from imv_core.linear import Moments
from imv_core.model_file import Fitted
from imv_core.objectives import OBJECTIVES
from imv_core.one_forecast import OneForecast
from imv_core.preparation import prepare
from imv_core.products import Products
from imv_core.reading.steps import in_words
from imv_core.scaling import Floats, Scaling
from imv_core.seen import Seen
from imv_core.settings import Settings
from imv_core.table import Table
from imv_core.threads import limited
from imv_core.training import EpochRecord, Training, batch_size_for
from imv_core.windows import Split, Windows

OnEpoch = Callable[[EpochRecord], object]
OnBatch = Callable[[float], object]


class IMVForecaster:
    """Forecast a target with an IMV-LSTM, and say what drives the forecast.

    Source: Guo, Lin and Antulov-Fantulin, ICML 2019 (arXiv 1905.12034).

    Args:
        target: the column to forecast.
        variables: the columns to forecast from; the target's own past is one of them only if it
            is named. None: every usable column, the target's own past included.
        lookback: T, rows that a forecast sees. horizon: H, steps that it reaches.
        cell: "tensor" keeps the variables apart, "full" lets the gates see all of them.
        attention: over "inputs", local to their step, or over hidden "states" (the paper's).
        objective: "balanced" (squared and absolute error), "em" (eq. 9), "nll" or "mse".
        predict: the "level" of the target, its "change" since the last row, or "auto": whichever
            varies less.
        hidden_size: D, units a variable.
        max_epochs, batch_size, learning_rate, patience: of the training; batch_size None: by the
            number of windows.
        seed: the same on a CPU gives the same numbers. seeds: models trained side by side, from
            `seed` on; their mean is the forecast, and they tell how far importance is chance.
        device: "auto" (a GPU where there is one), "cpu" or "cuda" (a GPU). All is computed there,
            training, forecasts, explanations and checks; a trained model also runs where there is
            no GPU. The numbers of GPU and CPU differ by rounding; for cell "full" see `FullCell`.
        train_share, validation_share: of the rows, in time; the rest is the test part.
        fill: what missing inputs take: the "last" value before them, or the training "median".
    """

    def __init__(  # noqa: PLR0913 (the public signature: one flat list, as in scikit-learn)
        self,
        target: str,
        variables: Iterable[str] | None = None,
        *,
        lookback: int = Settings.lookback,
        horizon: int = Settings.horizon,
        cell: str = Settings.cell,
        attention: str = Settings.attention,
        objective: str = Settings.objective,
        predict: str = Settings.predict,
        hidden_size: int = Settings.hidden_size,
        max_epochs: int = Settings.max_epochs,
        batch_size: int | None = Settings.batch_size,
        learning_rate: float = Settings.learning_rate,
        patience: int = Settings.patience,
        seed: int = Settings.seed,
        seeds: int = Settings.seeds,
        device: str = Settings.device,
        train_share: float = Settings.train_share,
        validation_share: float = Settings.validation_share,
        fill: str = Settings.fill,
    ) -> None:
        self.settings = Settings(
            target=target,
            variables=None if variables is None else tuple(variables),
            lookback=lookback,
            horizon=horizon,
            cell=cell,
            attention=attention,
            objective=objective,
            predict=predict,
            hidden_size=hidden_size,
            max_epochs=max_epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            patience=patience,
            seed=seed,
            seeds=seeds,
            device=device,
            train_share=train_share,
            validation_share=validation_share,
            fill=fill,
        )
        self._fitted: Fitted | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "IMVForecaster":
        """The same from a settings object."""
        return cls(**settings.to_json())

    def fit(
        self,
        table: Table,
        on_epoch: OnEpoch | None = None,
        *,
        on_batch: OnBatch | None = None,
        checkpoint: Path | None = None,
    ) -> "IMVForecaster":
        """Train, and keep the weights of the best epoch.

        Args:
            table: split in time; only the training part is learnt from.
            on_epoch: told of every epoch; a true answer stops the training.
            on_batch: told the share of the epoch that is done; a true answer stops at once.
            checkpoint: written after each epoch. A file that is there is gone on from, which
                gives the same numbers as never having stopped.

        Raises:
            TableError, SettingsError: the table and the settings do not go together.
            CheckpointError: the checkpoint is damaged, or of another training.
        """
        settings = self.settings
        device = devices.to_train_on(settings.device)
        scaling, split, train, validation = prepare(table, settings)
        size = settings.batch_size or batch_size_for(len(train))
        with limited(size * train.variables * settings.hidden_size):
            shape = settings.model(len(scaling.variables))
            model = Ensemble.from_seed(shape, settings.seed, settings.seeds).to(device)
            moments = Moments.of(train)
            ridge = moments.ridge(validation)
            if settings.attention == "inputs":
                products = Products.of(train, ridge, moments.mean_x)
                model.start(moments.lasso(validation), moments, products)
            training = Training(model, train, validation, settings.training)
            if checkpoint is not None and checkpoint.exists():
                checkpoints.read(checkpoint, training)
            for record in training.epochs(on_batch):
                if checkpoint is not None and training.is_whole:
                    checkpoints.write(checkpoint, training)
                if on_epoch is not None and on_epoch(record):
                    break
            training.restore_best()
            model.requires_grad_(False).eval()
            forecast, spread = self._forecast(model, validation, scaling)
            self._fitted = Fitted(
                model=model,
                scaling=scaling,
                split=split,
                freq=table.freq,
                ridge=ridge,
                calibration=Calibration.of(validation.actual, forecast, spread),
                history=tuple(training.history),
            )
        return self

    def validate(self, table: Table) -> tuple[str, ...]:
        """Raise what `fit` would raise before it starts to train; else the variables it takes."""
        devices.to_train_on(self.settings.device)
        return prepare(table, self.settings).scaling.variables

    @property
    def fitted(self) -> Fitted:
        """What the training left; SettingsError before there was one."""
        if self._fitted is None:
            raise SettingsError("This forecaster is not trained yet; call 'fit' or 'load' first.")
        return self._fitted

    def predict(self, table: Table, part: str = "test", level: float = 0.9) -> pd.DataFrame:
        """Forecast every window of a part.

        Args:
            table: with the columns that were trained on; it may have newer rows.
            part: "train", "validation", "test", "all", or "future": beyond the last row.
            level: the share of true values that the interval should hold.

        Returns:
            Columns time, step (1..H), actual, forecast, lower, upper, in the target's unit.
        """
        windows = self._windows(table, part)
        moments = self._forecast(self.fitted.model, windows, self.fitted.scaling)
        return self._with_interval(windows, *moments, level)

    def forecast_of(self, explanation: Explanation, level: float = 0.9) -> pd.DataFrame:
        """The forecasts that an explanation of this forecaster explains, as `predict` gives them.

        The model is not asked again.
        """
        windows, course = explanation.explained.windows, explanation.course
        moments = _in_unit(windows, self.fitted.scaling, course.forecast, course.spread)
        return self._with_interval(windows, *moments, level)

    def _with_interval(
        self, windows: Windows, forecast: Floats, spread: Floats, level: float
    ) -> pd.DataFrame:
        lower, upper = self.fitted.calibration.interval(forecast, spread, level)
        return pd.DataFrame(
            {
                "time": windows.times.to_numpy().ravel(),
                "step": np.tile(np.arange(1, windows.horizon + 1), len(windows)),
                "actual": windows.actual.ravel(),
                "forecast": forecast.ravel(),
                "lower": lower.ravel(),
                "upper": upper.ravel(),
            }
        )

    def rivals(self, table: Table, part: str = "test") -> dict[str, Floats]:
        """Forecasts of the rivals on the windows of `predict`, each (W * H,), in its order."""
        windows = self._windows(table, part)
        with limited(self.fitted.model.size_at_once):
            ridge = self.fitted.ridge.predict(windows, self.fitted.scaling)
        forecasts = {
            "persistence": baselines.persistence(windows),
            "ridge": ridge,
        }
        season = baselines.season_of(table.freq)
        if season is not None:
            forecasts["seasonal_naive"] = baselines.seasonal_naive(windows, season)
        return {name: forecast.ravel() for name, forecast in forecasts.items()}

    def score(self, table: Table, part: str = "test", level: float = 0.9) -> "pd.Series[float]":
        """Errors of the model and of its rivals on the same windows, see `metrics.score`."""
        return metrics.score(self.predict(table, part, level), self.rivals(table, part))

    def explain(self, table: Table, part: str = "test", of: str = "forecast") -> Explanation:
        """Importances over every window of a part, in one pass, and each window on demand.

        Args:
            table: with the columns that were trained on.
            part: as in `predict`.
            of: the "forecast"; or, where the change is predicted, the "change" since the last
                value, which leaves that value out: what moves the forecast from here?

        Raises:
            SettingsError: `of` is neither.
        """
        return Explanation.of(self.explained(table, part, of), self.settings.seed)

    def explained(self, table: Table, part: str = "test", of: str = "forecast") -> Explained:
        """The windows of a part, to be explained one by one or by `explain`."""
        fitted, settings = self.fitted, self.settings
        windows = self._windows(table, part)
        return Explained(fitted.model, windows, fitted.scaling, settings.objective, of)

    def check(
        self,
        table: Table,
        part: str = "test",
        *,
        siblings: int = 0,
        on_progress: OnProgress | None = None,
    ) -> TrustReport:
        """Check whether the explanation of a part is true of this model, and how far it is chance.

        Args:
            table: that it was trained on, with or without newer rows.
            part: with true values that were not learnt from.
            siblings: further models to be trained, with the seeds that follow, to see what another
                training would call important.
            on_progress: told the share that is done and what is done; a true answer stops.

        Raises:
            NoWindowError: the part has too few windows.
            SettingsError: siblings are asked for on another table.
            CheckStopped: it was asked to stop.
        """
        with limited(self.fitted.model.size_at_once):
            return self._check(table, part, siblings, on_progress)

    def _check(
        self, table: Table, part: str, siblings: int, on_progress: OnProgress | None
    ) -> TrustReport:
        explanation = self.explain(table, part)
        need_windows(explanation.explained.windows, part)
        self._need_own_table(table, siblings)
        first, parts = self.settings.seed + self.settings.seeds, 1 + siblings
        others = []
        # as the model itself, also where the GPU that it was trained on is not there
        device = "cpu" if self.settings.device == "cpu" else "auto"
        for k in range(siblings):
            seed = first + k
            tell = part_of(on_progress, k, parts, f"training with seed {seed}")
            alike = replace(self.settings, seed=seed, seeds=1, device=device)
            trained = fit_or_stop(IMVForecaster.from_settings(alike), table, tell)
            others.append(trained.explain(table, part).importance_by_seed)
        subject = Subject(
            asked=self,
            table=table,
            explanation=explanation,
            part=part,
            attention=self.settings.attention,
            calibration=self.fitted.calibration,
            rivals=self.rivals(table, part),
            train=explanation.explained.windows.other("train"),
        )
        return examine(subject, others, part_of(on_progress, siblings, parts))

    def _need_own_table(self, table: Table, siblings: int) -> None:
        if siblings < 0:
            raise SettingsError(f"'siblings' is {siblings}; it must be 0 or more.")
        shares = self.settings.train_share, self.settings.validation_share
        if siblings and Split.by_share(table, *shares) != self.fitted.split:
            raise SettingsError(
                "Further seeds are trained on the table that the model was trained on, and "
                f"{table.name} is another or has newer rows. Bring that table, or ask for no seeds."
            )

    def attribute_one(self, table: Table, one: OneForecast) -> Floats:
        """How far each value of a window moves its forecast, (H, N, T), the oldest lag first.

        Mean |change| when that value alone is replaced by those of windows of the training part,
        in the target's unit.

        Args:
            table: that has the training part.
            one: the window.
        """
        explained = self.explained(table, "train", one.explains)
        held = HeldOut(explained, explained.windows)
        with limited(explained.ensemble.size_at_once):
            return attribution.occlude_one(held, torch.from_numpy(one.scaled))

    def explain_one(
        self, table: Table, row: int | None = None, level: float = 0.9, of: str = "forecast"
    ) -> OneForecast:
        """One forecast with all that it rests on; as quick in a large table as in a small one.

        Args:
            table: with the columns that were trained on.
            row: of the first forecast step; None: the one that would follow the last.
            level: the share of true values that the interval should hold.
            of: as in `explain`.

        Raises:
            NoWindowError: there are not T rows before it.
            SettingsError: `of` is neither.
        """
        scaling = self.fitted.scaling
        scaling.check(table.frame, table.name)
        row = len(table.frame) if row is None else row
        return self._one(Seen.before(table, row, scaling, self.settings.lookback), level, of)

    def what_if(self, one: OneForecast, values: pd.DataFrame, level: float = 0.9) -> OneForecast:
        """The forecast of a window, had its rows held other values.

        It tells what this model would forecast, not what would happen.

        Args:
            one: the window.
            values: in place of `one.values`; an empty cell is filled as a missing value.
            level: the share of true values that the interval should hold.

        Raises:
            TableError: the columns are others, or a value is no number or too large.
        """
        after = self._one(one.seen.but(values), level, one.explains)
        return replace(after, groups=one.groups)

    def _one(self, seen: Seen, level: float, of: str) -> OneForecast:
        with np.errstate(over="ignore"):  # what is too large is said in a sentence
            explained = self.explained(seen.context(self.settings.target), "future", of)
        with limited(numbers=1):  # of one window
            return OneForecast.of(seen, explained, self.fitted.calibration, level)

    def save(self, path: str | Path) -> None:
        """Write the model to one file (safetensors and JSON)."""
        model_file.write(Path(path), self.settings, self.fitted)

    @classmethod
    def load(cls, path: str | Path) -> "IMVForecaster":
        """Read a file that `save` wrote, from anybody: nothing in it is executed.

        Raises:
            ModelFileError: it is not such a file, or its parts do not fit together.
        """
        settings, fitted = model_file.read(path)
        fitted.model.to(devices.to_run_on(settings.device))
        forecaster = cls.from_settings(settings)
        forecaster._fitted = fitted
        return forecaster

    def _forecast(
        self, model: Ensemble, windows: Windows, scaling: Scaling
    ) -> tuple[Floats, Floats]:
        """Mean and standard deviation in the target's unit, each (W, H)."""
        spread_of = OBJECTIVES[self.settings.objective].spread
        with limited(model.size_at_once):
            return _in_unit(windows, scaling, *model.forecast(windows, spread_of))

    def _windows(self, table: Table, part: str) -> Windows:
        fitted = self.fitted
        if None not in (fitted.freq, table.freq) and fitted.freq != table.freq:
            raise ModelFileError(
                f"The model was trained on steps of {in_words(str(fitted.freq))}, and {table.name} "
                f"has steps of {in_words(str(table.freq))}. Use a table of the same step, or train "
                "a new model."
            )
        return Windows(table, fitted.scaling, fitted.split, part, self.settings.lookback)


def _in_unit(
    windows: Windows, scaling: Scaling, forecast: Floats, spread: Floats
) -> tuple[Floats, Floats]:
    """From scaled to the target's unit, each (W, H)."""
    unit = np.asarray(scaling.spread)
    return windows.base(windows.origins) + forecast * unit, spread * unit
