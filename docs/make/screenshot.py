"""Take the README's picture of the live page.

Run with ``./dev python docs/make/screenshot.py`` (half a minute). It needs Chromium and its driver (Debian: chromium,
chromium-driver).
"""

import shutil
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from running import DOCS
from selenium import webdriver

import deference_sim as ds

PICTURE = DOCS / "images" / "live-page.png"
SCENARIO = "rushed-handoff"
SIZE = "1200,880"
COLOURS = 128  # enough for text and bars, at less than half of the bytes
PATIENCE = 120.0  # seconds
#: True once every number, the spread and the first picture are there.
IS_WHOLE = """return document.querySelector(".bar")?.dataset.last === "true"
  && document.querySelector(".spread-told").textContent.includes("5th to 95th")
  && document.querySelector(".figure svg") !== null"""


def main() -> None:
    """Write the picture anew."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        ds.page(SCENARIO, out=page)
        browser = opened()
        try:
            browser.get(page.as_uri())
            until = time.monotonic() + PATIENCE
            while not browser.execute_script(IS_WHOLE):
                if time.monotonic() > until:
                    raise SystemExit(f"the page was not whole after {PATIENCE:.0f} seconds")
                time.sleep(0.1)
            taken = Image.open(BytesIO(browser.get_screenshot_as_png())).convert("RGB")
            taken.quantize(COLOURS).save(PICTURE, optimize=True)
        finally:
            browser.quit()


def opened() -> Any:
    """Return a browser without a window, in light colours."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        f"--window-size={SIZE}",
    ):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


if __name__ == "__main__":
    main()
