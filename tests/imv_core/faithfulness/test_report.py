"""All checks together."""

import json
from dataclasses import fields, replace

import pandas as pd
import pytest

from imv_core import CheckStopped, IMVForecaster, SettingsError, TrustReport, read_table
from imv_core.errors import NoWindowError, OutdatedError
from imv_core.faithfulness import checks as registry
from imv_core.faithfulness.check import BY_VARIABLE
from imv_core.faithfulness.overall_verdict import conclude
from tests.conftest import SAMPLES

NAMES = [
    *("moves", "skill", "attention", "attribution", "lags", "permutation", "deletion"),
    *("seeds", "time", "randomised", "calibration", "redundancy"),
]


def test_a_model_that_learnt_what_was_planted_passes_every_check_of_its_map(learnt):
    _, report = learnt
    verdicts = {check.name: check.verdict for check in report.checks}
    assert list(verdicts) == NAMES
    one_seed, few_windows = verdicts.pop("seeds"), verdicts.pop("calibration")
    assert set(verdicts.values()) == {"pass"}, verdicts
    assert one_seed == "unknown"
    assert report.verdict == ("caution" if few_windows == "fail" else "rely")


def test_where_nothing_is_planted_nothing_is_to_be_relied_on(nothing):
    assert nothing.verdict == "do not rely"
    assert nothing.sentence.startswith("Do not rely on it: this model has learnt nothing")


def test_the_planted_lags_are_found(learnt, world):
    _, report = learnt
    for driver, (lag,) in world.lags.items():
        assert report.lag_attribution.loc[driver].idxmax() == lag
        assert report.lag_attribution_by_step[1].loc[driver].idxmax() == lag


def test_frames_are_of_the_variables_and_lags(learnt):
    trained, report = learnt
    variables, lags = list(report.variables), list(range(1, 11))
    assert list(report.by_variable.index) == variables
    for frame in (report.attention, *report.attributions.values()):
        assert list(frame.index) == variables
        assert list(frame.columns) == lags
    assert report.attention.to_numpy().sum() == pytest.approx(1)
    assert len(report.summary()) == len(NAMES)
    assert report.target == trained.settings.target


def test_a_report_survives_a_file(learnt):
    _, report = learnt
    back = TrustReport.from_json(json.loads(json.dumps(report.to_json())))
    for field in fields(TrustReport):
        mine, theirs = getattr(report, field.name), getattr(back, field.name)
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(
                mine, theirs, check_index_type=False, check_column_type=False
            )
        elif isinstance(mine, dict):
            assert mine.keys() == theirs.keys()
            for key, frame in mine.items():
                pd.testing.assert_frame_equal(
                    frame, theirs[key], check_index_type=False, check_column_type=False
                )
        else:
            assert mine == theirs


@pytest.mark.parametrize("spoil", ["checks", "by_variable", "verdict", "redundant"])
def test_what_is_no_report_is_refused(learnt, spoil):
    values = json.loads(json.dumps(learnt[1].to_json()))
    for wrong in (3, None, {"a": 1}, "splendid"):
        with pytest.raises((TypeError, ValueError, LookupError)):
            TrustReport.from_json({**values, spoil: wrong})


FRAMES = {frame.name for definition in registry.CHECKS for frame in definition.frames}


@pytest.mark.parametrize("name", sorted(FRAMES))
def test_frames_of_another_form_are_refused(learnt, name):
    values = json.loads(json.dumps(learnt[1].to_json()))
    frame = values[name] if name == BY_VARIABLE else values["frames"][name]
    frame["columns"][0] = "something else"
    with pytest.raises(ValueError, match="not the checks"):
        TrustReport.from_json(values)


@pytest.mark.parametrize("frame", ["gone", "empty", "more"])
def test_a_frame_too_few_or_too_many_is_refused(learnt, frame):
    values = json.loads(json.dumps(learnt[1].to_json()))
    frames = values["frames"]
    if frame == "gone":
        del frames["ablations"]
    elif frame == "empty":
        frames["curves"] |= {"index": [], "data": []}
    else:
        frames["another"] = frames["pit"]
    with pytest.raises(ValueError, match="not the checks"):
        TrustReport.from_json(values)


def test_checks_of_other_names_or_verdicts_are_refused(learnt):
    values = json.loads(json.dumps(learnt[1].to_json()))
    first, *others = values["checks"]
    for checks in (
        [{**first, "verdict": "maybe"}, *others],
        [{**first, "name": "other"}, *others],
        [first, first, *others],
    ):
        with pytest.raises(ValueError, match="not the checks"):
            TrustReport.from_json({**values, "checks": checks})


def test_a_file_from_before_a_check_is_read_and_one_from_before_a_decisive_check_is_old(learnt):
    values = json.loads(json.dumps(learnt[1].to_json()))
    _, *others = values["checks"]
    with pytest.raises(OutdatedError, match="made by an older version; run them again"):
        TrustReport.from_json({**values, "checks": others})
    del values["frames"]["randomised"]
    names = [check["name"] for check in values["checks"]]
    del values["checks"][names.index("randomised")]
    back = TrustReport.from_json(values)
    assert [check.name for check in back.checks] == [n for n in NAMES if n != "randomised"]
    assert back.not_run == (learnt[1].check("randomised").title,)
    assert "randomised" not in back.frames
    assert TrustReport.from_json(json.loads(json.dumps(back.to_json()))).checks == back.checks
    assert (back.verdict, back.sentence) == (learnt[1].verdict, learnt[1].sentence)


def _in_first_format(report):
    """As files were before they had a version: frames beside the rest, no reasons."""
    values = json.loads(json.dumps(report.to_json()))
    frames = values.pop("frames")
    del values["version"], values["reasons"]
    return values | frames


def test_a_file_without_a_version_is_read(learnt):
    _, report = learnt
    back = TrustReport.from_json(_in_first_format(report))
    assert json.loads(json.dumps(back.to_json())) == json.loads(json.dumps(report.to_json()))


@pytest.mark.parametrize("spoil", ["checks", "by_variable", "curves", "verdict"])
def test_a_file_without_a_version_that_cannot_be_read_is_named_as_old(learnt, spoil):
    values = _in_first_format(learnt[1])
    for wrong in (3, None, {"a": 1}, "splendid"):
        with pytest.raises(OutdatedError, match="made by an older version; run them again"):
            TrustReport.from_json({**values, spoil: wrong})


def test_a_file_of_a_newer_version_is_named_as_such(learnt):
    values = learnt[1].to_json()
    with pytest.raises(OutdatedError, match="made by a newer version"):
        TrustReport.from_json({**values, "version": 99})
    for wrong in ("2", None, 0, True):
        with pytest.raises((TypeError, ValueError)):
            TrustReport.from_json({**values, "version": wrong})


def test_the_shipped_run_still_opens_with_its_checks():
    values = json.loads((SAMPLES / "beijing_pm25_run" / "trust.json").read_text("utf-8"))
    report = TrustReport.from_json(values["record"])
    assert [check.name for check in report.checks] == NAMES
    assert {check.verdict for check in report.checks} == {"pass"}
    assert report.verdict == "rely"
    assert report.reasons == ("moves", "skill")
    assert all(report.check(name).reason in report.sentence for name in report.reasons)


def test_further_seeds_are_those_of_the_models_own_table(learnt, table):
    trained, _ = learnt
    with pytest.raises(SettingsError, match="0 or more"):
        trained.check(table, siblings=-1)
    newer = pd.concat([table.frame, table.frame.set_axis(table.times_after(len(table.frame)))])
    with pytest.raises(SettingsError, match="has newer rows"):
        trained.check(read_table(newer, name="newer"), siblings=1)


def test_progress_runs_from_nothing_to_all_and_says_what_is_done(learnt, table):
    trained, report = learnt
    told = []
    again = trained.check(table, on_progress=lambda share, what: told.append((share, what)))
    assert again.sentence == report.sentence  # the same numbers again
    pd.testing.assert_frame_equal(again.by_variable, report.by_variable)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.95 < shares[-1] <= 1
    assert len({what for _, what in told}) == 9


def test_checks_can_be_stopped(learnt, table):
    trained, _ = learnt
    told = []

    def stop(share, _):
        told.append(share)
        return share > 0.1

    with pytest.raises(CheckStopped):
        trained.check(table, on_progress=stop)
    assert told[-1] < 0.5


def test_too_few_windows_are_said(learnt, table):
    trained, _ = learnt
    end = table.frame.index.searchsorted(trained.fitted.split.validation_end, "right") + 20
    short = read_table(table.frame.iloc[:end], name="short")
    with pytest.raises(NoWindowError, match="20 windows, and checks need 40"):
        trained.check(short)


def test_another_seed_is_trained_where_it_is_asked_for(two_steps, table):
    report = two_steps.check(table, siblings=1)
    seeds = report.stability.query("over == 'seeds'")
    assert len(seeds) == 1  # a pair
    assert next(c for c in report.checks if c.name == "seeds").verdict != "unknown"
    assert set(report.lag_attribution_by_step) == {1, 2}


def test_members_of_an_ensemble_are_held_against_each_other(three_seeds, table):
    report = three_seeds.check(table)
    assert len(report.stability.query("over == 'seeds'")) == 3
    assert set(report.lag_attribution_by_step) == {1, 2}


def _with(checks, **verdicts):
    return tuple(replace(c, verdict=verdicts.get(c.name, "pass")) for c in checks)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({}, "rely"),
        ({"seeds": "unknown"}, "rely"),
        ({"calibration": "caution"}, "rely"),
        ({"calibration": "fail"}, "caution"),
        ({"lags": "fail"}, "caution"),
        ({"redundancy": "caution"}, "caution"),
        ({"attention": "fail"}, "caution"),
        ({"attention": "fail", "deletion": "fail"}, "do not rely"),
        ({"skill": "fail"}, "do not rely"),
        ({"moves": "fail"}, "do not rely"),
        ({"moves": "caution"}, "caution"),
        ({"skill": "caution", "attention": "caution"}, "caution"),
    ],
)
def test_the_verdict_over_all_follows_from_the_checks(learnt, verdicts, expected):
    checks = _with(learnt[1].checks, **verdicts)
    verdict, named, sentence = conclude(checks)
    assert verdict == expected
    wanting = [name for name, v in verdicts.items() if v in ("fail", "caution")]
    reasons = {check.name: check.reason for check in checks}
    assert all(reasons[name] in sentence for name in named)
    assert named
    if expected != "rely":
        assert wanting[0] in named
    else:
        passed = sum(check.verdict == "pass" for check in checks)
        assert sentence.startswith(f"{passed} of {len(NAMES)} checks passed")


def test_where_little_of_the_map_can_be_told_nothing_is_called_reliable(learnt):
    unknown = dict.fromkeys(("attention", "deletion", "randomised"), "unknown")
    verdict, reasons, sentence = conclude(_with(learnt[1].checks, **unknown))
    assert verdict == "caution"
    assert "too little can be told" in sentence
    assert reasons == ()


@pytest.mark.parametrize(("variables", "lookback"), [(["x2"], 1), (["x2"], 3), (["x2", "x5"], 1)])
def test_a_window_of_one_variable_or_one_lag_is_checked_too(table, variables, lookback):
    options = {"lookback": lookback, "max_epochs": 1, "hidden_size": 2}
    report = IMVForecaster("y", variables, **options).fit(table).check(table)
    assert not any("nan" in check.sentence for check in report.checks)
    verdicts = {check.name: check.verdict for check in report.checks}
    assert (verdicts["attention"] == "unknown") == (lookback == 1)
