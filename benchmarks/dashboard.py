"""Time the pages: the real server and a real Chromium on one machine.

Run with: python -m benchmarks.dashboard

Prints median seconds per visit and the bytes that the server sends: on the sample; on a table of
1,000,000 rows and 10 variables; and on the sample while a training runs. A page is complete once
its title is shown, no element waits for the server, and all its figures are drawn.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from benchmarks import machine
from benchmarks.made_up import TARGET, made_up_table
from benchmarks.report import markdown
from dashboard.paths import ROOT
from imv_core import Settings
from imv_core.runs.run import Run
from imv_core.runs.worker import train

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
PAGES = ("Overview", "Data", "Train", "Forecast", "Explain", "Explore")
ROWS, VARIABLES = 1_000_000, 10
VISITS = 5
PATIENCE = 120_000  # milliseconds
DRAWN = """([title, figures]) => {
    const plots = [...document.querySelectorAll('.js-plotly-plot')];
    const heading = document.querySelector('h1')?.innerText;
    return (title === null || heading === title) && plots.length >= figures
        && plots.every(plot => plot.querySelector('.main-svg'))
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]');
}"""

POINT = """place => {
    const plot = document.querySelector('.st-key-figure-around .js-plotly-plot');
    const points = plot._fullData.find(t => t.mode === 'markers' && t.marker.opacity === 0);
    const box = plot.getBoundingClientRect(), {xaxis, yaxis} = plot._fullLayout;
    return [box.x + xaxis._offset + xaxis.d2p(points.x[place]),
        box.y + yaxis._offset + yaxis.d2p(points.y[place]), String(points.x[place])];
}"""
SHOWN = """time => [...document.querySelectorAll('h5')]
        .some(title => title.innerText.includes(time + ' was'))
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
    && [...document.querySelectorAll('.js-plotly-plot')].every(p => p.querySelector('.main-svg'))"""
BARE = """
import plotly.graph_objects as go
import streamlit as st
st.title("One figure")
st.plotly_chart(go.Figure(go.Scatter(y=[1, 2])))
"""


class Visitor:
    """A tab, and the bytes that the server has sent to it."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.context = browser.new_context(viewport={"width": 1440, "height": 1000})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.received = 0
        session: CDPSession = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.on("Network.webSocketFrameReceived", self._count)

    def _count(self, event: dict[str, Any]) -> None:
        payload, is_text = event["response"]["payloadData"], event["response"]["opcode"] == 1
        self.received += len(payload) if is_text else len(payload) * 3 // 4  # base64

    def open(self, path: str = "/") -> float:
        """Return the seconds from requesting an address to its first figure."""
        start = time.perf_counter()
        self.page.goto(self.address + path)
        self.page.wait_for_function(DRAWN, arg=[None, 1], polling="raf")
        return time.perf_counter() - start

    def settle(self) -> tuple[str, int]:
        """Wait until the page is complete; return its title and number of figures."""
        self.page.wait_for_timeout(500)
        self.page.wait_for_function(
            "() => !document.querySelector('[data-testid=stStatusWidget]')", polling=100
        )
        self.page.wait_for_timeout(500)
        count = self.page.locator(".js-plotly-plot").count()
        return self.page.locator("h1").first.inner_text(), count

    def go(self, name: str, there: tuple[str, int] | None) -> float:
        """Return the seconds from a click on a page's link until it is complete, see `settle`."""
        link = self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True)
        start = time.perf_counter()
        link.click()
        if there is not None:
            self.page.wait_for_function(DRAWN, arg=list(there), polling="raf")
        return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    print(machine.describe(), flush=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        (folder / "bare.py").write_text(BARE)
        _train_on_much(folder / "runs" / "much")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with (
            serve("dashboard/app.py", folder / "runs") as ours,
            serve(str(folder / "bare.py"), folder / "runs") as bare,
        ):
            _opening(browser, ours, bare)
            there = _pages(browser, ours)
            _clicks(browser, ours)
            _much(browser, ours, there)


def _train_on_much(path: Path) -> None:
    run = Run.create(path, Settings(TARGET, max_epochs=1), made_up_table(ROWS, VARIABLES))
    train(run.path)


def _opening(browser: Browser, ours: str, bare: str) -> None:
    """Time to the first figure, in turns with a page of one small figure."""
    seconds: dict[str, list[float]] = {ours: [], bare: []}
    for _ in range(VISITS):
        for address, taken in seconds.items():
            visitor = Visitor(browser, address)
            taken.append(visitor.open())
            visitor.context.close()
    rows = [
        [name, f"{taken[0]:.2f}", f"{statistics.median(taken[1:]):.2f}"]
        for name, taken in zip(("the dashboard", "a bare page"), seconds.values(), strict=True)
    ]
    print("\nOpening, to the first figure, seconds (target: 3)\n")
    print(markdown(["", "first visitor", "later ones"], rows), flush=True)


def _pages(browser: Browser, address: str) -> dict[str, tuple[str, int]]:
    """Time changes of page on the sample; return the title and figures of each page."""
    visitor = Visitor(browser, address)
    visitor.open()
    there = {name: (visitor.go(name, None), visitor.settle())[1] for name in PAGES}
    alone = _changes(visitor, there)
    with _training(visitor, there):
        beside = _changes(visitor, there)
    rows = [
        [name, f"{alone[name]:.2f}", f"{beside[name]:.2f}", f"{beside[name] / alone[name]:.2f}"]
        for name in PAGES
    ]
    print("\nChanging to a page on PM2.5, seconds (target: 1, beside a training 1.5 times that)\n")
    print(markdown(["page", "alone", "beside a training", "ratio"], rows), flush=True)
    visitor.context.close()
    return there


def _changes(visitor: Visitor, there: dict[str, tuple[str, int]]) -> dict[str, float]:
    rounds = [{name: visitor.go(name, there[name]) for name in PAGES} for _ in range(VISITS)]
    return {name: statistics.median(one[name] for one in rounds) for name in PAGES}


@contextmanager
def _training(visitor: Visitor, there: dict[str, tuple[str, int]]) -> Iterator[None]:
    """Train in the dashboard on the million rows meanwhile."""
    trainer = Visitor(visitor.context.browser, visitor.address)  # type: ignore[arg-type]
    trainer.open("/train?run=much")
    trainer.page.get_by_role("button", name="Train", exact=True).click()
    trainer.page.get_by_text("left at most").wait_for()
    trainer.page.goto("about:blank")
    yield
    trainer.context.close()


def _clicks(browser: Browser, address: str) -> None:
    """Time from a click on a forecast of the page Explore until all figures are redrawn."""
    visitor = Visitor(browser, address)
    visitor.open("/explore")
    visitor.settle()
    seconds = []
    for place in range(10, 10 + 4 * VISITS, 4):
        x, y, time_ = visitor.page.evaluate(POINT, place)
        start = time.perf_counter()
        visitor.page.mouse.click(x, y)
        visitor.page.wait_for_function(SHOWN, arg=time_[:16].replace("T", " "), polling="raf")
        seconds.append(time.perf_counter() - start)
        visitor.settle()
    print(
        f"\nA click on a window, to its redrawn figures: {statistics.median(seconds):.2f} s", end=""
    )
    print(f" ({min(seconds):.2f} to {max(seconds):.2f}; target: 0.7)", flush=True)
    visitor.context.close()


def _much(browser: Browser, address: str, there: dict[str, tuple[str, int]]) -> None:
    """Time first visits to each page with the million rows open, and count the bytes."""
    visitor = Visitor(browser, address)
    opened = visitor.open("/train?run=much")
    visitor.settle()
    rows = []
    for name in PAGES:
        title = f"What drives {TARGET}?" if name == "Overview" else there[name][0]
        before = visitor.received
        seconds = visitor.go(name, (title, there[name][1]))
        visitor.settle()
        rows.append([name, f"{seconds:.2f}", f"{(visitor.received - before) / 1e6:.2f}"])
    print(
        f"\n{ROWS:,} rows x {VARIABLES} variables: opened by a link in {opened:.2f} s; first ",
        end="",
    )
    print("visits to each page then (target: 4 s, 2 MB)\n")
    print(markdown(["page", "seconds", "sent, MB"], rows), flush=True)
    visitor.context.close()


@contextmanager
def serve(script: str, runs: Path) -> Iterator[str]:
    """Run a server and yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", script]
    options = [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
    environment = {**os.environ, "IMV_RUNS": str(runs)}
    server = subprocess.Popen(
        command + options,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                urllib.request.urlopen(address + "/_stcore/health", timeout=1)
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


if __name__ == "__main__":
    main()
