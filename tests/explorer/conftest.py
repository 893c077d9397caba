"""A server of the explorer's page beside the tests, and a browser to look at it; skipped where there is none."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FEW = 256  # futures of the refined answer, so that tests are short
BROWSERS, DRIVER = ("chromium", "chromium-browser", "google-chrome"), "chromedriver"
PATIENCE = 30.0  # seconds: machines differ
MAIN = "from deference_sim.cli import main; main()"

DEEP = """
function deep(selector, root = document) {
  const found = [...root.querySelectorAll(selector)];
  for (const one of root.querySelectorAll("*")) if (one.shadowRoot) found.push(...deep(selector, one.shadowRoot));
  return found;
}
function control(path, selector) {
  const held = deep(`.input-${path.replaceAll(".", "-")}`)[0];
  return held && deep(selector, held.shadowRoot)[0];
}
"""


@pytest.fixture(scope="session")
def own_scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("explorer") / "own.yaml"
    file.write_text(
        "schema: 1\nname: own\nextends: baseline\ndescription: '<script>document.title = \"taken over\"</script>'\n"
    )
    return file


@pytest.fixture(scope="session")
def address(own_scenario: Path) -> Iterator[str]:
    """Start the command and yield the address that it prints."""
    command = [sys.executable, "-c", MAIN, "explore", str(own_scenario), "--replicates", str(FEW), "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[0]
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0, "an interrupt must end it cleanly"


class Browser:
    """Headless Chromium, and what is read from a page in it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def eventually(self, look: Callable[[], Any], what: str = "the page") -> Any:
        """Return what ``look`` returns once it is true."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := look():
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited in vain for {what}")

    def open(self, address: str) -> None:
        self.driver.get(address)

    def run(self, script: str) -> Any:
        return self.driver.execute_script(DEEP + script)

    def find(self, selector: str) -> Any:
        return self.eventually(lambda: self.run(f"return deep({selector!r})[0]"), selector)

    def control(self, path: str, selector: str) -> Any:
        """Return what matches ``selector`` inside the control of one input."""
        return self.eventually(lambda: self.run(f"return control({path!r}, {selector!r})"), path)

    def chances(self) -> dict[str, str]:
        """Return the refined answer: hash of the scenario, p_stay, p_good; numbers in full."""
        script = """
        const found = deep(".chances[data-last=true]")[0];
        if (!found) return null;
        const of = name => found.querySelector(`[data-measure=${name}]`).dataset;
        return {hash: found.dataset.hash, p_stay: of("p_stay").value, p_good: of("p_good").value, n: of("p_stay").n};
        """
        return self.eventually(lambda: self.run(script), "the refined answer")

    def requests(self) -> list[str]:
        """Return the addresses of all requests since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which(DRIVER)
    if not (program and driver):
        pytest.skip("no Chromium with its driver: on Debian, apt-get install chromium chromium-driver")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.page_load_strategy = "eager"  # the document; each test waits for what it looks at
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield Browser(made)
    made.quit()
