"""The section Trust of the report: the checks of a model, where they are known."""

import json
import re
from base64 import b64decode
from datetime import date
from gzip import decompress
from html import unescape
from html.parser import HTMLParser

import pytest
import streamlit as st

from dashboard.report import html
from imv_core import read_table
from imv_core.cli.commands import main
from imv_core.runs.run import Run

DAY = date(2026, 3, 1)
FIGURES = 12  # of them two beside attention over lags


class _Text(HTMLParser):
    """The elements of a page, and all that is written."""

    def __init__(self, page):
        super().__init__()
        self.names, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, _):
        self.names.append(tag)

    def handle_data(self, data):
        self.text += data


def _report(named_by_strangers, trust):
    model, table, _ = named_by_strangers
    return html(model, table, model.explain(table), DAY, trust)


def _figures(page):
    packed = re.search(r'<script type="text/plain" id="figures">([^<]+)<', page)[1]
    return json.loads(decompress(b64decode(packed)))


@pytest.fixture(scope="module")
def pages(named_by_strangers):
    """The same report without and with the checks."""
    return [_report(named_by_strangers, trust) for trust in (None, named_by_strangers[2])]


def test_every_check_stands_in_it_with_its_verdict_its_rule_and_its_source(
    pages, named_by_strangers
):
    report = named_by_strangers[2]
    text = " ".join(_Text(pages[1]).text.split())
    said = " ".join(report.sentence.split())
    lines = len(re.findall(r'class="line \w+"', pages[1]))
    assert lines > 8
    assert text.count(said) == 2 + lines  # at the top, in the section, and under each explanation
    assert len(re.findall(r'<a href="#trust">', pages[1])) == 1 + lines
    without = " ".join(_Text(pages[0]).text.split())
    assert without.count("Not checked yet") == lines - 2  # no attribution without the checks
    for check in report.checks:
        for part in (check.title, check.sentence, check.rule, check.source):
            assert " ".join(part.split())[:500] in text
    assert text.count("✓ pass") == [c.verdict for c in report.checks].count("pass")


def test_its_figures_are_those_of_the_page(pages, named_by_strangers):
    without, with_checks = (_figures(page) for page in pages)
    assert len(with_checks) == len(without) + FIGURES
    titles = [unescape(t) for t in re.findall(r'aria-label="([^"]+)"\s+style="min-h', pages[1])]
    assert any(title.startswith("Attribution and importance agree on") for title in titles)


def test_where_nothing_is_checked_there_is_no_such_section(pages):
    assert 'id="trust"' not in pages[0]
    assert 'href="#trust"' not in pages[0]


def test_names_from_a_file_stay_text(pages):
    elements = _Text(pages[1])
    assert "<img src=x onerror=alert(1)>" in elements.text
    assert "img" not in elements.names


def test_the_shell_and_the_sidebar_give_the_same_checks(
    visit, runs, named_by_strangers, tmp_path, monkeypatch
):
    offered = {}
    monkeypatch.setattr(
        st, "download_button", lambda _, data, file_name, **more: offered.update({file_name: data})
    )
    model, planted, trust = named_by_strangers
    data, path = tmp_path / "data.parquet", tmp_path / "report.html"
    planted.to_parquet(data)
    run = Run.adopt(runs / "strangers", model, read_table(data), "strangers")
    run.write_trust(trust)
    visit("overview", run="strangers")
    assert main(["report", str(run.path), str(data), "-o", str(path)]) == 0
    written = path.read_text(encoding="utf-8")
    assert 'id="trust"' in written
    made = r"Made on \d{4}-\d\d-\d\d"
    assert re.sub(made, "", offered["report.html"]().decode()) == re.sub(made, "", written)
    # of other data the checks say nothing
    planted.frame.iloc[:590].to_parquet(data)
    assert main(["report", str(run.path), str(data), "-o", str(path)]) == 0
    assert 'id="trust"' not in path.read_text(encoding="utf-8")
