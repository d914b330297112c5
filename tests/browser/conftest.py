"""The real server and a real Chromium."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from imv_core.runs.listing import list_runs
from imv_core.runs.run import Run
from imv_core.runs.task import Task, TaskKind
from tests.conftest import ROOT

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 180_000  # milliseconds; only a test that fails waits so long
expect.set_options(timeout=PATIENCE)  # tests share two cores with trainings
# what is known of the requests (asked.js), and what Streamlit shows while it loads
SETTLED = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return window.answered === window.asked && window.ended === window.begun
        && app.dataset.testConnectionState === 'CONNECTED'
        && !document.querySelector('[data-testid=stSkeleton]')
        && [...document.querySelectorAll('[data-testid=stPlotlyChart]')]
            .every(place => place.querySelector('.js-plotly-plot .main-svg'));
}"""


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory):
    """In which the server keeps its runs; empty at first."""
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="session")
def address(tmp_path_factory, runs_folder):
    """A server of the dashboard, one for each process that runs tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    options = [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
    environment = {**os.environ, "IMV_RUNS": str(runs_folder)}
    with log.open("w") as output:
        server = subprocess.Popen(
            command + options, cwd=ROOT, env=environment, stdout=output, stderr=output
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url + "/_stcore/health", server, log)
        yield url
        assert "Traceback" not in log.read_text()
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=1)
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
        else:
            return
    raise AssertionError("The server did not start.")


@pytest.fixture(scope="session")
def browser():
    if not CHROMIUM.exists():
        # on a developer's machine a browser may be missing, where the project is checked never
        assert not os.environ.get("CI"), f"{CHROMIUM} is missing."
        pytest.skip(f"{CHROMIUM} is missing; install Chromium to run the browser tests.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def context(browser):
    """What visitors share: their browser reads Streamlit and Plotly once."""
    shared = browser.new_context(viewport={"width": 1440, "height": 1000})
    shared.add_init_script(path=Path(__file__).parent / "asked.js")
    return shared


@pytest.fixture
def page(context, address, runs_folder, request):
    """A visitor on the first page, drawn; fails where the console of the browser complained.

    Parametrised indirectly, by a link to another page.
    """
    visitor = context.new_page()
    visitor.set_default_timeout(PATIENCE)
    complaints = []

    def listen(message):
        # Streamlit looks for its own server below a page's path first, and finds none there
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            complaints.append(message.text)

    visitor.on("console", listen)
    visitor.on("pageerror", lambda error: complaints.append(str(error)))
    visitor.goto(address + getattr(request, "param", ""))
    opened(visitor)
    yield visitor
    assert visitor.get_by_test_id("stException").count() == 0
    assert complaints == []
    for each in context.pages:
        each.close()
    _leave_nothing(runs_folder)


def _leave_nothing(folder: Path) -> None:
    """Stop what a test has left at work or in the queue, and take its runs away.

    They would slow other tests, and be opened with the same data there.
    """
    patience = time.monotonic() + PATIENCE / 1000
    ended: set[Path] = set()  # their checks follow by themselves
    while works := [work for run in list_runs(folder) for work in _works(run, run.path in ended)]:
        assert time.monotonic() < patience, [(work.folder, work.status) for work in works]
        for work in works:
            work.stop()
            if work.kind == TaskKind.TRAINING:
                ended.add(work.folder)
        time.sleep(0.05)
    while each := next(folder.iterdir(), None):  # a work that ends may still tidy up
        assert time.monotonic() < patience, each
        shutil.rmtree(each, ignore_errors=True)


def _works(run: Run, is_ended: bool) -> list[Task]:
    """What is at work or waits; of a run whose training was ended, also the checks to come."""
    works = [run.task(kind) for kind in TaskKind]
    active = [work for work in works if work.status is not None and work.status.is_active]
    follow = is_ended and run.has_model and run.checking is None and run.trust is None
    return active or ([run.task(TaskKind.CHECKS)] if follow else [])


def go(page: Page, name: str) -> None:
    """Open another page by its link in the sidebar, and wait until it is drawn."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    path = "" if name == "Overview" else name.lower()
    page.wait_for_url(re.compile(rf"/{path}(\?|$)"))
    opened(page)


def opened(page: Page) -> None:
    """Wait until a page that a link led to is drawn."""
    page.get_by_role("heading", level=1).first.wait_for()
    settle(page)


def settle(page: Page) -> None:
    """Wait until all that was asked for is answered, the page has ended, and its figures are drawn.

    What a widget is still to ask for (a slider waits for a next press, a file is on its way) is not
    known before it asks: there, wait for what is expected.
    """
    page.wait_for_function(SETTLED)


def eventually(page: Page) -> Callable[[Callable[[], None]], None]:
    """Decorator: repeat assertions, from one drawing of the page to the next, until they hold."""

    def repeat(check: Callable[[], None]) -> None:
        patience = time.monotonic() + PATIENCE / 1000
        while True:
            try:
                return check()
            except Exception:  # half a figure may not even be read
                if time.monotonic() > patience:
                    raise
            page.evaluate("() => new Promise(requestAnimationFrame)")

    return repeat


def reopen(page: Page) -> Page:
    """Somebody else follows the link to what is shown; wait until it is drawn."""
    other = page.context.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(page.url)
    opened(other)
    return other


def in_address(page: Page, **values: str) -> None:
    """Wait until the address says that."""
    for key, value in values.items():
        expect(page).to_have_url(re.compile(rf"[?&]{key}={re.escape(value)}(&|$)"))


def heatmaps(page: Page, count: int) -> list[list[list[float]]]:
    """The numbers of every heatmap, as the browser holds them, once so many are drawn.

    They may still be those before: assert them `eventually`.
    """
    plots = page.locator(".js-plotly-plot:has(.heatmaplayer image)")
    expect(plots).to_have_count(count)
    return plots.evaluate_all(
        """plots => plots
            .map(plot => plot._fullData.find(trace => trace.type === 'heatmap').z)
            .map(rows => Array.from(rows, row => Array.from(row)))"""
    )


def drawn(page: Page, key: str, axis: str) -> list[list]:
    """The numbers of every trace of a figure, as the browser holds them, once it stands alone.

    They may still be those before: assert them `eventually`.
    """
    plot = page.locator(f".st-key-figure-{key} .js-plotly-plot:has(.main-svg)")
    expect(plot).to_have_count(1)  # where much is touched, one before may still be there
    return plot.evaluate(
        "(plot, axis) => plot._fullData.map(trace => Array.from(trace[axis] || []))", axis
    )


def press(page: Page, slider: str | re.Pattern[str], key: str, times: int = 1) -> None:
    """Press a key on a slider, quicker than the page can follow; wait until it asks for that."""
    handle = page.get_by_role("slider", name=slider)
    handle.focus()
    before = page.evaluate("window.asked")
    for _ in range(times):
        handle.press(key)
    page.wait_for_function("before => window.asked > before", arg=before)


def pick(page: Page, group: str, name: str) -> None:
    """Press one of a row of buttons, once the page is drawn: one before may still be there."""
    settle(page)
    page.get_by_role("radiogroup", name=group).get_by_text(name, exact=True).click()
