"""Measures the live page, from a file in headless Chromium: seconds to numbers, milliseconds from slider to number.

    ./dev python -m benchmarks.live_page [SCENARIO …]

Without names it measures the shipped scenarios that take longest, by the compiled engine's own time. The clock is the
browser's. It needs Chromium and its driver (Debian: chromium, chromium-driver), and a machine that does nothing else.
"""

import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any

from selenium import webdriver

import deference_sim as ds
from deference_sim.scenario.library import shipped

SLOWEST = 3
STEPS = 25
#: Resolves to seconds from the start of loading to the first numbers, and to all of them.
LOADED = """
const done = arguments[0], bar = () => document.querySelector(".bar");
let first = 0;
const look = () => {
  if (!first && bar()?.dataset.n) first = performance.now();
  if (bar()?.dataset.last === "true") done([first / 1000, performance.now() / 1000]);
  else setTimeout(look, 2);
};
look();
"""
#: Resolves to milliseconds from a slider that is moved to the number that answers it.
MOVED = """
const done = arguments[0], slider = document.querySelector('[data-path="rival.lead"] .slider');
const bar = document.querySelector(".bar"), before = bar.dataset.hash, started = performance.now();
new MutationObserver((_, observer) => {
  if (bar.dataset.hash === before) return;
  observer.disconnect();
  done(performance.now() - started);
}).observe(bar, {attributes: true});
slider.valueAsNumber += slider.valueAsNumber > 800 ? -400 : 7;
slider.dispatchEvent(new Event("input"));
"""


def main(names: Sequence[str]) -> None:
    """Print a line for each scenario."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        made = ds.page(out=file)
        print(f"{made!r}")
        for name in names or slowest():
            print(measured(file, name))


def slowest() -> list[str]:
    """Return the shipped scenarios that take longest to simulate."""

    def seconds(name: str) -> float:
        started = process_time()
        ds.simulate(name, 300)
        return process_time() - started

    ds.simulate("baseline", 10)
    return sorted(shipped(), key=seconds)[: -SLOWEST - 1 : -1]


def measured(file: Path, name: str) -> str:
    """Return what a new browser takes to show ``name``, and to follow a slider."""
    browser = opened()
    try:
        browser.get(f"{file.as_uri()}#scenario={name}")
        first, every = browser.execute_async_script(LOADED)
        moved = sorted([browser.execute_async_script(MOVED) for _ in range(STEPS + 2)][2:])  # two warm up
    finally:
        browser.quit()
    return (
        f"{name}: first numbers after {first:.2f} s, all after {every:.2f} s; slider to number: median "
        f"{statistics.median(moved):.0f} ms, 95th percentile {moved[int(0.95 * STEPS)]:.0f} ms"
    )


def opened() -> Any:
    """Return a browser of its own."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    browser.set_script_timeout(120)
    return browser


if __name__ == "__main__":
    main(sys.argv[1:])
