"""What README, CONTRIBUTING and the pages in docs promise."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES}
README = PAGES["README.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMANDS = (
    "python -m pip install -r requirements.txt && python -m streamlit run dashboard/app.py",
    "python -m pip install -r requirements.txt -r tests/requirements.txt && python -m pytest",
)
PARTS = {"train", "forecast", "explain", "score", "check", "report"}
pages = pytest.mark.parametrize("page", PAGES)


@pytest.mark.parametrize("command", COMMANDS)
def test_one_command_runs_and_one_command_tests(command):
    assert f"\n{command}\n" in README


def test_the_snippet_runs_as_printed_and_prints_what_it_says(tmp_path):
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    code = snippet.replace('"planted.imv"', repr(str(tmp_path / "planted.imv")))
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    best_three = re.findall(r"^(x\d) +0\.\d+$", result.stdout, re.MULTILINE)[:3]
    assert set(best_three) == {"x2", "x5", "x7"}
    assert (tmp_path / "planted.imv").exists()


def test_the_readme_shows_every_command_of_the_shell():
    assert {line.split()[0] for line in shell_lines(README)} == PARTS


@pages
def test_shell_commands_are_understood(page):
    from imv_core.cli.options import parse

    for line in shell_lines(PAGES[page]):
        parse(line.split())


def shell_lines(text: str) -> list[str]:
    return re.findall(r"^python -m imv_core (.+)$", text, re.MULTILINE)


@pages
def test_modules_that_are_run_exist(page):
    for name in re.findall(r"python -m ((?:benchmarks|imv_core|sample_data)[\w.]*)", PAGES[page]):
        assert importlib.util.find_spec(name), name


@pages
def test_files_and_folders_that_are_named_exist(page):
    for name in re.findall(r"`([\w./]+/[\w./]*)`", PAGES[page]):
        assert (ROOT / name).exists(), name


@pages
def test_links_lead_to_files_and_headings_that_exist(page):
    for link in LINK.findall(PAGES[page]):
        if ":" in link:  # another site
            continue
        name, _, heading = link.partition("#")
        target = (ROOT / page).parent / name if name else ROOT / page
        assert target.exists(), link
        if heading:
            assert heading in anchors(target.read_text(encoding="utf-8")), link


def anchors(text: str) -> set[str]:
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def test_every_page_and_picture_is_one_click_or_two_from_the_readme():
    linked = {f"docs/{name}" for name in re.findall(r"\]\(docs/([\w.]+)", README)}
    assert {page for page in PAGES if page.startswith("docs/")} <= linked
    shown = "".join(PAGES.values())
    for picture in (ROOT / "docs").glob("*.png"):
        assert re.search(rf"\]\((docs/)?{picture.name}\)", shown), picture.name


def test_tests_that_are_named_exist():
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    named = re.findall(r"`(?:[\w/]+\.py::)?(test_\w+)`", "".join(PAGES.values()))
    assert len(named) > 15
    assert [name for name in named if f"def {name}(" not in written] == []


def test_the_equations_name_tests_in_the_files_where_they_are():
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", PAGES["docs/equations.md"])
    assert len(named) > 15
    for file, name in named:
        path = ROOT / file if file.startswith("tests/") else ROOT / "tests/imv_core" / file
        assert f"def {name}(" in path.read_text(encoding="utf-8"), (file, name)
