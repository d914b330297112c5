"""Compare two runs: errors, settings and importances."""

from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from dashboard import cache
from dashboard.pages.open_model import show_run_verdict
from dashboard.pages.train.comparison.panels import importances
from dashboard.ui.figure_card import colours, columns_side_by_side, show_panel
from dashboard.ui.verdict import best_rival
from dashboard.wording import differences, number, plain, sentence, short
from imv_core import Explanation, ImvError
from imv_core.forecasting.intervals import DEFAULT_LEVEL
from imv_core.runs.run import Run

PART = "test"


def compare(first: Run, second: Run) -> None:
    """Show scores, verdicts, different settings and importances of two runs."""
    st.subheader("Side by side")
    names = _names(first, second)
    without = [name for run, name in zip((first, second), names, strict=True) if not run.has_model]
    if without:
        st.info(f"{plain(without[0])} has no model yet, so there is only its settings to compare.")
        _settings(first, second, names)
        return
    try:
        explanations = [cache.explanation(run, PART) for run in (first, second)]
        scores = [cache.scores(run, PART, DEFAULT_LEVEL) for run in (first, second)]
    except ImvError as error:
        st.error(sentence(error))
        return
    why = _apart(first, second, explanations)
    if why:
        st.warning(why)
    else:
        st.dataframe(_score_table(scores, names), alt="Scores of both runs on the test part")
    runs = dict(zip(names, (first, second), strict=True))
    places = columns_side_by_side("verdicts", 1, 1)
    for place, (name, run) in zip(places, runs.items(), strict=True):
        with place:
            st.markdown(f"**{plain(name)}**")
            show_run_verdict(run)
    _settings(first, second, names)
    panel = importances(explanations, names, colours())
    show_panel("compared_importance", panel, runs=runs)


def _names(first: Run, second: Run) -> list[str]:
    names = [short(run.config.name, 60) for run in (first, second)]
    if names[0] == names[1]:
        names = [f"{place}: {name}" for place, name in enumerate(names, start=1)]
    return names


def _apart(first: Run, second: Run, explanations: list[Explanation]) -> str:
    """Return why their errors do not compare; empty if they do."""
    one, other = first.config, second.config
    if one.settings.target != other.settings.target:
        return (
            f"They forecast different targets, {plain(one.settings.target)} and "
            f"{plain(other.settings.target)}: their errors do not compare."
        )
    if one.table_fingerprint != other.table_fingerprint:
        return (
            f"They are judged on different data, {plain(one.table_name)} and "
            f"{plain(other.table_name)}: their errors do not compare."
        )
    if one.settings.horizon != other.settings.horizon:
        return (
            f"They forecast {one.settings.horizon} and {other.settings.horizon} steps ahead: their "
            "errors do not compare."
        )
    times = [explanation.times for explanation in explanations]
    if not np.array_equal(times[0], times[1]):
        return (
            f"Their test parts are not the same, {len(times[0]):,} and {len(times[1]):,} windows: "
            "the rows were split otherwise, so their errors do not compare."
        )
    return ""


def _score_table(scores: list["pd.Series[float]"], names: list[str]) -> pd.DataFrame:
    """Return a table with one row per measure and one column per run."""
    columns = {}
    for name, own in zip(names, scores, strict=True):
        columns[name] = {
            "RMSE": number(own["rmse"]),
            "Mean absolute error": number(own["mae"]),
            "RMSE, share of the best simple forecast": f"{own['rmse'] / best_rival(own)[1]:.3f}",
            f"Share of true values in the {DEFAULT_LEVEL:.0%} interval": f"{own['coverage']:.1%}",
        }
    return pd.DataFrame(columns)


def _settings(first: Run, second: Run, names: list[str]) -> None:
    configs = (first.config, second.config)
    # None, every usable column, equals the list of their names
    rows = differences(*(replace(c.settings, variables=c.variables) for c in configs))
    if not rows:
        st.caption("Their settings are the same.")
        return
    st.markdown("Settings that differ")
    frame = pd.DataFrame(rows, index=names).T.rename_axis("Setting")
    st.dataframe(frame, alt="The settings that differ between both runs")
