"""Walks through the pages: what a visitor has chosen is changed by nobody but the visitor."""

from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from streamlit.testing.v1 import element_tree as tree

from imv_core import IMVForecaster, read_table
from imv_core.planted import additive_lags
from imv_core.runs import Run

PAGES = ["overview", "data", "train", "forecast", "explain", "explore", "trust", "learn"]
CHAPTERS = ["1", "2", "3", "4", "5", "6"]
BLAMING = "5"  # the chapter that has a choice of the same name as the page Train
BUTTONS = (tree.Button, tree.DownloadButton, tree.FileUploader)
# these set other widgets as a whole, or say which place is looked at
WHOLE = ("preset", "several", "chapter")


class Label(str):
    """An option as it is written on the page: the browser tells the server this."""

    __slots__ = ()


@pytest.fixture(autouse=True)
def _labels_can_be_set(monkeypatch):
    written = tree._format_value_for_widget
    monkeypatch.setattr(
        tree,
        "_format_value_for_widget",
        lambda format_func, v: str(v) if isinstance(v, Label) else written(format_func, v),
    )


@pytest.fixture(scope="module")
def wide():
    """A table of many variables with holes, and a checked model of two steps: all can be chosen."""
    frame = additive_lags(rows=500, seed=3).frame
    rng = np.random.default_rng(0)
    for number in range(14 - len(frame.columns)):
        frame[f"noise {number}"] = rng.normal(size=len(frame))
    frame.iloc[100:103, 1] = np.nan
    table = read_table(frame, name="wide")
    model = IMVForecaster("y", max_epochs=1, hidden_size=2, lookback=4, horizon=2).fit(table)
    return model, table, model.check(table)


@pytest.fixture
def walk(visit, runs, wide):
    """Go to a page, or to a chapter of Learn by its number, in the session of a visitor."""
    model, table, trust = wide
    Run.adopt(runs / "wide", model, table, "wide").write_trust(trust)

    def walk(place, at=None):
        if place in CHAPTERS:
            at = visit("learn", at)
            _widgets(at)["chapter"].set_value(place)
            at.run()
        else:
            at = visit(place, at) if at is not None else visit(place, run="wide")
        assert [e.value for e in at.exception] == []
        return at

    return walk


def _widgets(at):
    """All widgets of a page that hold a value, by their keys without the name of the page."""
    found = [node for node in at._tree if isinstance(node, tree.Widget)]
    named = {w.key or w.label: w for w in found if not isinstance(w, BUTTONS)}
    return {key.removeprefix("train-").removeprefix("learn-"): w for key, w in named.items()}


def _seen(at):
    """What a visitor sees chosen, and what would be trained."""
    values = {key: w.value for key, w in _widgets(at).items() if key != "chapter"}
    values["**Model**"] = at.session_state["run"].path
    return values | {"would be trained": at.session_state["choice"]}


def _other(widget):
    """Another value than the one that a widget has."""
    match widget:
        case tree.Checkbox() | tree.Toggle():
            return not widget.value
        case tree.Multiselect():
            return widget.value[1:] or [Label(widget.options[0])]
        case tree.ButtonGroup() if not widget._is_single_select:
            return [Label(option) for option in widget.options[:2]]
        case tree.ButtonGroup() | tree.Radio() | tree.Selectbox():
            now = widget.indices[0] if isinstance(widget, tree.ButtonGroup) else widget.index
            return Label(widget.options[(-1 if now is None else now) - 1])
        case tree.Slider() if isinstance(widget.value, tuple | list):
            first, last = widget.value
            return first, last - (last - first) // 3
        case tree.Slider() | tree.NumberInput():
            step = widget.step or 1
            now = widget.value if widget.value is not None else 2 * step
            return now - step if widget.max is not None and now >= widget.max else now + step
        case tree.TextInput():
            return "1"
        case tree.DateTimeInput():
            return widget.value - timedelta(days=1)
    raise TypeError(type(widget))


def _touch(at):
    """Set all widgets of a page by hand, also those that appear by that; how many there were."""
    touched = set(WHOLE)
    while new := {key: w for key, w in _widgets(at).items() if key not in touched}:
        touched |= set(new)
        for widget in new.values():
            if not widget.proto.disabled:
                widget.set_value(_other(widget))
        at.run()
        assert [e.value for e in at.exception] == []
    return len(touched) - len(WHOLE)


def _rounds(walk, at, places, before):
    """From every place to every other and back: nothing has changed."""
    for pair in combinations(places, 2):
        for place in pair:
            at = walk(place, at)
            assert (pair, _seen(at)) == (pair, before[place])


def test_what_is_set_by_hand_on_a_page_is_there_after_a_visit_to_any_other(walk):
    at, before, count = None, {}, 0
    for place in PAGES:
        at = walk(place, at)
        if place == "learn":
            at = walk(BLAMING, at)
        count += _touch(at)
    assert count > 50
    for place in PAGES:  # what pages share was touched on each of them
        at = walk(place, at)
        before[place] = _seen(at)
    _rounds(walk, at, PAGES, before)


def test_what_is_set_by_hand_in_a_chapter_is_there_after_a_visit_to_any_other(walk):
    at, before = walk("learn"), {}
    for place in CHAPTERS:
        at = walk(place, at)
        _touch(at)
    for place in CHAPTERS:
        at = walk(place, at)
        before[place] = _seen(at)
    _rounds(walk, at, CHAPTERS, before)


def test_looking_at_places_changes_nothing_whatever_their_order(walk):
    places = [*PAGES[:-1], *CHAPTERS]
    ways = []
    for order in (places, places[::-1]):
        at, seen = None, {}
        for place in order:
            at = walk("learn") if at is None and place in CHAPTERS else at
            at = walk(place, at)
            seen[place] = _seen(at)
        ways.append(seen)
    for place in places:
        assert (place, ways[0][place]) == (place, ways[1][place])
