"""What the README promises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (
    "python -m pip install -r requirements.txt && python -m streamlit run dashboard/app.py",
    "python -m pip install -r requirements.txt -r tests/requirements.txt && python -m pytest",
)


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


def test_shell_commands_are_understood():
    from imv_core.cli.options import parse

    lines = re.findall(r"^python -m imv_core (.+)$", README, re.MULTILINE)
    named = {line.split()[0] for line in lines}
    assert named == {"train", "forecast", "explain", "score", "check", "report"}
    for line in lines:
        parse(line.split())


def test_files_and_folders_that_are_named_exist():
    for name in re.findall(r"`([\w./]+/[\w./]*)`", README):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name


def test_tests_that_are_named_exist():
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    named = re.findall(r"`(?:[\w/]+\.py::)?(test_\w+)`", README)
    assert len(named) > 15
    assert [name for name in named if f"def {name}(" not in written] == []
