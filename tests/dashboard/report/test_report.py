"""The report: one file with the real numbers, whatever the columns are called."""

import base64
import gzip
import json
import re
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from dashboard.navigation import sidebar
from dashboard.paths import SHIPPED_RUN
from dashboard.report import html
from dashboard.report.contents import MOST, MOST_SERIES
from dashboard.report.html import rendered
from dashboard.ui.panel import HELP
from dashboard.ui.verdict import RIVALS, verdict
from dashboard.wording import number
from imv_core import IMVForecaster, read_table
from imv_core.cli.commands import main
from imv_core.runs.run import Run
from imv_core.synthetic.worlds import additive_lags

DAY = date(2026, 3, 1)
FIVE_MEGABYTES = 5_000_000
HOSTILE = [
    "</script><script>document.title='caught'</script>",
    "<img src=x onerror=\"document.title='caught'\">",
    "<!-- {{ 7 * 191 }} $\\alpha$",
    '" onmouseover="document.title=1',
    "n" * 5000,
]


def _report(forecaster, table):
    return html(forecaster, table, forecaster.explain(table), DAY)


def _tables(report):
    """The tables of a report by their headings, as text."""
    return {
        name.split(",")[0]: pd.DataFrame(rows, columns=columns)
        for name, (columns, *rows) in _Elements(report).tables.items()
    }


def _figures(report):
    """The figures as the browser will unpack them."""
    packed = re.search(r'<script type="text/plain" id="figures">([^<]+)<', report)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


class _Elements(HTMLParser):
    """Names and attributes of all elements, the text, and the tables as rows of cells."""

    def __init__(self, page):
        super().__init__()
        self.names, self.attributes, self.text, self.tables = [], set(), "", {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        self.attributes |= {name for name, _ in attributes}
        if tag == "table":
            self.rows = self.tables[dict(attributes)["aria-label"]] = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.text += data
        if self.names and self.names[-1] in ("th", "td") and data.strip():
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def report(forecaster, table):
    return _report(forecaster, table)


@pytest.fixture(scope="module")
def hostile():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(300, len(HOSTILE))), columns=HOSTILE)
    table = read_table(frame, name="</title><script>document.title='caught'</script>")
    model = IMVForecaster(HOSTILE[0], max_epochs=1, hidden_size=2, lookback=4, horizon=3)
    return model.fit(table), table


def test_scores_and_verdict_are_the_models(report, forecaster, table):
    scores = forecaster.score(table)
    (shown,) = [f for name, f in _tables(report).items() if name.startswith("Errors on the test")]
    shown = shown.set_index("forecast")
    assert shown.loc["IMV-LSTM", "RMSE"] == number(scores["rmse"])
    for name, words in RIVALS.items():
        if f"{name}_mae" in scores:
            assert shown.loc[words, "MAE"] == number(scores[f"{name}_mae"])
    assert list(shown["RMSE"].astype(float)) == sorted(shown["RMSE"].astype(float))
    assert _Elements(report).text.count(verdict(scores).text) == 2  # above, and at the explanation
    assert f"{scores['coverage']:.1%}" in report


def test_importances_and_their_strongest_lags_are_the_explanations(report, forecaster, table):
    explanation = forecaster.explain(table)
    shown = _tables(report)["Importance of variables"].set_index("variable")
    expected = explanation.variable_importance.sort_values(ascending=False)
    assert list(shown.index) == list(expected.index)
    np.testing.assert_allclose(shown["importance"].astype(float), expected, atol=6e-4)
    lags = explanation.temporal_importance.idxmax(axis=1)
    assert shown["strongest lag"].astype(int).to_dict() == lags.to_dict()
    assert (shown["lowest over time"].astype(float) <= shown["importance"].astype(float)).all()


def test_forecasts_settings_and_findings_stand_in_it(report, forecaster, table):
    tables = _tables(report)
    (future,) = [frame for name, frame in tables.items() if name.startswith("Beyond")]
    (value,) = forecaster.predict(table, "future")["forecast"]
    assert list(future["forecast"]) == [number(value)]
    settings = tables["Settings"].set_index("setting")["value"]
    assert settings["Target"] == "y"
    assert settings["Lookback"] == "10"
    assert settings["Cell"] == "variables kept apart (IMV-Tensor)"
    assert settings["Variables"] == ", ".join(table.usable)
    text = _Elements(report).text
    assert table.findings
    assert all(finding.text in text for finding in table.findings)
    assert f"Made on {DAY.isoformat()}" in text


def test_each_figure_has_its_title_alternative_and_meaning(report):
    figures = _figures(report)
    titles = re.findall(r'role="img" aria-label="([^"]+)"\s+style="min-height', report)
    assert len(figures) == len(titles) == report.count("What is this?</summary>") >= 12
    assert {trace["type"] for f in figures for trace in f["figure"]["data"]} == {
        *("scatter", "bar", "heatmap")
    }
    assert all(figure["dark"] for figure in figures)


def test_the_dark_variant_changes_colours_alone(report):
    for figure in _figures(report):
        for path, value in figure["dark"]:
            part = figure["figure"]
            for key in path:
                part = part[key]
            assert part != value
            assert str(value).startswith(("#", "rgb"))
            assert any("color" in str(key) for key in path)


@pytest.mark.parametrize("text", sorted(HELP.values()), ids=lambda path: path.stem)
def test_no_equation_stays_unrendered(text):
    source = text.read_text(encoding="utf-8")
    page = rendered(source)
    assert page.count("<math") == len(re.findall(r"\$\$.+?\$\$|\$.+?\$", source, re.DOTALL))
    assert not re.findall(r"[\\$]\w+", _Elements(page).text)


def test_nothing_is_fetched_and_only_its_own_scripts_may_run(report):
    head = report.split("</head>")[0]
    assert "default-src 'none'" in head
    assert head.count("'sha256-") == 2
    without_data = re.sub(r'(?s)<script type="text/plain".*?</script>', "", report)
    assert not re.findall(r'\s(?:src|href)=(?!"#)', without_data)


def test_names_from_a_file_stay_text(hostile):
    report = _report(*hostile)
    elements = _Elements(report)
    calm = _Elements(_report_of_calm_names(hostile))
    assert elements.names == calm.names
    assert elements.attributes == calm.attributes
    assert "{{ 7 * 191 }}" in elements.text
    assert "1337" not in elements.text
    assert len(report) < FIVE_MEGABYTES


def _report_of_calm_names(hostile):
    model, table = hostile
    calm = dict(zip(HOSTILE, "abcde", strict=True))
    frame = table.frame.rename(columns=calm).reset_index(drop=True)
    settings = {**model.settings.to_json(), "target": "a"}
    return _report(IMVForecaster(**settings).fit(read_table(frame)), read_table(frame))


def test_three_steps_ahead_have_maps_of_their_own_and_no_time_is_needed(hostile):
    report = _report(*hostile)
    titles = re.findall(r'role="img" aria-label="([^"]+)"\s+style="min-height', report)
    assert [sum(f"step {step} ahead" in title for title in titles) for step in (1, 2, 3)] == [1] * 3
    (future,) = [frame for name, frame in _tables(report).items() if name.startswith("Beyond")]
    assert list(future["time"]) == ["row 300", "row 301", "row 302"]


def test_of_several_seeds_the_range_is_over_seeds(three_seeds, table):
    report = _report(three_seeds, table)
    shown = _tables(report)["Importance of variables"].set_index("variable")
    low = three_seeds.explain(table).seed_range["low"]
    np.testing.assert_allclose(
        shown["lowest over 3 seeds"].astype(float), low[shown.index], atol=6e-4
    )
    assert "prior" in shown  # importance rests on the posterior
    assert "step 1 ahead" not in report  # attention over states is shared by the steps


def test_a_table_of_many_variables_shows_the_most_important():
    world = additive_lags(rows=400, seed=1)
    rng = np.random.default_rng(0)
    noise = pd.DataFrame(rng.normal(size=(400, 190)), index=world.frame.index).add_prefix("noise ")
    table = read_table(world.frame.join(noise), name="wide")
    model = IMVForecaster("y", max_epochs=1, hidden_size=1, lookback=4).fit(table)
    report = _report(model, table)
    assert f"The {MOST} most important of {len(table.usable)} variables are shown" in report
    assert len(_tables(report)["Importance of variables"]) == MOST
    panels = _figures(report)[-1]["figure"]["data"]
    assert len(panels) == MOST_SERIES
    assert len(report) < FIVE_MEGABYTES


def test_the_sidebar_gives_the_file_that_the_shell_writes(visit, runs, tmp_path, monkeypatch):
    offered = {}

    def collect(label, data, file_name, **_):
        offered[file_name] = data

    monkeypatch.setattr(st, "download_button", collect)
    at = visit("overview", run=SHIPPED_RUN.name)
    assert [e.value for e in at.exception] == []
    path = tmp_path / "report.html"
    data = SHIPPED_RUN.parent / "beijing_pm25.csv"
    assert main(["report", str(SHIPPED_RUN), str(data), "-o", str(path)]) == 0
    written = path.read_bytes()
    made = r"Made on \d{4}-\d\d-\d\d"
    assert re.sub(made, "", offered["report.html"]().decode()) == re.sub(made, "", written.decode())
    assert len(written) < FIVE_MEGABYTES


def test_where_there_can_be_no_report_its_page_says_why(runs, table, forecaster):
    short = read_table(table.frame.iloc[:100], name="short")
    run = Run.adopt(runs / "short", forecaster, short, "short")
    page = sidebar.report(run, DAY).decode()
    assert "No report" in page
    assert "short" in _Elements(page).text
