"""The shape of the code: what may import what, and what must not occur at all."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import imv_core

ROOT = Path(__file__).parents[2]
CODE = [
    path
    for folder in ("imv_core", "dashboard", "benchmarks", "sample_data")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
# Each may import those before it, and none after it: so there is no cycle either.
LAYERS = [
    *("errors", "devices", "threads", "stored", "digest", "atomic", "lock", "deleted_runs"),
    *("allocation", "csv_output", "termination"),
    *("reading.findings", "reading.raw", "reading.delimited", "reading.workbook"),
    *("reading.parquet", "reading.unpacking", "reading.transfer", "reading.parser"),
    *("reading.isolation", "reading.files", "reading.stamps", "reading.absurd"),
    *("reading.columns", "reading.steps", "reading.timeline"),
    *("table", "resampling", "scaling", "suspects", "seen", "alike", "windows"),
    *("recurrence", "cells", "bends", "attention", "input_attention", "model"),
    *("linear", "products", "ensemble"),
    *("objectives", "account"),
    *("training", "checkpoint", "settings", "presets"),
    *("explained", "explanation", "explanation_file"),
    *("intervals", "one_forecast", "metrics", "baselines"),
    *("faithfulness.checks", "faithfulness.blocks", "faithfulness.frames"),
    "faithfulness.held_out",
    *(
        "faithfulness.moves",
        "faithfulness.skill",
        "faithfulness.ablation",
        "faithfulness.attribution",
    ),
    *("faithfulness.permutation", "faithfulness.deletion", "faithfulness.stability"),
    *("faithfulness.randomised", "faithfulness.calibration", "faithfulness.redundancy"),
    *("faithfulness.trainings", "faithfulness.trust_report", "faithfulness.examination"),
    *("preparation", "model_file", "forecaster", "planting", "planted"),
    *("planting_effects", "planted_effects"),
    *("injected", "faithfulness.recovery", "faithfulness.injection"),
    *("anatomy.unrolled", "anatomy.plain", "anatomy.poke", "anatomy.attending"),
    *("anatomy.mixing", "anatomy.bound"),
    *("run_records", "works", "pulse", "bound_file", "model_folder", "runs", "job"),
    *("bars", "cli_options", "cli_data", "cli", "__main__"),
]


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imports(tree: ast.AST) -> Iterator[str]:
    """Dotted names of all that is imported anywhere in a file, functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _packages(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imports(_tree(path))}


def _layer(dotted: str) -> str:
    """The module of imv_core that a dotted name lies in."""
    name = dotted.removeprefix("imv_core.")
    return max((layer for layer in LAYERS if f"{name}.".startswith(f"{layer}.")), default=dotted)


def _unsafe(tree: ast.AST) -> list[str]:
    """What would execute, or show as it is, what somebody else has written."""
    found = [
        name
        for name in _imports(tree)
        if name.split(".")[0] in ("pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve")
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name in ("eval", "exec", "torch.load") or name.endswith("read_pickle"):
                found.append(name)
            found += [
                keyword.arg
                for keyword in node.keywords
                if keyword.arg in ("unsafe_allow_html", "allow_pickle")
                and ast.unparse(keyword.value) != "False"
            ]
    return found


def test_every_module_of_the_core_has_its_layer():
    modules = {
        ".".join(path.relative_to(ROOT / "imv_core").with_suffix("").parts)
        for path in (ROOT / "imv_core").rglob("*.py")
        if path.name != "__init__.py"
    }
    assert modules == set(LAYERS)


@pytest.mark.parametrize("module", LAYERS)
def test_a_module_imports_only_from_the_layers_below_it(module):
    below = LAYERS[: LAYERS.index(module)]
    tree = _tree(ROOT / "imv_core" / f"{module.replace('.', '/')}.py")
    own = {_layer(name) for name in _imports(tree) if name.split(".")[0] == "imv_core"}
    assert own <= set(below)


def test_the_core_imports_neither_pages_nor_plots():
    for path in (ROOT / "imv_core").rglob("*.py"):
        assert not _packages(path) & {"streamlit", "plotly", "matplotlib", "dashboard"}, path


def _loaded(module: str) -> list[str]:
    """Which of the slow libraries a module brings with it."""
    libraries = "{'torch', 'streamlit', 'plotly', 'sklearn'}"
    code = f"import sys, {module}; print(*sorted({libraries} & {{*sys.modules}}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return loaded.stdout.split()


def test_importing_the_core_loads_neither_pages_nor_plots():
    assert _loaded("imv_core.forecaster") == ["torch"]


def test_reading_a_table_needs_no_torch_so_that_the_child_which_parses_starts_at_once():
    assert _loaded("imv_core.table") == []


def test_every_public_name_is_found_and_no_other():
    assert all(getattr(imv_core, name) for name in imv_core.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Tabel'"):
        _ = imv_core.Tabel


def test_pages_are_run_again_in_one_way():
    found = [path for path in CODE if "st.rerun(" in path.read_text(encoding="utf-8")]
    assert found == [ROOT / "dashboard" / "redraw.py"]


def test_charts_know_neither_pages_nor_networks():
    for path in (ROOT / "dashboard" / "charts").rglob("*.py"):
        assert not _packages(path) & {"streamlit", "torch"}, path
        own = {name for name in _imports(_tree(path)) if name.startswith("dashboard.")}
        assert all(name.startswith("dashboard.charts") for name in own), path


def test_panels_know_charts_and_words_but_no_page():
    for path in (ROOT / "dashboard" / "panels").rglob("*.py"):
        assert not _packages(path) & {"streamlit", "torch"}, path
        own = {name for name in _imports(_tree(path)) if name.startswith("dashboard.")}
        known = ("dashboard.charts", "dashboard.panels", "dashboard.words")
        assert all(name.startswith(known) for name in own), path


def test_a_report_needs_no_page():
    code = "import sys, dashboard.report; print(*sorted({'streamlit', 'plotly'} & {*sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == ["plotly"]


def test_only_one_file_touches_the_session_state():
    paths = (ROOT / "dashboard").rglob("*.py")
    touching = {path.name for path in paths if "session_state" in path.read_text(encoding="utf-8")}
    assert touching <= {"state.py"}


def test_nothing_that_somebody_else_wrote_is_executed():
    found = {str(path.relative_to(ROOT)): _unsafe(_tree(path)) for path in CODE}
    assert len(found) > 25
    assert not {path: names for path, names in found.items() if names}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "torch.load(path)",
        "pd.read_pickle(path)",
        "eval(text)",
        "np.load(path, allow_pickle=True)",
        "st.markdown(text, unsafe_allow_html=True)",
    ],
)
def test_what_would_be_unsafe_is_recognised(line):
    assert _unsafe(ast.parse(line))
    assert not _unsafe(ast.parse("model.eval(); json.load(file); np.load(path)"))
