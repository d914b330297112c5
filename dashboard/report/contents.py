"""What a report says: the figures of the pages, and their main numbers as tables."""

from dataclasses import dataclass, fields
from functools import cached_property

import pandas as pd

from dashboard.charts.look import Palette
from dashboard.panels import data, explanation, forecast, training
from dashboard.panels.panel import Panel
from dashboard.settings_words import ATTENTIONS, CELLS, LABELS, OBJECTIVES, PREDICTIONS
from dashboard.verdict import score_table
from dashboard.words import number, short, when
from imv_core import Explanation, IMVForecaster, Settings, Table, metrics
from imv_core.reading.steps import in_words

LEVEL = 0.9
MOST = 30  # variables in figures and tables
MOST_SERIES = 12  # variables drawn over time
MOST_STEPS = 6  # steps ahead that get a map of their own


@dataclass(frozen=True)
class Contents:
    """A model, a table with a test part, and what follows from both."""

    forecaster: IMVForecaster
    table: Table
    explanation: Explanation  # of the test part

    @property
    def settings(self) -> Settings:
        """What the model was asked for."""
        return self.forecaster.settings

    @property
    def step(self) -> str:
        """A step of the table in words; empty where it has none."""
        return in_words(self.table.freq) if self.table.freq else ""

    @cached_property
    def past(self) -> pd.DataFrame:
        """Forecasts of the test part."""
        return self.forecaster.forecast_of(self.explanation, LEVEL)

    @cached_property
    def future(self) -> pd.DataFrame:
        """Forecasts beyond the last row."""
        return self.forecaster.predict(self.table, "future", LEVEL)

    @cached_property
    def scores(self) -> "pd.Series[float]":
        """Errors on the test part, and those of the rivals."""
        return metrics.score(self.past, self.forecaster.rivals(self.table, "test"))


def panels(of: Contents, colours: Palette) -> dict[str, list[Panel]]:
    """The figures, by the section that they stand in."""
    target, shown = of.settings.target, of.explanation
    first = of.past[of.past["step"] == 1]
    history, names = of.forecaster.fitted.history, shown.variables
    return {
        "forecast": [
            forecast.latest(
                forecast.on_grid(of.table.frame.index, first), of.future, target, colours
            ),
            forecast.residuals(first, target, colours),
        ],
        "importance": [
            explanation.importance(shown, target, colours, most=MOST),
            explanation.over_time(shown, colours),
        ],
        "lags": [
            explanation.temporal_map(shown, of.step, colours, most=MOST),
            explanation.joint_map(shown, of.step, colours, most=MOST),
            *(
                explanation.temporal_map(shown, of.step, colours, most=MOST, step=step)
                for step in _steps(of.settings)
            ),
        ],
        "training": [
            training.losses(history, names, of.settings.objective, False, colours),
            training.forming(history, names, colours),
        ],
        "data": [data.variables(of.table, _drawn(of), _starts(of), colours)],
    }


def tables(of: Contents) -> dict[str, pd.DataFrame]:
    """The main numbers as text, by the section that they stand in; readable without figures."""
    scores = score_table(of.scores)
    scores["relative"] = scores["relative"].map("{:.3f}".format)
    for error in ("RMSE", "MAE"):
        scores[error] = scores[error].map(number)
    future = of.future[["time", "step", "forecast", "lower", "upper"]].copy()
    future["time"] = future["time"].map(when)
    for column in ("forecast", "lower", "upper"):
        future[column] = future[column].map(number)
    return {
        "scores": scores.reset_index(),
        "future": future,
        "importance": _importance(of.explanation),
        "settings": _settings(of),
    }


def _importance(of: Explanation) -> pd.DataFrame:
    spread, over = explanation.whiskers(of)
    shares = of.variable_importance.nlargest(MOST)
    names, lags = list(shares.index), of.temporal_importance.loc[shares.index]
    columns = {
        "variable": [short(str(name)) for name in names],
        "importance": shares,
        f"lowest {over}": spread.loc[names, "low"],
        f"highest {over}": spread.loc[names, "high"],
    }
    if of.rests_on == "posterior":
        columns["prior"] = of.prior_importance.loc[names]
    shown = pd.DataFrame(columns)
    numbers = list(shown.columns[1:])
    shown[numbers] = shown[numbers].map("{:.3f}".format)
    shown["strongest lag"] = lags.idxmax(axis=1)
    shown["its share of the attention"] = lags.max(axis=1).map("{:.1%}".format)
    return shown


def _settings(of: Contents) -> pd.DataFrame:
    """Each setting as it is called on the page Train, with its value in words."""
    words = {
        "cell": CELLS,
        "predict": PREDICTIONS,
        "objective": OBJECTIVES,
        "attention": ATTENTIONS,
        "batch_size": {None: "by the number of windows"},
    }
    shares = ("train_share", "validation_share")
    rows = {}
    for name in (field.name for field in fields(Settings)):
        value = getattr(of.settings, name)
        text = words.get(name, {}).get(
            value, f"{value:.4g} of the rows" if name in shares else value
        )
        rows[LABELS[name]] = short(str(text))
    variables = [short(name) for name in of.explanation.variables]
    rest = len(variables) - MOST
    rows[LABELS["variables"]] = ", ".join(variables[:MOST]) + (f" and {rest} more" * (rest > 0))
    return pd.DataFrame({"setting": rows.keys(), "value": rows.values()})


def _steps(settings: Settings) -> range:
    """The steps ahead whose lags differ, where they are few."""
    differ = settings.attention == "inputs" and 1 < settings.horizon <= MOST_STEPS
    return range(1, settings.horizon + 1 if differ else 1)


def _drawn(of: Contents) -> list[str]:
    """The target, then the variables that matter most."""
    ordered = of.explanation.variable_importance.sort_values(ascending=False, kind="stable").index
    return list(dict.fromkeys((of.settings.target, *map(str, ordered))))[:MOST_SERIES]


def _starts(of: Contents) -> dict[str, object]:
    """Where the parts begin that the table has rows of."""
    index, split = of.table.frame.index, of.forecaster.fitted.split
    rows = {part: split.rows(index, part) for part in ("train", "validation", "test")}
    return {part: index[at.start] for part, at in rows.items() if at.start < at.stop}
