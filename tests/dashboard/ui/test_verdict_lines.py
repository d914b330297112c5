"""Under every explanation stands what its checks say, and what the page says first agrees."""

import ast
import re
from dataclasses import replace

import pytest

from dashboard import task_queue
from dashboard.ui.verdict import verdict
from dashboard.wording import sentence
from imv_core.runs.records import Status
from imv_core.runs.task import TaskKind
from tests.conftest import ROOT

# What shows data, errors or a training, and no weight or importance; "trust" is the checks' own.
NO_EXPLANATION = {
    *("series", "losses", "forecast", "residuals", "distribution", "coverage", "errors_by_group"),
    *("around", "cell"),
}
EXPLANATIONS = {"overview": 3, "explain": 6, "explore": 2, "train": 1}  # figures of two steps
COPIED = "Caution: '[x](javascript:alert(1)) <b> $a$ :blue[y] `z`' is a copy."


def _lines(at):
    """The labels of the links to the page Trust in the page itself."""
    return [
        link.proto.label for link in at.main.get("page_link") if link.proto.page.endswith("trust")
    ]


def _boxes(at):
    return [box.value for kind in (at.success, at.info, at.warning, at.error) for box in kind]


def _made():
    """Where panels are made, what they are about, and whether each is an explanation."""
    for path in (ROOT / "dashboard" / "pages").rglob("*panels.py"):
        if "learn" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Panel":
                told = {keyword.arg: keyword.value for keyword in node.keywords}
                about = node.args[3] if len(node.args) > 3 else told["about"]
                is_told = ast.unparse(told.get("is_explanation", ast.Constant(False))) == "True"
                yield path.parent.name, ast.literal_eval(about), is_told


def test_every_panel_that_shows_importance_or_attention_is_marked():
    made = [panel for panel in _made() if panel[0] != "trust"]
    assert len(made) > 20
    assert {about for _, about, is_told in made if not is_told} == NO_EXPLANATION
    assert not {about for _, about, is_told in made if is_told} & NO_EXPLANATION


@pytest.mark.parametrize("page", EXPLANATIONS)
def test_a_line_under_every_explanation_says_what_the_checks_found_or_that_there_are_none(
    visit, checked, named_by_strangers, page
):
    model, table, trust = named_by_strangers
    checked.trust_path.unlink()
    at = visit(page, run="checked")
    assert len(_lines(at)) == EXPLANATIONS[page]
    assert all("Not checked yet" in line for line in _lines(at))
    by_scores = sentence(verdict(model.score(table)).text)
    assert _boxes(at) == ([] if page == "train" else [by_scores])
    warned = {"verdict": "caution", "reasons": ("redundancy",), "sentence": COPIED}
    checked.write_trust(replace(trust, **warned, checks=_passed(trust)))
    at.run()
    assert len(_lines(at)) == EXPLANATIONS[page]
    assert all(sentence(COPIED) in line and "warning" in line for line in _lines(at))
    assert _boxes(at) == ([] if page == "train" else [f"{sentence(COPIED)} {by_scores}"])
    for text in (*_lines(at), *_boxes(at)):
        assert not re.search(r"(?<!\\)\[x|(?<!\\)<b|(?<!\\)\$a|(?<!\\):blue|(?<!\\)`z", text)
    assert [e.value for e in at.exception] == []


@pytest.mark.parametrize(("found", "sign"), [("rely", "check_circle"), ("do not rely", "block")])
def test_each_verdict_has_its_sign(visit, checked, trust, found, sign):
    checked.write_trust(replace(trust, verdict=found))
    assert all(sign in line for line in _lines(visit("overview", run="checked")))


@pytest.mark.parametrize("page", ["overview", "explain"])
def test_variables_that_copy_each_other_are_warned_of(visit, checked, trust, page):
    warning = "'<b>x2</b>' and 'x3' all but copy each other."
    checks = tuple(
        replace(check, verdict="caution", sentence=warning) if check.name == "redundancy" else check
        for check in trust.checks
    )
    checked.write_trust(replace(trust, checks=checks))
    assert sentence(warning) in [box.value for box in visit(page, run="checked").warning]


def test_checks_that_go_on_are_told_of_and_those_of_another_model_are_none(
    visit, checked, forecaster, monkeypatch
):
    checked.write_model(forecaster)  # the checks are of the model before
    at = visit("train", run="checked")
    for state, words in {
        "checking": "Being checked, 40% done",
        "waiting": "Not checked yet",  # in the queue of a server that has ended
        "stopped": "Not checked yet",
        "failed": "It could not be checked",
    }.items():
        checked.task(TaskKind.CHECKS).write_status(Status(state, 0.4))
        (line,) = _lines(at.run())
        assert words in line
    checked.task(TaskKind.CHECKS).write_status(Status("waiting"))
    monkeypatch.setattr(task_queue, "_queue", [task_queue.Queued(checked, TaskKind.CHECKS)])
    (line,) = _lines(at.run())
    assert "in the queue" in line


def _passed(trust):
    """The checks, as if there were no copies."""
    return tuple(
        replace(check, verdict="pass") if check.name == "redundancy" else check
        for check in trust.checks
    )
