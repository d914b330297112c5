"""What `pip install` gives works by itself: nothing of the checkout is in sight."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
BUILD = [*PIP, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir"]
# opens pages of the installed package, with its own samples, and prints what went wrong
OPEN_PAGES = """
from streamlit.testing.v1 import AppTest
from dashboard.paths import HERE
at = AppTest.from_file(HERE / "navigation" / "script.py", default_timeout=120).run()
pages = {info["page_name"].lower(): key for key, info in at._registered_pages.items()}
print(len(pages), at.title[0].value)
for name in ("overview", "train", "learn"):
    at._page_hash = pages[name]
    at.run()
    print(name, len(at.get("plotly_chart")), [e.value for e in (*at.exception, *at.error)])
"""


def contents(wheel: Path) -> set[str]:
    """The files of a wheel, but for what is said about it."""
    names = set(zipfile.ZipFile(wheel).namelist())
    return {name for name in names if ".dist-info/" not in name}


def described(wheel: Path, file: str) -> str:
    """A file of what is said about a wheel."""
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(f".dist-info/{file}"))
    return archive.read(name).decode()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*BUILD, str(folder), str(ROOT)], check=True)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder of commands of a fresh environment, which borrows all but the project."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = folder / "bin" / "python"
    own = sysconfig.get_path("purelib", vars={"base": str(folder)})
    borrowed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (Path(own) / "borrowed.pth").write_text("\n".join(borrowed))
    install = ["--python", str(python), "install", "--no-deps", "--no-index", "--ignore-installed"]
    subprocess.run([*PIP, *install, str(wheel)], check=True)
    return python.parent


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """The variables of a user who has nothing set."""
    of_the_tests = ("PYTHON", "IMV_", "STREAMLIT_", "XDG_")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(of_the_tests)}
    return {**kept, "HOME": str(tmp_path_factory.mktemp("home")), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def shell(installed, environment, tmp_path):
    """Give a command of the installed package, in another folder."""

    def run(command: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [installed / command, *arguments],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_wheel_holds_every_file_of_its_packages_and_no_other(wheel):
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--"]
    folders = ["dashboard", "imv_core", "sample_data"]
    listed = subprocess.run(
        [*command, *folders], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    files = {name for name in listed if (ROOT / name).is_file()}
    scripts = {name for name in files if name.startswith("sample_data/make_")}
    assert len(scripts) == 2
    expected = {
        f"dashboard/{name}" if name.startswith("sample_data/") else name for name in files - scripts
    }
    assert len(expected) > 300
    assert contents(wheel) == expected


def test_the_source_archive_gives_the_same_wheel(wheel, tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.iterdir()
    subprocess.run([*BUILD, str(tmp_path), str(archive)], check=True)
    (again,) = tmp_path.glob("*.whl")
    assert contents(again) == contents(wheel)


def test_the_wheel_says_its_licence(wheel):
    lines = described(wheel, "METADATA").split("\n\n")[0].splitlines()
    assert "License-Expression: Apache-2.0" in lines
    assert not [line for line in lines if line.startswith(("Project-URL", "Home-page"))]
    assert described(wheel, "licenses/LICENSE") == (ROOT / "LICENSE").read_text()


def test_the_versions_tested_together_are_of_the_ranges_that_it_asks_for(wheel):
    asked = re.findall(r"^Requires-Dist: (.+)$", described(wheel, "METADATA"), re.MULTILINE)
    ranges = {Requirement(line).name: Requirement(line).specifier for line in asked}
    pins = re.findall(r"^(\S+)==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert {name for name, _ in pins} == set(ranges)
    assert [name for name, version in pins if version not in ranges[name]] == []


def test_runs_lie_in_the_users_folder_unless_told_otherwise(shell, installed, environment):
    print_runs = ["-c", "import dashboard.paths as p; print(p.__file__); print(p.RUNS)"]
    code, runs = shell("python", *print_runs).stdout.splitlines()
    assert Path(code).is_relative_to(installed.parent)
    assert Path(runs).is_relative_to(environment["HOME"])
    assert shell("python", *print_runs, IMV_RUNS="mine").stdout.splitlines()[1] == "mine"
    here = subprocess.run(
        [sys.executable, *print_runs],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert here.stdout.splitlines()[1] == str(ROOT / "runs")


def test_imv_trains_and_says_what_it_cannot_do(shell, tmp_path):
    rows = (ROOT / "sample_data" / "planted_lags.csv").read_text().splitlines()[:301]
    (tmp_path / "rows.csv").write_text("\n".join(rows))
    options = "--target y --out run --epochs 1 --lookback 3 --hidden-size 2"
    trained = shell("imv", "train", "rows.csv", *options.split())
    assert trained.returncode == 0, trained.stderr
    assert trained.stdout.startswith("rmse: ")
    missing = shell("imv", "score", "no-such-run", "rows.csv")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("error: There is no run")


def test_pages_open_with_what_was_installed(shell):
    opened = shell("python", "-c", OPEN_PAGES)
    assert opened.returncode == 0, opened.stderr
    count, *pages = opened.stdout.splitlines()
    assert count.startswith("8 ")
    for line, name in zip(pages, ("overview", "train", "learn"), strict=True):
        assert line.startswith(f"{name} ")
        assert line.endswith(" []")
    assert not pages[0].startswith("overview 0 ")


def test_imv_dashboard_serves_this_machine_alone_and_ends_at_ctrl_c(
    installed, environment, tmp_path
):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [installed / "imv-dashboard", f"--server.port={port}", "--server.headless=true"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert any(f"http://localhost:{port}" in line for line in server.stdout)
            assert status(port, "/_stcore/health", {}) == 200
            assert status(port, "/", {}) == 200
            # a page elsewhere may give its own name the address of this machine
            answers = {host: handshake(port, host) for host in ("localhost", "attacker.example")}
            assert answers == {"localhost": 101, "attacker.example": 403}
        finally:
            server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def handshake(port: int, host: str) -> int:
    """What the server answers to a browser that knows it by this name."""
    return status(
        port,
        "/_stcore/stream",
        {
            "Host": f"{host}:{port}",
            "Origin": f"http://{host}:{port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        },
    )


def status(port: int, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse().status
    connection.close()
    return answer
