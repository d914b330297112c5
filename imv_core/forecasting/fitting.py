"""Fit a model: prepare the table, start from a regression, train, calibrate intervals."""

from collections.abc import Callable
from pathlib import Path

from imv_core.compute import limited, to_train_on
from imv_core.forecasting.fitted import Fitted, predict_moments
from imv_core.forecasting.intervals import Calibration
from imv_core.model.ensemble import Ensemble
from imv_core.model.imv_lstm import Attention
from imv_core.model.linear import Moments
from imv_core.model.products import Products
from imv_core.tables.table import Table
from imv_core.training import checkpoint as checkpoints
from imv_core.training.history import EpochRecord
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings
from imv_core.training.trainer import Training, batch_size_for

OnEpoch = Callable[[EpochRecord], object]
OnBatch = Callable[[float], object]


def fit(
    table: Table,
    settings: Settings,
    on_epoch: OnEpoch | None = None,
    on_batch: OnBatch | None = None,
    checkpoint: Path | None = None,
) -> Fitted:
    """Train on a table; see `IMVForecaster.fit` for arguments and errors."""
    device = to_train_on(settings.device)
    scaling, split, train, validation = prepare(table, settings)
    size = settings.batch_size or batch_size_for(len(train))
    with limited(size * train.variables * settings.hidden_size):
        shape = settings.model(len(scaling.variables))
        model = Ensemble.from_seed(shape, settings.seed, settings.seeds).to(device)
        moments = Moments.from_windows(train)
        ridge = moments.ridge(validation)
        if settings.attention is Attention.INPUTS:
            products = Products.find(train, ridge, moments.mean_x)
            model.start_as_regression(moments.lasso(validation), moments, products)
        training = Training(model, train, validation, settings)
        if checkpoint is not None and checkpoint.exists():
            checkpoints.read(checkpoint, training)
        for record in training.epochs(on_batch):
            if checkpoint is not None and training.is_whole:
                checkpoints.write(checkpoint, training)
            if on_epoch is not None and on_epoch(record):
                break
        training.restore_best()
        model.requires_grad_(False).eval()
        forecast, spread = predict_moments(model, scaling, validation, settings.objective)
        return Fitted(
            model=model,
            scaling=scaling,
            split=split,
            freq=table.freq,
            ridge=ridge,
            calibration=Calibration.of(validation.actual, forecast, spread),
            history=tuple(training.history),
        )
