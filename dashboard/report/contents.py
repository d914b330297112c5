"""The contents of a report: the figures of the pages, and their main numbers as tables."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from dashboard.figures.theme import Palette
from dashboard.pages.data import panels as data
from dashboard.pages.explain import panels as explanation
from dashboard.pages.explain import panels as over_time
from dashboard.pages.explain.lag_map import panels as lags
from dashboard.pages.forecast import panels as errors
from dashboard.pages.forecast import panels as forecast
from dashboard.pages.train import panels as training
from dashboard.pages.trust import panels as trust
from dashboard.pages.trust.check_figures import sections
from dashboard.ui.panel import Panel
from dashboard.ui.times import calendar_groups
from dashboard.ui.verdict import LOOKS, OF_CHECK, score_table
from dashboard.wording import number, short, when
from imv_core import Explanation, IMVForecaster, Settings, Table
from imv_core.arrays import Floats
from imv_core.faithfulness.check import Verdict
from imv_core.faithfulness.report import TrustReport
from imv_core.forecasting import metrics
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.model.imv_lstm import Attention
from imv_core.tables.frequency import describe_step
from imv_core.training.declaration import declared

LEVEL, INNER = DEFAULT_LEVEL, 0.5  # of the intervals
MOST = 30  # variables in figures and tables
MOST_SERIES = 12  # variables drawn over time
MOST_STEPS = 6  # steps ahead that get a map of their own


@dataclass(frozen=True)
class Contents:
    """A model and a table with a test part, with forecasts and scores."""

    forecaster: IMVForecaster
    table: Table
    explanation: Explanation  # of the test part
    trust: TrustReport | None = None  # None: the explanation was not checked

    @property
    def settings(self) -> Settings:
        """Settings of the model."""
        return self.forecaster.settings

    @property
    def step(self) -> str:
        """A step of the table in words; empty if it has none."""
        return describe_step(self.table.freq) if self.table.freq else ""

    @cached_property
    def past(self) -> pd.DataFrame:
        """Forecasts of the test part with both intervals, and the persistence forecast."""
        inner = self.forecaster.forecast_of(self.explanation, INNER)
        past = forecast.nested(self.forecaster.forecast_of(self.explanation, LEVEL), inner)
        return past.assign(persistence=self.rivals["persistence"])

    @cached_property
    def future(self) -> pd.DataFrame:
        """Forecasts beyond the last row, with both intervals."""
        inner = self.forecaster.predict(self.table, "future", INNER)
        return forecast.nested(self.forecaster.predict(self.table, "future", LEVEL), inner)

    @cached_property
    def rivals(self) -> dict[str, Floats]:
        """Simple forecasts of the test part."""
        return self.forecaster.rivals(self.table, "test")

    @cached_property
    def scores(self) -> "pd.Series[float]":
        """Errors on the test part, and those of the rivals."""
        return metrics.score(self.past, self.rivals)


def panels(contents: Contents, colours: Palette) -> dict[str, list[Panel]]:
    """Return the figures by section."""
    target, shown, horizon = (
        contents.settings.target,
        contents.explanation,
        contents.settings.horizon,
    )
    first = contents.past[contents.past["step"] == 1]
    ahead = " 1 step ahead" if horizon > 1 else ""
    groups = calendar_groups(pd.Index(first["time"]))
    history, variables = contents.forecaster.fitted.history, shown.variables
    top = list(shown.variable_importance.nlargest(MOST).index)
    in_order = [name for name in variables if name in top]
    drawn = forecast.on_grid(contents.table.frame.index, first)
    return {
        "forecast": [forecast.latest(drawn, contents.future, target, colours)],
        "errors": [
            errors.residuals(first, target, ahead, colours),
            errors.distribution(first, target, ahead, colours),
            errors.coverage(first, ahead, colours),
            *(errors.by_group(first, group, target, ahead, colours) for group in groups),
        ],
        "importance": [
            explanation.importance(shown, target, colours, top),
            over_time.over_time(shown, colours),
            *(over_time.by_calendar(shown, group, colours, top) for group in groups),
            *([explanation.importance_by_step(shown, colours, top)] if horizon > 1 else []),
        ],
        "lags": [
            explanation.temporal_map(shown, contents.step, colours, in_order),
            explanation.joint_map(shown, contents.step, colours, in_order),
            *(
                explanation.temporal_map(shown, contents.step, colours, in_order, step)
                for step in _steps(contents.settings)
            ),
            *(
                []
                if contents.trust is None
                else _moved(contents, contents.trust, in_order, colours)
            ),
        ],
        "trust": []
        if contents.trust is None
        else _checked(contents.trust, contents.step, in_order, colours),
        "training": [
            training.losses(history, variables, contents.settings.objective, False, colours),
            training.forming(
                history, variables, contents.settings.objective, colours, shown.groups
            ),
        ],
        "data": [data.variables(contents.table, _drawn(contents), _starts(contents), colours)],
    }


def tables(contents: Contents) -> dict[str, pd.DataFrame]:
    """Return the main numbers as text, by section; readable without figures."""
    scores = score_table(contents.scores)
    scores["relative"] = scores["relative"].map("{:.3f}".format)
    for error in ("RMSE", "MAE"):
        scores[error] = scores[error].map(number)
    future = contents.future[["time", "step", "forecast", *forecast.ENDS]].rename(
        columns=forecast.ENDS
    )
    future["time"] = future["time"].map(when)
    for column in ("forecast", *forecast.ENDS.values()):
        future[column] = future[column].map(number)
    return {
        "scores": scores.reset_index(),
        "future": future,
        "importance": _importance(contents.explanation),
        **({} if contents.trust is None else {"checks": _checks(contents.trust)}),
        "settings": _settings(contents),
    }


def _checks(report: TrustReport) -> pd.DataFrame:
    """Return one row per check."""
    rows = [
        (check.title, _sign(check.verdict), short(check.sentence, 600), check.rule, check.source)
        for check in report.checks
    ]
    return pd.DataFrame(rows, columns=["question", "verdict", "found", "rule", "source"])


def _sign(verdict: Verdict) -> str:
    """Return the sign and the word of a verdict, on one line."""
    return f"{LOOKS[OF_CHECK[verdict]].sign}\u00a0{verdict}"


def _moved(
    contents: Contents, report: TrustReport, names: list[str], colours: Palette
) -> tuple[Panel, Panel]:
    """Return the figures of lags by attribution."""
    moves, target = report.lag_attribution, contents.settings.target
    ahead = explanation.of_steps(contents.explanation, None)
    return (
        lags.within(moves.loc[names], target, contents.step, colours, ahead),
        lags.together(moves, names, target, contents.step, colours, ahead),
    )


def _checked(report: TrustReport, step: str, names: list[str], colours: Palette) -> list[Panel]:
    """Return the figures of the checks."""
    return [
        *trust.maps(report, "another_window", step, colours, names),
        trust.variables(report, colours, names),
        *(each.draw(report, colours) for part in sections(report).values() for each in part),
    ]


def _importance(shown: Explanation) -> pd.DataFrame:
    """Return importance with its range and the strongest lag, one row per variable."""
    several = len(shown.seeds) > 1
    spread = shown.seed_range if several else shown.importance_range
    over = f"over {len(shown.seeds)} seeds" if several else "over time"
    shares = shown.variable_importance.nlargest(MOST)
    names, lags = list(shares.index), shown.temporal_importance.loc[shares.index]
    columns = {
        "variable": [short(str(name)) for name in names],
        "importance": shares,
        f"lowest {over}": spread.loc[names, "low"],
        f"highest {over}": spread.loc[names, "high"],
    }
    if shown.rests_on == "posterior":
        columns["prior"] = shown.prior_importance.loc[names]
    frame = pd.DataFrame(columns)
    numbers = list(frame.columns[1:])
    frame[numbers] = frame[numbers].map("{:.3f}".format)
    frame["strongest lag"] = lags.idxmax(axis=1)
    whole = "attention" if shown.lags_are_attention else "importance"
    frame[f"its share of the {whole}"] = lags.max(axis=1).map("{:.1%}".format)
    return frame


def _settings(contents: Contents) -> pd.DataFrame:
    """Return each setting with its label of the page Train and its value in words."""
    known = declared(type(contents.settings))
    rows = {
        setting.about.label: short(setting.written(getattr(contents.settings, name)))
        for name, setting in known.items()
    }
    variables = [short(name) for name in contents.explanation.variables]
    rest = len(variables) - MOST
    rows[known["variables"].about.label] = ", ".join(variables[:MOST]) + (
        f" and {rest} more" * (rest > 0)
    )
    return pd.DataFrame({"setting": rows.keys(), "value": rows.values()})


def _steps(settings: Settings) -> range:
    """Return the steps ahead whose lags differ, if they are few."""
    differ = settings.attention is Attention.INPUTS and 1 < settings.horizon <= MOST_STEPS
    return range(1, settings.horizon + 1 if differ else 1)


def _drawn(contents: Contents) -> list[str]:
    """Return the target, then the most important variables."""
    ordered = contents.explanation.variable_importance.sort_values(
        ascending=False, kind="stable"
    ).index
    return list(dict.fromkeys((contents.settings.target, *map(str, ordered))))[:MOST_SERIES]


def _starts(contents: Contents) -> dict[str, object]:
    """Return the start of each part that has rows in the table."""
    index, split = contents.table.frame.index, contents.forecaster.fitted.split
    rows = {part: split.rows(index, part) for part in ("train", "validation", "test")}
    return {part: index[at.start] for part, at in rows.items() if at.start < at.stop}
