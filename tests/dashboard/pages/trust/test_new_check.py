"""A new check is one file and its place in the list: it then stands everywhere by itself."""

import re
from datetime import date

import pandas as pd
import pytest

from dashboard.pages.trust import check_figures, panels
from dashboard.report import html
from dashboard.ui.panel import Panel
from imv_core.cli.commands import main
from imv_core.faithfulness import checks
from imv_core.faithfulness.check import (
    BY_VARIABLE,
    CheckDefinition,
    CheckOutput,
    FrameSpec,
    Role,
    Verdict,
)
from imv_core.faithfulness.subject import Step
from imv_core.runs.run import Run

DUMMY = Step("counted letters", 5.0)


def _run(subject):
    subject.progress.begin(DUMMY)(0.5)
    index = pd.Index(subject.explanation.variables, name="variable")
    letters = pd.DataFrame({"letters": [float(len(name)) for name in index]}, index)
    totals = pd.DataFrame({"total": [letters["letters"].sum()]})
    found = NEW.result(Verdict.CAUTION, "The names have many letters.", "names are long")
    return CheckOutput(found, {BY_VARIABLE: letters, "totals": totals}, {"noughts": _map(subject)})


def _map(subject):
    return subject.explanation.joint_importance * 0.0


NEW = CheckDefinition(
    name="letters",
    question="Are names short?",
    rule="Passes where names have one letter.",
    source="Nobody 2026",
    role=Role.READING,
    run=_run,
    steps=(DUMMY,),
    frames=(FrameSpec(BY_VARIABLE, ("letters",)), FrameSpec("totals", ("total",), ("total",))),
    maps=("noughts",),
)


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(checks, "CHECKS", (*checks.CHECKS, NEW))


@pytest.fixture
def report(registered, named_by_strangers):
    """The checks of the model of strangers, the new one among them."""
    model, table, _ = named_by_strangers
    told = []
    found = model.check(table, on_progress=lambda _, step: told.append(step))
    assert told[-2:] == [DUMMY.name] * 2  # as it began, and half of it
    return found


def test_a_new_check_is_examined_kept_and_shown_in_the_page_and_in_the_report(
    visit, runs, named_by_strangers, report, tmp_path, capsys
):
    model, table, before = named_by_strangers
    assert [check.name for check in report.checks] == [*(c.name for c in before.checks), "letters"]
    assert report.by_variable["letters"].sum() == report.frames["totals"]["total"].item()
    assert not report.attributions["noughts"].to_numpy().any()
    assert "names are long" in report.sentence or "letters" not in report.reasons

    run = Run.adopt(runs / "strangers", model, table, "strangers")
    run.write_trust(report)
    back = run.trust
    assert back.checks == report.checks
    pd.testing.assert_frame_equal(back.frames["totals"], report.frames["totals"])
    pd.testing.assert_series_equal(back.by_variable["letters"], report.by_variable["letters"])

    at = visit("trust", run="strangers")
    assert [e.value for e in (*at.exception, *at.error)] == []
    written = " ".join(m.value for m in at.markdown)
    assert "Are names short?" in written
    assert "The names have many letters" in written
    assert f"{len(report.checks)} checks passed" in written

    page = html(model, table, model.explain(table), date(2026, 3, 1), report)
    for part in (NEW.question, NEW.rule, NEW.source, "The names have many letters."):
        assert part in page

    data = tmp_path / "data.parquet"
    table.to_parquet(data)
    assert main(["check", str(run.path), str(data)]) == 0
    assert "CAUTION: Are names short?\nThe names have many letters.\n" in capsys.readouterr().out


def test_a_figure_of_a_new_check_is_one_function_and_one_text(
    visit, runs, named_by_strangers, report, monkeypatch
):
    monkeypatch.setattr(check_figures, "CHECK_FIGURES", dict(check_figures.CHECK_FIGURES))

    @check_figures.check_figure("totals", "totals", "How long are names?")
    def totals(report, colours):
        like = panels.ablations(report, colours)
        return Panel("Names are long", like.figure, lambda: report.frames["totals"], "checks")

    model, table, before = named_by_strangers
    run = Run.adopt(runs / "strangers", model, table, "strangers")
    run.write_trust(report)
    at = visit("trust", run="strangers")
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert "How long are names?" in [heading.value for heading in at.subheader]
    assert "Names are long" in [chart.proto.alt for chart in at.get("plotly_chart")]
    page = html(model, table, model.explain(table), date(2026, 3, 1), report)
    assert re.search(r'aria-label="Names are long"', page)
    # checks from before have no such numbers, and no such figure
    assert "How long are names?" not in check_figures.sections(before)


def test_checks_from_before_a_new_check_are_shown_and_the_new_one_is_offered(
    visit, runs, named_by_strangers, registered
):
    model, table, before = named_by_strangers
    run = Run.adopt(runs / "strangers", model, table, "strangers")
    run.write_trust(before)
    at = visit("trust", run="strangers")
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert run.trust.checks == before.checks
    assert run.trust.not_run == (NEW.question,)
    newer = "Are names short? This check is newer than these results. Run them again."
    assert newer in [caption.value for caption in at.caption]
