"""Measures the explorer: milliseconds from a control that is moved to the number that answers, in a headless browser.

    ./dev python -m benchmarks.explorer

A slider is moved a step at a time, each step once the number of the one before is there. The clock is the browser's,
from the key that is pressed to the change of the page. It needs Chromium and its driver (Debian: chromium,
chromium-driver), and a machine that does nothing else.
"""

import os
import shutil
import signal
import statistics
import subprocess
import sys
from pathlib import Path

from selenium import webdriver

ROOT = Path(__file__).resolve().parents[1]
MAIN = "from deference_sim.cli import main; main()"
PATHS = ("rival.lead", "tax.broad_alignment", "goodness.broad_alignment")
STEPS = 10
MEASURE = """
const [path, done] = arguments;
const deep = (selector, root = document) => [...root.querySelectorAll(selector),
  ...[...root.querySelectorAll("*")].flatMap(one => one.shadowRoot ? deep(selector, one.shadowRoot) : [])];
const chances = deep(".chances")[0]?.getRootNode();  // looked for once: to search every ms is slow
const shown = () => chances?.querySelector(".chances")?.dataset.hash;
const held = deep(`.input-${path.replaceAll(".", "-")}`)[0];
const handle = held && deep(".noUi-handle", held.shadowRoot)[0];
if (!handle || !shown()) { done(null); return; }
const before = shown(), started = performance.now();
handle.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true, composed: true}));
const look = () => shown() !== before ? done(performance.now() - started) : setTimeout(look, 1);
look();
"""


def main() -> None:
    """Print the median, and the fastest and slowest of all steps."""
    command = [sys.executable, "-c", MAIN, "explore", "baseline", "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        address = server.stdout.readline().split()[0]
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"):
            options.add_argument(flag)
        browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            browser.set_script_timeout(60)
            browser.get(address)
            found = [measured(browser, path) for _ in range(STEPS) for path in PATHS]
        finally:
            browser.quit()
            server.send_signal(signal.SIGINT)
    times = sorted(found[len(PATHS) :])  # the first of each is warming up
    print(
        f"{len(times)} steps: median {statistics.median(times):.0f} ms, "
        f"fastest {times[0]:.0f}, slowest {times[-1]:.0f} ms from control to number"
    )


def measured(browser: webdriver.Chrome, path: str) -> float:
    """Move the slider of ``path`` by one step; return the milliseconds until the number has changed."""
    while (found := browser.execute_async_script(MEASURE, path)) is None:
        pass
    return float(found)


if __name__ == "__main__":
    main()
