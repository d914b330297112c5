"""Time the sliders of the page Learn: the real server and a real Chromium on one machine.

Run with: python -m benchmarks.learn

Prints, for every slider of every chapter, the median seconds from a key press until all that
depends on the slider is redrawn.
"""

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Locator, sync_playwright

from benchmarks import machine
from benchmarks.dashboard import ARGUMENTS, CHROMIUM, Visitor, serve
from benchmarks.report import markdown

PRESSES = 6
TARGET = 0.5  # seconds
SEEN = """() => JSON.stringify([
    [...document.querySelectorAll('.js-plotly-plot')].map(plot => plot._fullData.map(
        trace => [trace.x, trace.y, trace.z].map(rows => rows && Array.from(rows, String)))),
    [...document.querySelectorAll('[data-testid=stMarkdown], [data-testid=stMetricValue]')]
        .map(element => element.innerText)])"""
CHANGED = f"""before => ({SEEN})() !== before
    && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')"""


def main() -> None:
    """Measure and print."""
    print(machine.describe(), flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with serve("dashboard/app.py", Path(name)) as address:
            for chapter in range(1, 7):
                visitor = Visitor(browser, address)
                visitor.open(f"/learn?chapter={chapter}")
                visitor.settle()
                for slider in visitor.page.get_by_role("slider").all():
                    taken = [_press(visitor, slider, k) for k in range(PRESSES)][1:]
                    label = slider.get_attribute("aria-label") or ""
                    seconds = statistics.median(taken), max(taken)
                    rows.append([str(chapter), label, *(f"{s:.2f}" for s in seconds)])
                visitor.context.close()
    print(f"\nA press on a slider, to its redrawn figures, seconds (target: {TARGET})\n")
    print(markdown(["chapter", "slider", "median", "longest"], rows))


def _press(visitor: Visitor, slider: Locator, turn: int) -> float:
    """Press a key, back and forth, so that no slider reaches its end."""
    slider.focus()
    before = visitor.page.evaluate(SEEN)
    start = time.perf_counter()
    slider.press("ArrowLeft" if turn % 2 else "ArrowRight")
    visitor.page.wait_for_function(CHANGED, arg=before, polling="raf")
    taken = time.perf_counter() - start
    visitor.page.wait_for_timeout(400)
    return taken


if __name__ == "__main__":
    main()
