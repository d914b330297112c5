"""The shape of the code: what may import what, and what must not occur at all."""

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import imv_core
from tests.conftest import ROOT

FOLDERS = ("imv_core", "dashboard", "benchmarks", "sample_data")
CODE = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
LONGEST = 300  # lines of a module
# A folder or file imports from those above it in this list, and from no other.
ORDER = [
    *(
        "imv_core.errors",
        "imv_core.phrases",
        "imv_core.named_choice",
        "imv_core.arrays",
        "imv_core.storage",
        "imv_core.csv_output",
    ),
    *("imv_core.devices_and_threads", "imv_core.tables", "imv_core.windows", "imv_core.model"),
    *("imv_core.training", "imv_core.forecasting", "imv_core.explaining"),
    *("imv_core.faithfulness", "imv_core.forecaster", "imv_core.inspect", "imv_core.synthetic"),
    *("imv_core.runs", "imv_core.cli", "imv_core.__main__"),
    *("dashboard.paths", "dashboard.wording", "dashboard.session_keys", "dashboard.upload"),
    *("dashboard.cache", "dashboard.run_catalogue", "dashboard.session", "dashboard.task_process"),
    "dashboard.task_queue",
    *("dashboard.figures", "dashboard.ui", "dashboard.pages", "dashboard.report"),
    *("dashboard.navigation", "dashboard.middleware", "dashboard.app", "dashboard.__main__"),
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


def _name(path: Path) -> str:
    """The dotted name of a file; that of its folder for `__init__.py`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _place(dotted: str) -> str:
    """The folder or file of the list that a dotted name lies in; itself where it lies in none."""
    return next((place for place in ORDER if f"{dotted}.".startswith(f"{place}.")), dotted)


MODULES = {_name(path): path for path in CODE if path.parts[len(ROOT.parts)] in FOLDERS[:2]}


def _module(dotted: str) -> str:
    """The module that a dotted name is, or lies in."""
    return dotted if dotted in MODULES else dotted.rpartition(".")[0]


def _circle(start: str, arrows: dict[str, set[str]]) -> list[str]:
    """A way from a module back to it; empty where there is none."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop()
        for to in arrows[way[-1]]:
            if to == start:
                return [*way, to]
            if to not in seen:
                seen.add(to)
                ways.append([*way, to])
    return []


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


def test_every_module_has_its_place_in_the_order():
    packages = {"imv_core", "dashboard"}
    assert {_place(name) for name in MODULES} - packages == set(ORDER)


@pytest.mark.parametrize("place", ORDER)
def test_a_folder_imports_only_from_those_before_it(place):
    before = ORDER[: ORDER.index(place) + 1]
    for name, path in MODULES.items():
        if _place(name) == place:
            own = {n for n in _imports(_tree(path)) if n.split(".")[0] in FOLDERS[:2]}
            assert {_place(_module(n)) for n in own} <= {*before, "imv_core"}, name


def test_no_modules_import_each_other_in_a_circle():
    arrows = {
        name: {_module(n) for n in _imports(_tree(path)) if _module(n) in MODULES} - {name}
        for name, path in MODULES.items()
    }
    arrows["imv_core"] = set()  # it imports a public name when that is asked for
    assert [way for name in MODULES if (way := _circle(name, arrows))] == []


def test_a_name_of_a_file_means_one_thing():
    parts = {"__init__", "__main__", "page", "controls", "panels", "snippet"}
    names = [path.stem for path in MODULES.values() if path.stem not in parts]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_no_module_is_long():
    lines = {name: path.read_text("utf-8").count("\n") for name, path in MODULES.items()}
    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


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
    assert _loaded("imv_core.tables.table") == []


def test_every_public_name_is_found_and_no_other():
    assert all(getattr(imv_core, name) for name in imv_core.__all__)
    with pytest.raises(AttributeError, match="no attribute 'Tabel'"):
        _ = imv_core.Tabel


def test_pages_are_run_again_in_one_way():
    found = [path for path in CODE if "st.rerun(" in path.read_text(encoding="utf-8")]
    assert found == [ROOT / "dashboard" / "session.py"]


def test_figures_know_neither_pages_nor_networks():
    for path in (ROOT / "dashboard" / "figures").rglob("*.py"):
        assert not _packages(path) & {"streamlit", "torch"}, path
        own = {name for name in _imports(_tree(path)) if name.startswith("dashboard.")}
        assert all(name.startswith("dashboard.figures") for name in own), path


def test_panels_know_figures_and_words_but_no_page():
    found = sorted((ROOT / "dashboard" / "pages").rglob("*panels.py"))
    assert len(found) > 10
    for path in found:
        assert not _packages(path) & {"streamlit", "torch"}, path


def test_a_report_needs_no_page():
    code = "import sys, dashboard.report; print(*sorted({'streamlit', 'plotly'} & {*sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert loaded.stdout.split() == ["plotly"]


def test_only_one_file_touches_the_session_state():
    paths = (ROOT / "dashboard").rglob("*.py")
    touching = {path.name for path in paths if "session_state" in path.read_text(encoding="utf-8")}
    assert touching == {"session.py"}


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
