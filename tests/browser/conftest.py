"""The real server and a real Chromium."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000  # milliseconds
expect.set_options(timeout=30_000)  # tests share two cores with trainings


@pytest.fixture(scope="session")
def address(tmp_path_factory):
    """A server of the dashboard with an empty folder of runs."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("server") / "log"
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py"]
    options = [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
    environment = {**os.environ, "IMV_RUNS": str(tmp_path_factory.mktemp("runs"))}
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
    for _ in range(120):
        try:
            urllib.request.urlopen(url, timeout=1)
        except OSError:
            assert server.poll() is None, log.read_text()
            time.sleep(0.5)
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


@pytest.fixture
def page(browser, address, request):
    """A visitor on the first page; fails where the console of the browser complained.

    Parametrised indirectly, by a link to another page.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
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
    yield visitor
    assert visitor.get_by_test_id("stException").count() == 0
    assert complaints == []
    context.close()


def go(page: Page, name: str) -> None:
    """Open another page by its link in the sidebar, and wait until it is drawn."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    opened(page)


def opened(page: Page) -> None:
    """Wait until a page that a link led to is drawn."""
    page.get_by_role("heading", level=1).first.wait_for()
    settle(page)


def settle(page: Page) -> None:
    """Wait until nothing runs and nothing is still to be drawn."""
    page.wait_for_timeout(500)
    page.wait_for_function(
        """() => !document.querySelector(
            '[data-testid=stStatusWidget], [data-testid=stSkeleton], [data-stale=true]')"""
    )


def reopen(page: Page) -> Page:
    """Somebody else follows the link to what is shown; wait until it is drawn."""
    other = page.context.new_page()
    other.set_default_timeout(PATIENCE)
    other.goto(page.url)
    opened(other)
    return other


def heatmaps(page: Page) -> list[list[list[float]]]:
    """The numbers of every heatmap that is drawn, as the browser holds them."""
    page.locator(".js-plotly-plot .heatmaplayer image").first.wait_for()
    return page.evaluate(
        """() => [...document.querySelectorAll('.js-plotly-plot')]
            .filter(plot => plot.querySelector('.heatmaplayer image'))
            .map(plot => plot._fullData.find(trace => trace.type === 'heatmap').z)
            .map(rows => Array.from(rows, row => Array.from(row)))"""
    )
