"""The page Trust: a verdict, its checks and figures, and what starts and stops them."""

import json
import re
import string
import time
from dataclasses import replace

import pandas as pd
import pytest

from dashboard import task_queue
from dashboard.pages.trust import page as trust_checks
from imv_core import IMVForecaster, read_table
from imv_core.faithfulness.examination import FEWEST
from imv_core.runs.records import Status
from imv_core.runs.run import Run
from imv_core.runs.task import TaskKind
from imv_core.synthetic import injection
from imv_core.synthetic.injection import Injection
from imv_core.synthetic.recovery import Recovery

FIGURES = 10
NOTHING_LEARNT = "Do not rely on it: this model has learnt nothing beyond the mean of the past."


def _plain(text):
    return re.sub(rf"\\([{re.escape(string.punctuation)}])", r"\1", text)


def _texts(kind):
    return [_plain(element.value) for element in kind]


def _without_complaint(at):
    assert [e.value for e in (*at.exception, *at.error)] == []
    return at


def _charts(at):
    return [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]


def _titles(at):
    return [chart.proto.alt for chart in at.get("plotly_chart")]


@pytest.fixture
def run(runs, named_by_strangers):
    """A run that is not checked."""
    model, table, _ = named_by_strangers
    return Run.adopt(runs / "strangers", model, table, "![x](y)")


@pytest.fixture
def checked(run, named_by_strangers):
    run.write_trust(named_by_strangers[2])
    return run


@pytest.fixture
def asked(monkeypatch):
    """The works that a page has asked for; none is done."""
    given = []
    monkeypatch.setattr(
        task_queue, "check", lambda run, seeds: given.append((run.path, "checks", seeds))
    )
    monkeypatch.setattr(task_queue, "recover", lambda run: given.append((run.path, "recovery")))
    monkeypatch.setattr(task_queue, "inject", lambda run: given.append((run.path, "injection")))
    return given


def test_the_verdict_stands_above_every_check_and_every_figure(visit, checked, named_by_strangers):
    report = named_by_strangers[2]
    at = _without_complaint(visit("trust", run="strangers"))
    boxes = [box for kind in (at.success, at.warning, at.error) for box in kind]
    assert report.sentence in _texts(boxes)
    written = " ".join(_texts(at.markdown))
    for check in report.checks:
        assert check.title in written
        assert " ".join(check.sentence.split()) in written
        assert check.rule in written
    assert len(_charts(at)) == FIGURES
    badges = [m.value for m in at.markdown if m.value.startswith(":") and "badge" in m.value]
    assert len(badges) == len(report.checks)


def test_names_that_are_code_stay_names(visit, checked):
    at = visit("trust", run="strangers")
    written = [m.value for m in (*at.markdown, *at.caption, *at.info, *at.warning, *at.success)]
    assert not [text for text in written if re.search(r"(?<!\\)<img|(?<!\\)!\[x|(?<!\\)\$a", text)]
    assert any("\\<img" in text for text in written)


@pytest.mark.parametrize(
    ("verdict", "box"), [("rely", "success"), ("caution", "warning"), ("do not rely", "error")]
)
def test_each_verdict_has_its_own_box(visit, run, named_by_strangers, verdict, box):
    report = replace(named_by_strangers[2], verdict=verdict, sentence=NOTHING_LEARNT)
    run.write_trust(report)
    at = visit("trust", run="strangers")
    assert NOTHING_LEARNT in _texts(getattr(at, box))


def test_copies_are_warned_of(visit, run, named_by_strangers):
    report = named_by_strangers[2]
    said = "'a' and 'b' all but copy each other."
    checks = tuple(
        replace(c, verdict="caution", sentence=said) if c.name == "redundancy" else c
        for c in report.checks
    )
    run.write_trust(replace(report, checks=checks))
    assert said in _texts(visit("trust", run="strangers").warning)


def test_of_one_step_both_maps_are_of_that_step(visit, checked):
    at = _without_complaint(visit("trust", run="strangers"))
    (step,) = [box for box in at.selectbox if box.label == "Of the forecast of"]
    step.set_value(2)
    _without_complaint(at.run())
    attention, attribution = _titles(at)[:2]
    assert attention.endswith("step 2 ahead")
    assert "at lag 2 first" in attribution  # planted at lag 3, one step ahead
    (way,) = [box for box in at.segmented_control if box.label.startswith("Attribution")]
    way.set_value("integrated_gradients")
    _without_complaint(at.run())
    assert not [box for box in at.selectbox if box.label == "Of the forecast of"]
    assert "step" not in _titles(at)[0]


def test_a_model_that_is_not_checked_says_so_and_offers_to(visit, run, asked):
    at = _without_complaint(visit("trust", run="strangers"))
    assert "not checked yet" in at.info[0].value
    assert _charts(at) == []
    at.button(key="trust-ask-checks").click()
    at.run()
    for kind in ("recovery", "injection"):
        at.button(key=f"trust-ask-{kind}").click()
        at.run()
    assert asked == [(run.path, "checks", 0), (run.path, "recovery"), (run.path, "injection")]


def test_a_model_of_one_seed_can_be_checked_beside_four_more(visit, checked, asked):
    report = checked.trust
    at = _without_complaint(visit("trust", run="strangers"))
    at.button(key="trust-ask-seeds").click()
    at.run()
    assert asked == [(checked.path, "checks", 4)]
    known = tuple(
        replace(check, verdict="pass") if check.name == "seeds" else check
        for check in report.checks
    )
    checked.write_trust(replace(report, checks=known))
    at = visit("trust", run="strangers")
    assert not [button for button in at.button if button.key == "trust-ask-seeds"]
    at.button(key="trust-ask-checks").click()  # what was known of seeds stays known
    at.run()
    assert asked[1:] == [(checked.path, "checks", 4)]


def test_a_folder_that_cannot_be_written_to_gets_a_sentence(visit, run):
    (run.path / "checking.json.part").mkdir()
    at = visit("trust", run="strangers")
    at.button(key="trust-ask-checks").click()
    at.run()
    assert [e.value for e in at.exception] == []
    assert "Is a directory" in at.error[0].value


def test_checks_that_go_on_are_followed_and_stopped(visit, run):
    work = run.task(TaskKind.CHECKS)
    work.write_status(Status("checking", 0.4, 21.0, "gradients"))
    at = _without_complaint(visit("trust", run="strangers"))
    (bar,) = at.get("progress")
    assert bar.proto.value == 40
    assert "gradients" in bar.proto.text
    assert "21 s left" in bar.proto.text
    assert not [button for button in at.button if button.key == "trust-ask-checks"]
    at.button(key="run-stop-checks-strangers").click()
    at.run()
    assert work.is_stop_requested


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (Status("failed", message="The disk is full."), "error", "The disk is full."),
        (Status("interrupted", message="Its server was ended."), "error", "server was ended"),
        (Status("stopped", message="It was stopped before its end."), "caption", "was stopped"),
        (Status("waiting"), "warning", "queue of a server that has ended"),
        (Status("checking", updated=time.time() - 3600), "error", "without a word"),
    ],
    ids=lambda value: getattr(value, "state", None),
)
def test_checks_that_came_to_no_end_can_be_run_again(visit, run, status, kind, said):
    run.task(TaskKind.CHECKS).write_status(status)
    at = visit("trust", run="strangers")
    assert [e.value for e in at.exception] == []
    assert said in " ".join(_texts(getattr(at, kind)))
    assert at.button(key="trust-ask-checks")


def test_what_was_found_stays_while_it_is_checked_again(visit, checked):
    checked.task(TaskKind.CHECKS).write_status(Status("checking", 0.1, message="gradients"))
    at = _without_complaint(visit("trust", run="strangers"))
    assert len(_charts(at)) == FIGURES
    assert len(at.get("progress")) == 1


def test_too_few_windows_are_told_before_anybody_waits(visit, runs, named_by_strangers):
    _, table, _ = named_by_strangers
    few = read_table(table.frame.iloc[:180], name="few")
    target = str(few.frame.columns[-1])
    model = IMVForecaster(target, max_epochs=1, hidden_size=1, lookback=3).fit(few)
    Run.adopt(runs / "few", model, few, "few")
    at = _without_complaint(visit("trust", run="few"))
    assert f"checks need {FEWEST}" in at.warning[0].value
    assert not [button for button in at.button if button.key == "trust-ask-checks"]


def test_a_table_without_a_test_part_gets_a_sentence(visit, runs, forecaster, table):
    short = read_table(table.frame.iloc[:100], name="short")
    Run.adopt(runs / "short", forecaster, short, "short")
    at = visit("trust", run="short")
    assert [e.value for e in at.exception] == []
    assert len(at.error) == 1


def test_without_a_model_the_page_leads_to_one(visit, runs, table):
    Run.create(runs / "untrained", IMVForecaster("y").settings, table)
    at = _without_complaint(visit("trust", run="untrained"))
    assert at.title[0].value == "Trust"
    assert len(at.info) == 1


def test_what_was_found_in_planted_worlds_is_said_and_drawn(visit, checked, named_by_strangers):
    rows = {"world": ["additive"], "seed": [0], "drivers": [3], "found": [2]}
    rows |= {"exact_by_attention": [1], "exact_by_attribution": [3]}
    found = Recovery(pd.DataFrame(rows), 10)
    checked.write_recovery(found)
    at = _without_complaint(visit("trust", run="strangers"))
    assert found.sentence in _texts(at.markdown)
    assert len(_charts(at)) == FIGURES + 1


def test_what_was_found_of_a_hidden_effect_is_said_and_drawn(visit, checked, named_by_strangers):
    like = str(named_by_strangers[1].frame.columns[0])
    trials = [(0.0, 0.02, 2, 1), (0.05, 0.1, 2, 2), (0.1, 0.5, 2, 2)]
    found = Injection(pd.DataFrame(trials, columns=injection.COLUMNS), 2, False, 0.25, like)
    checked.write_injection(found)
    at = _without_complaint(visit("trust", run="strangers"))
    assert "with 10% of the target's variation: found, at lag 2" in found.sentence
    assert found.sentence in _texts(at.markdown)
    assert f"values like those of '{like}'" in " ".join(_texts(at.caption))
    assert len(_charts(at)) == FIGURES + 1
    assert (
        "The hidden column gets 2% of the importance without an effect, and 50% with one of "
        in (" ".join(_titles(at)))
    )
    assert at.button(key="trust-ask-injection").label == "Hide it again"


def test_the_search_for_a_hidden_effect_is_followed_and_stopped(visit, checked):
    work = checked.task(TaskKind.INJECTION)
    work.write_status(Status("checking", 0.3, 90.0, "training with a hidden effect of 5%"))
    at = _without_complaint(visit("trust", run="strangers"))
    (bar,) = at.get("progress")
    assert "a hidden effect of 5%, 2 min left" in bar.proto.text
    assert not [button for button in at.button if button.key == "trust-ask-injection"]
    at.button(key="run-stop-injection-strangers").click()
    at.run()
    assert work.is_stop_requested
    work.write_status(Status("failed", message="The disk is full."))
    at = visit("trust", run="strangers")
    assert "The disk is full." in _texts(at.error)
    assert at.button(key="trust-ask-injection")


def test_verdicts_are_counted_in_words(named_by_strangers):
    report = named_by_strangers[2]
    verdicts = ("pass", "caution", "caution", "fail", "unknown")
    checks = tuple(replace(c, verdict=v) for c, v in zip(report.checks, verdicts, strict=False))
    assert trust_checks.count(replace(report, checks=checks)) == (
        "1 of 5 checks passed, 2 ask for caution, 1 failed, 1 could not be told"
    )
