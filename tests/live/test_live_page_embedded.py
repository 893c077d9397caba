"""The live page within others: in a report, in a notebook's frame, behind a server; the report without it.

Would catch: a policy around it that forbids what it needs, a page that begins with another scenario than the report's,
one that simulates before anybody looks, a report that needs scripts, a picture that cannot be taken away.
"""

import base64
import threading
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

import deference_sim as ds
from deference_sim.live.serving import PageServer
from deference_sim.pages import files

from ..cli.commands import call
from .looking import Page, address

FEW = 1000


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "of a comparison"
    settings = ("--set", "rival.lead=2 months", "--replicates", "200", "--seed", "7", "--quiet")
    done = call("compare", "rushed-handoff", "baseline", *settings, "--out", folder)
    assert done.exit_code == 0, done.output
    return folder / "report.html"


def test_in_a_report_it_begins_with_what_the_report_is_about_once_it_is_looked_at(page: Page, report: Path) -> None:
    page.driver.get(report.as_uri())
    page.run("scrollTo(0, document.body.scrollHeight)")
    time.sleep(1.0)  # in which a page that does not wait would have started
    assert not any(one.startswith("blob:") for one in page.requests())
    page.run("document.querySelector('details.live').open = true")
    page.run("document.querySelector('details.live').scrollIntoView()")
    page.driver.switch_to.frame(page.driver.find_element("css selector", "details.live iframe"))
    page.eventually(lambda: page.run("return Boolean(document.querySelector('.bar'))"), "the page")
    found = page.answer()
    assert found["hash"] == ds.load("rushed-handoff", set=["rival.lead=2 months"]).hash
    a, b = (ds.load(name, set=["rival.lead=2 months"]) for name in ("rushed-handoff", "baseline"))
    assert found["p_stay"]["value"] == ds.simulate(a, found["n"], 7).p_stay.estimate
    (compared,) = ds.compare(a, b, replicates=found["n"], seed=7)
    assert abs(found["difference"]) == pytest.approx(abs(compared.measures["p_stay"][2].estimate), abs=1e-12)
    page.type("rival.lead", "3 months")
    page.eventually(lambda: page.answer()["hash"] != found["hash"], "a moved input")
    assert "Copy the link" not in page.texts("button")
    page.driver.switch_to.default_content()
    allowed = (report.as_uri(), "blob:", "data:", "about:")
    assert [one for one in page.requests() if not one.startswith(allowed)] == []


def test_without_scripts_a_report_reads_and_prints_in_full(page: Page, report: Path) -> None:
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.driver.get(report.as_uri())
        printed = page.driver.execute_cdp_cmd("Page.printToPDF", {})
    finally:
        page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert base64.b64decode(printed["data"]).count(b"/Type /Page\n") >= 3
    told = page.run("return document.body.innerText")
    assert told.startswith("baseline as against rushed-handoff")
    assert "They are no forecast" in told
    assert files.LIVE_TITLE in told
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = page.run("return getComputedStyle(document.querySelector('details.live')).display")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert shown == "none"


@pytest.mark.parametrize("around", ["", "allow-scripts"])
def test_in_the_frame_of_a_notebook_it_answers_too(page: Page, tmp_path: Path, around: str) -> None:
    """Also in a notebook that keeps its outputs in a sandbox of its own."""
    shown = ds.explore("rushed-handoff", replicates=FEW)._repr_html_()
    output = f'<iframe sandbox="{around}" srcdoc="{escape(shown)}" width="1200" height="900"></iframe>'
    file = tmp_path / "notebook.html"
    file.write_text(f'<!DOCTYPE html><meta charset="utf-8">{output if around else shown}', "utf-8")
    page.driver.get(file.as_uri())
    for _ in range(2 if around else 1):
        page.driver.switch_to.frame(0)
    assert page.answer()["hash"] == ds.load("rushed-handoff").hash
    page.driver.switch_to.default_content()


@pytest.fixture
def server() -> Iterator[PageServer]:
    with PageServer(ds.page("rushed-handoff", replicates=FEW).html) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def test_under_another_name_and_path_two_tabs_answer_though_one_is_closed(page: Page, server: PageServer) -> None:
    """As through a tunnel or a proxy with a path of its own."""
    place = f"http://localhost:{server.server_port}/user/me/proxy/8765/"
    page.driver.get(place + address("baseline", worlds=FEW))
    first = page.driver.current_window_handle
    page.driver.switch_to.new_window("tab")
    page.driver.get(place)  # and is closed before it has answered
    page.driver.close()
    page.driver.switch_to.window(first)
    assert page.answer()["hash"] == ds.load("baseline").hash
    page.driver.get(place)
    assert page.answer()["hash"] == ds.load("rushed-handoff").hash
    assert page.run("return location.pathname") == "/user/me/proxy/8765/"


def test_a_picture_can_be_taken_away_as_pixels(page: Page) -> None:
    page.open(address("rushed-handoff", worlds=FEW))
    page.eventually(lambda: page.text("#outcomes-title ~ .pictures svg"), "the picture")
    page.run(
        "URL.createObjectURL = blob => { const read = new FileReader(); read.onload = () => "
        "{ window.taken = read.result; }; read.readAsDataURL(blob); return 'data:,'; }"
    )
    page.run("HTMLAnchorElement.prototype.click = function () { window.named = this.download; }")
    page.run(
        "[...document.querySelector('#outcomes-title').parentNode.querySelectorAll('button')]"
        ".find(e => e.textContent === 'Picture (PNG)').click()"
    )
    data = base64.b64decode(str(page.eventually(lambda: page.run("return window.taken"))).partition(",")[2])
    width = page.run("return document.querySelector('#outcomes-title ~ .pictures svg').width.baseVal.value")
    assert page.run("return window.named") == "outcomes.png"
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20]) == 2 * width
    assert len(data) > 10_000
