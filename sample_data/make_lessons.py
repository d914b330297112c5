"""Write `lessons/`, for the page Learn. From the root: `python -m sample_data.make_lessons`.

The models are small on purpose: 4 variables, 8 lags, 4 units a variable fit on a board.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from imv_core import IMVForecaster, Table, read_table
from imv_core.forecasting import model_file
from imv_core.forecasting.fitted_model import Fitted
from imv_core.forecasting.intervals import Calibration
from imv_core.inspect.recurrences import PlainLSTM
from imv_core.model.ensemble import Ensemble
from imv_core.model.linear import Moments
from imv_core.model.objectives import OBJECTIVES
from imv_core.synthetic.worlds import relay
from imv_core.training.preparation import prepare
from imv_core.training.settings import Settings
from imv_core.training.trainer import Training, batch_size_for
from imv_core.windows.windows import Windows
from sample_data.make_planted_lags import PLANTED_LAGS

LESSONS = Path(__file__).with_name("lessons")
RELAY = LESSONS / "relay.csv"
VARIABLES = ("x1", "x2", "x5", "x7")  # one that does not act, and the three drivers
PAPER: dict[str, Any] = {
    "target": "y",
    "variables": VARIABLES,
    "lookback": 8,
    "hidden_size": 4,
    "attention": "states",
    "objective": "em",
    "predict": "level",
    "max_epochs": 40,
    "patience": 40,
    "learning_rate": 0.02,
}
MODELS = {  # name -> its series, and where it departs from the paper
    "tensor": (RELAY, {}),
    "full": (RELAY, {"cell": "full"}),
    "inputs": (RELAY, {"attention": "inputs"}),
    "chorus_em": (PLANTED_LAGS, {}),
    "chorus_mse": (PLANTED_LAGS, {"objective": "mse"}),
    "chorus_balanced": (PLANTED_LAGS, {"objective": "balanced"}),
}


def write() -> None:
    """Draw the relay, train every model on it or on the planted lags, and keep what is told of."""
    torch.set_num_threads(1)
    (LESSONS / "epochs").mkdir(parents=True, exist_ok=True)
    write_relay(RELAY)
    for name, (series, other) in MODELS.items():
        IMVForecaster(**PAPER | other).fit(read_table(series)).save(LESSONS / f"{name}.imv")
        print(f"Trained {name}")
    _write_epochs(read_table(RELAY), LESSONS / "epochs")
    _plain_lstm(read_table(RELAY)).save(LESSONS / "plain_lstm.safetensors")


def write_relay(path: Path) -> None:
    """The relay with its default rows and seed, four decimals, first column time."""
    frame = relay().frame[["y", *VARIABLES]]
    frame.to_csv(path, float_format="%.4f", lineterminator="\n")


def _write_epochs(table: Table, folder: Path) -> None:
    """The training of the model "tensor": its weights after each epoch."""
    settings = Settings(**PAPER)
    scaling, split, train, validation = prepare(table, settings)
    model = Ensemble.from_seed(settings.model(len(VARIABLES)), settings.seed, 1)
    ridge = Moments.from_windows(train).ridge(validation)
    training = Training(model, train, validation, settings)
    unit = np.asarray(scaling.spread)
    for record in training.epochs():
        moments = model.forecast(validation, OBJECTIVES[settings.objective].spread)
        forecast = validation.base(validation.origins) + moments[0] * unit
        calibration = Calibration.of(validation.actual, forecast, moments[1] * unit)
        history = tuple(training.history)
        fitted = Fitted(model, scaling, split, table.freq, ridge, calibration, history)
        model_file.write(folder / f"{record.epoch:02}.imv", settings, fitted)


def _plain_lstm(table: Table) -> PlainLSTM:
    """As many hidden units, the same windows, the squared error of the forecast."""
    settings = Settings(**PAPER)
    _, _, train, validation = prepare(table, settings)
    torch.manual_seed(settings.seed)
    plain = PlainLSTM(len(VARIABLES), len(VARIABLES) * settings.hidden_size)
    optimiser = torch.optim.AdamW(plain.parameters(), lr=settings.learning_rate)
    size = batch_size_for(len(train))
    batches = -(-len(train) // size)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=settings.max_epochs * batches
    )
    best, lowest = {}, float("inf")
    for _ in range(settings.max_epochs):
        places = torch.randperm(len(train)).numpy()
        for b in range(batches):
            x, y = train.batch(places[b * size : (b + 1) * size])[:2]
            optimiser.zero_grad()
            (plain(x) - y[:, 0]).square().mean().backward()
            optimiser.step()
            rate.step()
        if (loss := _error(plain, validation)) < lowest:
            best = {name: weight.clone() for name, weight in plain.state_dict().items()}
            lowest = loss
    plain.load_state_dict(best)
    return plain


@torch.no_grad()
def _error(plain: PlainLSTM, windows: Windows) -> float:
    x, y = windows.batch(slice(None))[:2]
    return float((plain(x) - y[:, 0]).square().mean())


if __name__ == "__main__":
    write()
