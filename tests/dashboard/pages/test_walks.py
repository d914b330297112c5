"""Walks through the pages: what a visitor has chosen is changed by nobody but the visitor."""

import json
from datetime import timedelta
from itertools import combinations

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import element_tree as tree

from imv_core import IMVForecaster, read_table
from imv_core.runs.run import Run
from imv_core.synthetic.worlds import additive_lags

PAGES = ["overview", "data", "train", "forecast", "explain", "explore", "trust", "learn"]
CHAPTERS = ["1", "2", "3", "4", "5", "6"]
BLAMING = "5"  # the chapter that has a choice of the same name as the page Train
BUTTONS = (tree.Button, tree.DownloadButton, tree.FileUploader)
# these set other widgets as a whole, or say which place is looked at
WHOLE = ("preset", "several", "chapter")
# chosen on the page Data for the page Train; on any page for the maps of lags; in any chapter
SHARED = ("would be trained", "explore-map", "window", "variable", "lag")


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
        case tree.TextInput():
            return "1"
        case tree.DateTimeInput():
            return widget.value - timedelta(days=1)
        case tree.Slider() | tree.NumberInput():
            return _other_number(widget)
        case _:
            return _other_option(widget)


def _other_number(widget):
    step = widget.step or 1
    now = 2 * step if widget.value is None else widget.value
    if isinstance(now, tuple | list):
        first, last = now
        return first, last - (last - first) // 3
    return now - step if widget.max is not None and now >= widget.max else now + step


def _other_option(widget):
    chosen = widget.indices if hasattr(widget, "indices") else [widget.index]
    if isinstance(widget, tree.Multiselect) or not getattr(widget, "_is_single_select", True):
        return [Label(option) for k, option in enumerate(widget.options) if [k] != chosen[:1]][:2]
    return Label(widget.options[(chosen[0] if chosen and chosen[0] is not None else 0) - 1])


def _touch(at):
    """Set all widgets of a page by hand, also those that appear by that."""
    touched = set(WHOLE)
    while new := {key: w for key, w in _widgets(at).items() if key not in touched}:
        touched |= set(new)
        for widget in new.values():
            if not widget.proto.disabled:
                widget.set_value(_other(widget))
        at.run()
        assert [e.value for e in at.exception] == []


def _set_by_hand(walk, places, at=None):
    """Touch all places; what is seen there. What places share is as the last touch left it."""
    touched, shared = {}, {}
    for place in places:
        at = walk(place, at)
        _touch(at)
        touched[place] = _seen(at)
    for place in places:
        at = walk(place, at)
        seen = _seen(at)
        shared[place] = {k: v for k, v in seen.items() if k in SHARED or k.startswith("shared-")}
    return at, {place: touched[place] | shared[place] for place in places}


def _rounds(walk, at, places, before):
    """From every place to every other and back: nothing has changed."""
    for pair in combinations(places, 2):
        for place in pair:
            at = walk(place, at)
            assert (pair, _seen(at)) == (pair, before[place])


def test_what_is_set_by_hand_on_a_page_is_there_after_a_visit_to_any_other(walk):
    places = [*PAGES[:-1], BLAMING]
    at, before = _set_by_hand(walk, places)
    assert sum(map(len, before.values())) > 60
    _rounds(walk, at, places, before)


def test_what_is_set_by_hand_in_a_chapter_is_there_after_a_visit_to_any_other(walk):
    at, before = _set_by_hand(walk, CHAPTERS, walk("learn"))
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


@pytest.fixture
def tell(monkeypatch):
    """Tell the server once what a browser does with an element that has no stand-in in tests."""
    once, whole = {}, tree.ElementTree.get_widget_states

    def states(root):
        result = whole(root)
        result.widgets.extend(WidgetState(id=k, string_value=json.dumps(once[k])) for k in once)
        return result

    def tell(at, element, told):
        once[element.proto.id] = told
        at.run()
        once.clear()
        assert [e.value for e in at.exception] == []
        return at

    monkeypatch.setattr(tree.ElementTree, "get_widget_states", states)
    return tell


def test_values_that_were_typed_into_a_window_are_there_after_a_visit_to_another_page(walk, tell):
    at = walk("explore")
    _widgets(at)["explore-what-if-open"].set_value(True)
    at.run()
    (editor,) = at.get("arrow_data_frame") or at.get("data_editor")
    tell(at, editor, {"edited_rows": {"0": {"1": 99.0}}, "added_rows": [], "deleted_rows": []})
    moved = {box.label: box.value for box in at.metric}["After"]
    at = walk("explore", walk("trust", at))
    assert {box.label: box.value for box in at.metric}["After"] == moved


def test_chosen_runs_stay_chosen_after_a_visit_to_another_page(walk, tell):
    at = walk("train")
    tell(at, at.dataframe[0], {"selection": {"rows": [0], "columns": [], "cells": []}})
    assert at.text_input(key="run-name-wide").value == "wide"
    at = walk("train", walk("learn", at))
    assert at.text_input(key="run-name-wide").value == "wide"
