"""A live page on disk, and headless Chromium to look at it; on CI a missing Chromium fails, elsewhere it skips."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import deference_sim as ds

from .looking import Page

BROWSERS, DRIVER = ("chromium", "chromium-browser", "google-chrome"), "chromedriver"
OWN = "own-world"


@pytest.fixture(scope="session")
def own_scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario that would take over a page that does not escape what it shows."""
    file = tmp_path_factory.mktemp("live") / "own.yaml"
    file.write_text(
        f"schema: 1\nname: {OWN}\nextends: baseline\n"
        "description: '</script><script>document.title = \"taken over\"</script>'\nrival: {lead: 5 months}\n"
    )
    return file


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory, own_scenario: Path) -> Path:
    file = tmp_path_factory.mktemp("page") / "page.html"
    ds.page(own_scenario, out=file)
    return file


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    chosen = shutil.which(DRIVER)
    if not (program and chosen):
        told = "no Chromium with its driver: on Debian, apt-get install chromium chromium-driver"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(chosen))
    yield made
    made.quit()


@pytest.fixture
def page(driver: Any, page_file: Path) -> Iterator[Page]:
    """The page, with nothing opened in it yet; nothing may have been refused by its policy by the end."""
    made = Page(driver, page_file)
    made.wide()
    yield made
    assert made.complaints() == []
