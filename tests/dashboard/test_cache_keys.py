"""No cached answer is given for another table: Streamlit itself hashes large tables by a sample."""

import ast
import importlib

import numpy as np
import pandas as pd
import pytest

from dashboard import cache
from imv_core import Settings, read_table
from imv_core.runs.run import Run
from imv_core.tables.findings import Finding
from tests.conftest import ROOT

WHOLE = {"str", "int", "float", "date", "Path", "TaskKind"}  # hashed as they are
ROWS = 60_000  # from 50,000 on Streamlit takes a sample
CELLS = [0, 9_999, 31_415, 47_011, 50_001, 59_990, 59_999]


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    times = pd.date_range("2020-01-01", periods=ROWS, freq="h", name="time")
    values = rng.normal(size=(ROWS, 2))
    labels = rng.choice(["a", "b"], ROWS)
    return pd.DataFrame(values, times, ["y", "x"]).assign(label=labels)


def _with(frame, row, name, value):
    changed = frame.copy()
    changed.loc[changed.index[row], name] = value
    return read_table(changed, name="large")


def _cached(tree):
    """Every function of a file that is cached, and its decorator."""
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", []):
            name = getattr(decorator, "func", decorator)
            if getattr(name, "attr", "") in ("cache_data", "cache_resource"):
                yield node, decorator


def _own_hashes(decorator, module):
    """Types for which a decorator names a hash of its own."""
    for word in getattr(decorator, "keywords", []):
        if word.arg == "hash_funcs":
            if isinstance(word.value, ast.Dict):
                return {key.id for key in word.value.keys}
            return {kind.__name__ for kind in getattr(module, word.value.id)}
    return set()


def test_every_argument_of_a_cached_function_is_hashed_whole():
    count = 0
    for path in (ROOT / "dashboard").rglob("*.py"):
        functions = list(_cached(ast.parse(path.read_text(encoding="utf-8"))))
        if not functions:
            continue
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node, decorator in functions:
            known = WHOLE | _own_hashes(decorator, module)
            arguments = [*node.args.args, *node.args.kwonlyargs]
            assert {ast.unparse(a.annotation) for a in arguments} <= known, node.name
            assert not [a.arg for a in arguments if a.arg.startswith("_")], node.name
            assert node.args.vararg is node.args.kwarg is None, node.name
            count += 1
    assert count > 20


def test_suspects_are_looked_for_again_where_one_cell_differs(frame, monkeypatch):
    looked = []

    def find(table, target):
        looked.append(table)
        return [Finding("ahead", (target,), f"{len(looked)}", warning=True)]

    monkeypatch.setattr(cache, "find_suspects", find)
    cache.suspects.clear()
    tables = [read_table(frame, name="large"), *(_with(frame, row, "x", 9.0) for row in CELLS)]
    tables += [_with(frame, row, "label", "c") for row in CELLS]
    texts = [cache.suspects(table, "y")[0].text for table in tables]
    assert len(set(texts)) == len(tables)
    assert [cache.suspects(table, "y")[0].text for table in tables] == texts
    assert len(looked) == len(tables)
    cache.suspects.clear()


def test_runs_on_tables_that_differ_in_one_cell_have_their_own_tables(frame, tmp_path):
    settings = Settings("y", max_epochs=1, hidden_size=2, lookback=3)
    for row in CELLS[:3]:
        run = Run.create(tmp_path / f"{row}", settings, _with(frame, row, "x", 9.0), "large")
        (changed,) = np.flatnonzero(cache.table(run).frame["x"] == 9.0)
        assert changed == row
