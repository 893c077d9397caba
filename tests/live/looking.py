"""Looking at a live page in a browser: what it shows, and what is done on it."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

PATIENCE = 240.0  # seconds: machines differ


def address(scenario: str, settings: dict[str, str] | None = None, **more: object) -> str:
    """Return the fragment of a view."""
    pairs = [("scenario", scenario), *(("set", f"{path}={text}") for path, text in (settings or {}).items())]
    return "#" + urlencode([*pairs, *((key.replace("_", "-"), str(value)) for key, value in more.items())])


class Page:
    """A live page in Chromium."""

    def __init__(self, driver: Any, file: Path) -> None:
        self.driver, self.file = driver, file

    def wide(self, width: int = 1280, *, dark: bool = False) -> None:
        """Show the page as wide as that, in light or dark colours."""
        size = {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        colours = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [colours]})

    def open(self, fragment: str = "") -> None:
        """Open the page anew at an address."""
        self.driver.get("about:blank")
        self.driver.get(self.file.as_uri() + fragment)
        self.eventually(lambda: self.run("return Boolean(document.querySelector('.bar'))"), "the page")

    def go(self, fragment: str) -> None:
        """Follow a link within the open page."""
        self.run("location.hash = arguments[0]", fragment)

    def run(self, script: str, *arguments: object) -> Any:
        return self.driver.execute_script(script, *arguments)

    def eventually(self, look: Callable[[], Any], what: str = "it") -> Any:
        """Return what ``look`` returns once it is true."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := look():
                return found
            time.sleep(0.02)
        raise AssertionError(f"waited in vain for {what}: {self.text('#page')[:500]}")

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0])?.textContent ?? ''", selector))

    def texts(self, selector: str) -> list[str]:
        return list(self.run("return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)", selector))

    def click(self, words: str) -> None:
        """Press the button that says so."""
        script = (
            "const found = [...document.querySelectorAll('button')]"
            ".find(e => e.textContent === arguments[0]); found.click()"
        )
        self.run(script, words)

    def type(self, path: str, text: str) -> None:
        """Write a value into the field of an input."""
        script = (
            'const field = document.querySelector(`[data-path="${arguments[0]}"] .entry`); field.value = arguments[1];'
            "field.dispatchEvent(new Event('change'))"
        )
        self.run(script, path, text)

    def answer(self) -> dict[str, Any]:
        """Return the refined answer: hash, number of futures, chances, outcomes and losses; numbers in full."""
        script = """
        const bar = document.querySelector(".bar[data-last=true]");
        const hash = document.querySelector("[data-scenario-hash]")?.dataset.scenarioHash;
        if (!bar || bar.dataset.hash !== hash) return null;
        const of = name => bar.querySelector(`[data-measure=${name}]`).dataset;
        const rows = key => Object.fromEntries([...document.querySelectorAll(`tr[data-${key}]`)]
          .map(row => [row.dataset[key], Number(row.dataset.value)]));
        const number = name => Object.fromEntries(["value", "low", "high"].map(key => [key, Number(of(name)[key])]));
        return {hash: bar.dataset.hash, n: Number(bar.dataset.n), p_stay: number("p_stay"), p_good: number("p_good"),
          outcomes: rows("outcome"), losses: rows("road"), difference: Number(of("p_stay").difference)};
        """
        return dict(self.eventually(lambda: self.run(script), "the refined answer"))

    def hash(self) -> str:
        """Return the hash of the scenario shown."""
        return str(self.run("return document.querySelector('[data-scenario-hash]').dataset.scenarioHash"))

    def problem(self) -> str:
        """Return what the page says is wrong; empty if nothing is."""
        return ",".join(self.texts(".notice[role=alert]:not([hidden])"))

    def requests(self) -> list[str]:
        """Return the addresses of all requests since the last call."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        return [one["request"]["url"] for one in sent]

    def complaints(self) -> list[str]:
        """Return what the browser complained of since the last call: errors, and what the policy refused."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
