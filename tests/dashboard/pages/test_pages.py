"""Every page, in the states in which a visitor may find it."""

import json
import re
import shutil
import string
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from dashboard import cache, session, task_queue
from dashboard.paths import SHIPPED_RUN
from dashboard.ui.verdict import overall
from imv_core import ImvError, IMVForecaster, Settings, read_table
from imv_core.runs.run import Run, Status
from imv_core.training.declaration import declared

PAGES = ["overview", "data", "train", "forecast", "explain"]
FIGURES = {"overview": 4, "data": 1, "train": 2, "forecast": 5, "explain": 5}
WITH_MODEL = ["overview", "forecast", "explain"]
HOSTILE = ["y $a$ :red[b] <b>", "<img src=x onerror=alert(1)>", "time", "weight", "n" * 200, "😀"]
BAD_FILES = {
    "one column": b"a\n1\n2\n3\n4\n",
    "prose": b"It was a dark and stormy night; the rain fell in torrents,\nexcept at times.\n" * 9,
    "nothing": b"",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10\x08" * 9,
    "a header alone": b"time,a,b\n",
    "no number that changes": b"a,b,c\n" + b"1,red,on\n1,blue,off\n" * 50,
}


def _plain(text):
    return re.sub(rf"\\([{re.escape(string.punctuation)}])", r"\1", text)


def _figures(at):
    return [json.loads(chart.proto.spec)["data"] for chart in at.get("plotly_chart")]


def _kinds(at):
    return [traces[0]["type"] for traces in _figures(at)]


def _press(at, label):
    next(button for button in at.button if button.label == label).click()
    return at.run()


def _upload(at, name, content):
    at.file_uploader[0].upload(name, content, "text/csv")
    return at.run()


def _the_error(at):
    """The one sentence that says what is wrong."""
    assert [e.value for e in at.exception] == []
    assert len(at.error) == 1
    return _plain(at.error[0].value)


@pytest.fixture
def csv(world):
    """A small file like a visitor's; `still` never changes."""
    frame = world.frame.iloc[:400, :4].assign(still=1.0)
    return frame.to_csv().encode()


@pytest.fixture(scope="session")
def hostile():
    rng = np.random.default_rng(0)
    table = read_table(pd.DataFrame(rng.normal(size=(300, 6)), columns=HOSTILE), name="![x](y)")
    model = IMVForecaster(HOSTILE[0], max_epochs=1, hidden_size=2, lookback=4, horizon=3)
    return table, model.fit(table)


def test_the_first_view_forecasts_the_sample_and_shows_what_drives_it(visit):
    at = visit()
    assert [e.value for e in at.exception] == []
    assert _kinds(at) == ["scatter", "bar", "heatmap", "heatmap"]
    assert {"actual", "forecast", "beyond the last row"} <= {t["name"] for t in _figures(at)[0]}
    run = Run(SHIPPED_RUN)
    said = overall(cache.scores(run, "test", 0.9), cache.trust(run)).text
    boxes = [box.value for kind in (at.success, at.info, at.warning, at.error) for box in kind]
    assert [_plain(box) for box in boxes] == [said]
    assert at.query_params["run"] == SHIPPED_RUN.name


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_on_the_sample(visit, page):
    at = visit(page)
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert len(at.title) == 1
    assert len(_figures(at)) == FIGURES[page]


@pytest.mark.parametrize("page", PAGES)
def test_names_that_are_code_stay_names_on_every_page(visit, runs, hostile, page):
    table, forecaster = hostile
    Run.adopt(runs / "hostile", forecaster, table, "![x](y)")
    at = visit(page, run="hostile")
    assert [e.value for e in at.exception] == []
    written = [m.value for m in (*at.markdown, *at.title, *at.header, *at.caption)]
    assert not [text for text in written if re.search(r"(?<!\\)<img|(?<!\\)!\[x|(?<!\\)\$a", text)]
    assert any("\\!\\[x" in text for text in written)  # it stands in the sidebar


@pytest.mark.parametrize("shares", [(0.05, 0.9), (0.9, 0.08)])
def test_a_split_that_was_made_elsewhere_is_shown_as_it_is(visit, runs, table, shares):
    train, validation = shares
    settings = IMVForecaster("y", train_share=train, validation_share=validation).settings
    Run.create(runs / "mine", settings, table)
    at = visit("data", run="mine")
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert at.slider[0].value == (round(train * 100), round((train + validation) * 100))


@pytest.mark.parametrize("step", [1, 3])
def test_every_step_of_a_horizon_can_be_looked_at(visit, runs, hostile, step):
    table, forecaster = hostile
    Run.adopt(runs / "three", forecaster, table, "three")
    at = visit("forecast", run="three")
    at.slider[0].set_value(step).run()
    assert [e.value for e in at.exception] == []
    assert f"forecast {step} step" in at.get("plotly_chart")[0].proto.alt


def test_the_lags_of_every_step_can_be_looked_at(visit, runs, hostile):
    table, forecaster = hostile
    Run.adopt(runs / "three", forecaster, table, "three")
    at = visit("explain", run="three")
    assert any("3 steps ahead together" in m.value for m in at.markdown)
    at.selectbox("explain-lags-of-step-three").set_value(2).run()
    assert [e.value for e in at.exception] == []
    assert sum("step 2 ahead" in m.value for m in at.markdown) == 3  # bars and both maps
    expected = forecaster.explain(table).temporal_importance_by_step[2].to_numpy()
    maps = [t["z"] for traces in _figures(at) for t in traces if t["type"] == "heatmap"]
    shown = next(z for z in maps if z["shape"] == "{}, {}".format(*expected.shape))
    values = np.frombuffer(b64decode(shown["bdata"]), shown["dtype"]).reshape(expected.shape)
    np.testing.assert_allclose(np.sort(values, None), np.sort(expected, None), rtol=1e-5)


@pytest.mark.parametrize("page", ["overview", "explain"])
def test_whiskers_are_over_seeds_where_there_are_several(visit, runs, table, three_seeds, page):
    Run.adopt(runs / "three", three_seeds, table, "three")
    at = visit(page, run="three")
    assert [e.value for e in at.exception] == []
    bar = next(traces[0] for traces in _figures(at) if traces[0]["type"] == "bar")
    by_seed = three_seeds.explain(table).importance_by_seed
    assert "over 3 seeds" in bar["hovertemplate"]
    packed = bar["customdata"]
    ends = np.frombuffer(b64decode(packed["bdata"]), packed["dtype"]).reshape(-1, 2)
    expected = np.stack([by_seed.min(), by_seed.max()], axis=1)
    np.testing.assert_allclose(np.sort(ends, axis=0), np.sort(expected, axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("model", "what"), [("forecaster", "importance"), ("three_seeds", "weight")]
)
def test_explain_says_what_its_shares_are_of(visit, runs, table, request, model, what):
    """By default contributions are credited; for the paper's objective it is the posterior."""
    Run.adopt(runs / "mine", request.getfixturevalue(model), table, "mine")
    at = visit("explain", run="mine")
    assert [e.value for e in at.exception] == []
    charts = [json.loads(chart.proto.spec) for chart in at.get("plotly_chart")]
    names = [trace.get("name", "") for trace in charts[0]["data"]]
    assert any("prior" in name for name in names) == (what == "weight")
    (over_time,) = [c for c in charts if "stackgroup" in c["data"][0]]
    assert over_time["layout"]["yaxis"]["title"]["text"] == f"share of {what}"


@pytest.mark.parametrize(
    ("options", "unit"),
    [
        ({}, "half squared, half absolute error"),
        ({"objective": "mse"}, "squared error"),
        ({"objective": "em"}, "negative log-likelihood"),
    ],
)
def test_losses_are_drawn_in_the_unit_of_the_objective(visit, runs, table, options, unit):
    model = IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=4, **options).fit(table)
    Run.adopt(runs / "mine", model, table, "mine")
    at = visit("train", run="mine")
    assert [e.value for e in at.exception] == []
    losses = json.loads(at.get("plotly_chart")[0].proto.spec)
    assert losses["layout"]["yaxis"]["title"]["text"] == unit
    assert not [m.value for m in at.markdown if "so far" in m.value]  # it has ended


@pytest.mark.parametrize("page", WITH_MODEL)
def test_without_a_model_for_the_data_a_page_says_where_to_train_one(visit, csv, page):
    at = visit(page, _upload(visit("data"), "mine.csv", csv))
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert "There is no model for this data yet." in [box.value for box in at.info]
    assert "Train one" in [link.label for link in at.page_link]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("shipped", ["missing", "empty"])
def test_with_nothing_to_open_every_page_says_how_to_begin(
    visit, monkeypatch, tmp_path, page, shipped
):
    if shipped == "empty":
        (tmp_path / shipped).mkdir()
    monkeypatch.setattr(session, "SHIPPED_RUN", tmp_path / shipped)
    at = visit(page)
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert len(at.info) == 1


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_file_that_cannot_be_used_gets_one_sentence_and_leaves_the_sample_open(visit, content):
    at = _upload(visit("data"), "my_file.csv", content)
    assert "my_file.csv" in _the_error(at)
    assert at.header[0].value == "beijing\\_pm25\\.csv"


def test_a_good_file_is_opened(visit, csv):
    at = _upload(visit("data"), "my_file.csv", csv)
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert [_plain(h.value) for h in at.header] == ["my_file.csv"]
    assert at.metric[0].value == "400"
    assert "run" not in at.query_params


def test_after_a_bad_file_a_good_one_is_opened(visit, csv):
    at = _upload(visit("data"), "bad.csv", BAD_FILES["one column"])
    at.file_uploader[0].set_value(("good.csv", csv, "text/csv"))
    at.run()
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert at.header[0].value == "good\\.csv"


def test_a_file_whose_numbers_have_a_model_is_opened_with_it_where_it_was_trained_here(
    visit, adopted, world
):
    content = world.frame.to_csv().encode()
    at = _upload(visit("data"), "again.csv", content)
    assert at.session_state["run"] is None  # somebody has loaded it from a file
    assert "y, loaded" in at.sidebar.selectbox[0].options[0]
    replace(adopted.config, is_adopted=False).write(adopted.path)
    at = _upload(visit("data"), "again.csv", content)
    assert at.session_state["run"].path == adopted.path


@pytest.fixture
def started(monkeypatch):
    """The runs that a page has given to be trained; none is."""
    given = []
    monkeypatch.setattr(task_queue, "start", given.append)
    return given


def test_train_makes_a_run_of_what_was_chosen(visit, csv, started, runs):
    at = visit("train", _upload(visit("data"), "mine.csv", csv))
    at.number_input(key="train-lookback").set_value(6)
    at.number_input(key="train-max_epochs").set_value(2)
    at.number_input(key="train-seeds").set_value(3)
    at = _press(at, "Train")
    assert [e.value for e in (*at.exception, *at.error)] == []
    (run,) = started
    assert run.path.parent == runs
    settings = run.config.settings
    assert (settings.lookback, settings.max_epochs, settings.seeds) == (6, 2, 3)
    assert run.table.name == "mine.csv"
    assert at.query_params["run"] == run.path.name


def _pressed(visit, csv, started):
    """The settings that pressing Train gives where nothing else is touched."""
    at = _press(visit("train", _upload(visit("data"), "mine.csv", csv)), "Train")
    assert [e.value for e in (*at.exception, *at.error)] == []
    return started[-1].config.settings


def test_a_form_that_nobody_touched_trains_with_the_defaults(visit, csv, started):
    settings = _pressed(visit, csv, started)
    assert settings == Settings(settings.target, settings.variables)


@pytest.mark.parametrize(
    ("name", "value"),
    [("cell", "full"), ("attention", "states"), ("objective", "em"), ("predict", "change")],
)
def test_choices_follow_the_defaults_whatever_they_are(
    visit, csv, started, monkeypatch, name, value
):
    assert getattr(Settings, name) != value
    declaration = declared(Settings)[name]
    monkeypatch.setitem(declared(Settings), name, replace(declaration, default=value))
    assert getattr(_pressed(visit, csv, started), name) == value


@pytest.mark.parametrize(
    "case", [(400, "still", 10, "'still' is constant"), (100, "y", 90, "lookback")]
)
def test_what_cannot_be_trained_gets_one_sentence_and_no_folder(visit, world, started, runs, case):
    rows, target, lookback, why = case
    content = world.frame.iloc[:rows, :4].assign(still=1.0).to_csv().encode()
    at = _upload(visit("data"), "mine.csv", content)
    next(box for box in at.selectbox if box.label.startswith("Target")).select(target).run()
    at = visit("train", at)
    at.number_input(key="train-lookback").set_value(lookback)
    assert why in _the_error(_press(at, "Train"))
    assert not started
    assert not runs.exists() or not list(runs.iterdir())


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "no-such-run", "."])
def test_an_address_that_names_no_run_opens_the_sample(visit, name):
    at = visit(run=name)
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert at.query_params["run"] == SHIPPED_RUN.name


def test_an_address_opens_its_run(visit, adopted):
    at = visit(run="adopted")
    assert at.title[0].value == "What drives y?"
    assert at.query_params["run"] == "adopted"


@pytest.mark.parametrize("page", WITH_MODEL)
@pytest.mark.parametrize("damage", [b"", b"nonsense", "half"])
def test_a_damaged_model_is_a_sentence(visit, adopted, page, damage):
    whole = adopted.model_path.read_bytes()
    adopted.model_path.write_bytes(whole[: len(whole) // 2] if damage == "half" else damage)
    assert "model.imv" in _the_error(visit(page, run="adopted"))


def test_a_run_whose_table_is_damaged_leaves_the_sample_open(visit, adopted):
    (adopted.path / "table.parquet").write_bytes(b"nonsense")
    at = visit(run="adopted")
    assert "table.parquet" in _the_error(at)
    assert at.title[0].value == "What drives pm2\\.5?"


@pytest.mark.parametrize("file", ["status.json", "history.jsonl"])
@pytest.mark.parametrize("address", ["adopted", SHIPPED_RUN.name])
def test_a_damaged_folder_does_not_close_the_page_train(visit, adopted, file, address):
    (adopted.path / file).write_bytes(b"nonsense\n")
    at = visit("train", run=address)
    assert [e.value for e in at.exception] == []
    assert len(at.error) == (address == "adopted")
    assert "Load a model file that somebody sent" in [box.label for box in at.expander]


@pytest.mark.parametrize("page", WITH_MODEL)
def test_a_model_without_rows_to_be_judged_on_says_so(visit, runs, world, forecaster, page):
    older = read_table(world.frame.iloc[:300], name="older")
    Run.adopt(runs / "older", forecaster, older, "older")
    assert "older has no window in the test part" in _the_error(visit(page, run="older"))


@pytest.mark.parametrize("state_", ["waiting", "interrupted", "failed"])
def test_a_run_that_has_not_ended_well_can_be_gone_on_with(visit, runs, table, started, state_):
    settings = IMVForecaster("y", max_epochs=2).settings
    run = Run.create(runs / "mine", settings, table)
    run.write_status(Status(state_, message="Its *process* was killed."))
    at = visit("train", run="mine")
    assert [e.value for e in at.exception] == []
    assert len(at.error) + len(at.warning) == 1
    at.button(key="run-go-mine").click()
    at.run()
    assert [run.path.name for run in started] == ["mine"]


def test_each_of_two_models_that_read_alike_can_be_chosen(visit, runs, table, forecaster):
    paths = {Run.adopt(runs / name, forecaster, table, name).path for name in ("one", "two")}
    at = visit(run="one")
    for place in (0, 1):
        at.sidebar.selectbox[0].select_index(place)
        at.run()
        paths.discard(at.session_state["run"].path)
    assert paths == set()


def test_a_model_file_is_used_on_the_open_data(visit, adopted, two_steps, tmp_path, runs):
    two_steps.save(tmp_path / "sent.imv")
    at = visit("train", run="adopted")
    at.file_uploader[0].upload("sent.imv", (tmp_path / "sent.imv").read_bytes())
    at.run()
    at.button(key="train-adopt").click()
    at.run()
    assert [e.value for e in (*at.exception, *at.error)] == []
    assert at.session_state["run"].forecaster().settings == two_steps.settings
    assert len(list(runs.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b"nonsense", (SHIPPED_RUN / "model.imv").read_bytes()])
def test_a_model_file_that_cannot_be_used_is_a_sentence(visit, adopted, runs, content):
    at = visit("train", run="adopted")
    at.file_uploader[0].upload("sent.imv", content)
    at.run()
    at.button(key="train-adopt").click()
    assert _the_error(at.run()).endswith(".")
    assert [path.name for path in runs.iterdir()] == ["adopted"]


@pytest.mark.parametrize("page", ["data", "forecast", "explain", "overview"])
def test_the_numbers_of_every_figure_are_offered_whatever_the_columns_are_called(
    visit, runs, hostile, page, monkeypatch
):
    files = {}

    def collect(label, data, file_name, **_):
        if file_name.endswith(".csv"):
            files[file_name] = pd.read_csv(BytesIO(data()), header=None, skiprows=1)

    table, forecaster = hostile
    Run.adopt(runs / "hostile", forecaster, table, "hostile")
    monkeypatch.setattr(st, "download_button", collect)
    at = visit(page, run="hostile")
    assert [e.value for e in at.exception] == []
    assert len(files) >= len(_figures(at))
    if page == "explain":
        over_time = files["importance_over_time.csv"]
        assert set(over_time[1]) == set(HOSTILE)
        np.testing.assert_allclose(over_time.groupby(0)[2].sum(), 1, atol=1e-5)
        np.testing.assert_allclose(files["importance.csv"][1].sum(), 1)


def test_of_a_run_that_was_deleted_meanwhile_there_is_a_sentence(adopted):
    shutil.rmtree(adopted.path)
    for ask in (cache.forecaster, cache.table):
        with pytest.raises(ImvError):
            ask(adopted)
