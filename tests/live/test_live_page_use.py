"""The live page in use: from a file, offline, by hand and by keyboard, on a phone and in the dark; its address.

Would catch: a request that leaves, an address that does more than set inputs in their ranges, a change that cannot be
taken back, a control without a name, a page that is wider than a phone, colours that cannot be told from their ground.
"""

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import deference_sim as ds
from deference_sim.live.building import SOURCES, PageMissing, install, node_program

from .looking import Page, address

FEW = 1000
CONTRAST = 3.0  # of what is drawn, against its ground (WCAG 2.2, 1.4.11)
DRAWN = (
    "takeover",
    "mistake",
    "hazard",
    "rival",
    "luck",
    "punted",
    "stabilised",
    "ridden",
    "open",
    "accent",
    "against",
)


def test_it_opens_from_a_file_and_no_request_leaves(page: Page) -> None:
    page.requests()
    page.open()
    found = page.answer()
    assert found["n"] == 10_000
    page.eventually(lambda: len(page.texts(".figure svg")) >= 5, "the pictures")
    page.eventually(lambda: "5th to 95th" in page.text(".spread-told"), "the spread")
    assert page.run("return document.title") == "own-world – deference_sim"
    assert "document.title" in page.text(".story")
    assert [
        one for one in page.requests() if not one.startswith((page.file.as_uri(), "blob:", "data:", "about:"))
    ] == []


def test_a_slider_moves_the_numbers_and_can_be_taken_back(page: Page) -> None:
    page.open(address("rushed-handoff", worlds=FEW))
    before = page.answer()
    slider = page.driver.find_element("css selector", '[data-path="rival.lead"] .slider')
    for _ in range(20):
        slider.send_keys("\ue012")  # arrow left
    page.eventually(lambda: page.answer()["hash"] != before["hash"], "another scenario")
    assert page.answer()["p_stay"]["value"] < before["p_stay"]["value"]
    assert "set=rival.lead" in page.run("return location.hash")
    link = page.run("return location.hash")
    moved = page.answer()
    page.click("Take all changes back")
    page.eventually(lambda: page.answer() == before, "the answer before")
    page.click("Undo")
    page.eventually(lambda: page.answer() == moved, "the moved answer")
    page.open(link)
    assert page.answer() == moved


def test_a_bad_value_is_told_beside_its_field(page: Page) -> None:
    page.open(address("rushed-handoff", worlds=FEW))
    before = page.answer()
    page.type("rival.lead", "-3 months")
    assert "at least 0" in page.text('[data-path="rival.lead"] .problem')
    page.type("rival.lead", "2 to 9 furlongs")
    assert "furlongs" in page.text('[data-path="rival.lead"] .problem')
    assert page.answer() == before


@pytest.mark.parametrize(
    ("fragment", "told"),
    [
        ("#scenario=baselin", "no scenario"),
        ("#scenario=baseline&set=rival.led=3", "unknown parameter"),
        ("#scenario=baseline&set=rival.lead=-3", "at least 0"),
        ("#scenario=baseline&set=handoff.resume_above=0&set=handoff.halt_below=1", "resume_above"),
        ("#scenario=baseline&set=__proto__.x=3", "unknown parameter"),
        ("#scenario=__proto__", "no scenario"),
        ("#scenario=baseline&worlds=1e9", "a whole number"),
        ("#scenario=baseline&worlds=99999999999", "a whole number"),
        ("#scenario=baseline&start=2027-13", "a month"),
        ("#scenario=baseline&evil=<img src=x onerror=alert(1)>", "unknown key"),
        ("#scenario=baseline&set=rival.lead=%7B%7B", "rival.lead"),
        ("#garbage", "unknown key"),
    ],
)
def test_a_damaged_address_says_so_and_shows_the_usual_view(page: Page, fragment: str, told: str) -> None:
    page.open(fragment)
    assert told in page.eventually(page.problem, "what is wrong")
    assert page.run("return document.querySelector('#preset').value") == "own-world"
    assert page.run("return document.querySelectorAll('img').length") == 0


def test_an_address_of_another_law_says_so_above_the_numbers(page: Page) -> None:
    page.open(address("baseline", worlds=FEW, law="0123456789ab", v="0.0.9", hash="ba5e11e5"))
    told = page.eventually(lambda: page.text(".warning"), "the warning")
    assert "another law (0123456789ab" in told
    assert "has changed since this link was made" in told
    page.open(address("baseline", worlds=FEW))
    page.answer()
    page.open(page.run("return location.hash"))
    page.answer()
    assert page.text(".warning") == ""


def test_months_become_dates(page: Page) -> None:
    page.open(address("rushed-handoff", worlds=FEW, start="2027-03"))
    page.answer()
    page.click("Tell it")
    assert re.search(
        r"(March|April|May|\w+) 20(27|28|29)", page.eventually(lambda: page.text(".story-told h3"), "a story")
    )
    assert "date" in page.text("#outcomes-title ~ .pictures svg")


def test_long_work_can_be_stopped(page: Page) -> None:
    page.open(address("uncertain-baseline", worlds=FEW))
    page.answer()
    page.click("Try every main input")
    page.eventually(lambda: page.run("return !document.querySelectorAll('.running')[1].hidden"), "progress")
    page.run("document.querySelectorAll('.running')[1].querySelector('button').click()")
    page.eventually(lambda: page.run("return document.querySelectorAll('.running')[1].hidden"), "the end")
    assert page.text("#hangs-on-title ~ .pictures svg") == ""
    page.type("rival.lead", "1 month")
    page.eventually(lambda: page.answer()["n"] == FEW, "an answer")


def test_a_table_that_is_needed_first_says_how_far_it_is_and_gives_way(page: Page) -> None:
    page.open(address("slow-takeoff", worlds=100))
    page.eventually(lambda: re.search(r"table of its own first.* \d+ %", page.text(".status")), "how far it is")
    page.go(address("baseline", worlds=100))
    assert page.answer()["hash"] == ds.load("baseline").hash
    assert page.problem() == ""


def test_a_folder_that_is_served_answers_too(page: Page, tmp_path: Path) -> None:
    ds.page("rushed-handoff", out=tmp_path, folder=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        page.driver.get(f"http://127.0.0.1:{server.server_port}/index.html{address('rushed-handoff', worlds=FEW)}")
        assert page.answer()["hash"] == ds.load("rushed-handoff").hash
    finally:
        server.shutdown()
        server.server_close()


class Silent(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, by the version that is locked."""
    place = tmp_path_factory.mktemp("axe")
    try:
        install(node_program(), place)
    except PageMissing as error:
        pytest.skip(str(error))
    return (place / "node_modules/axe-core/axe.min.js").read_text("utf-8")


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True])
def test_it_is_accessible_with_everything_unfolded(page: Page, axe: str, width: int, dark: bool) -> None:
    page.wide(width, dark=dark)
    page.open(
        address(
            "rushed-handoff", {"rival.lead": "2 to 9 months"}, worlds=FEW, against="baseline", law="00", start="2027-03"
        )
    )
    page.answer()
    page.click("Compute the lead curve")
    page.click("Try every main input")
    page.run("document.querySelector('#replicate').value = 12")
    page.click("Tell it")
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.eventually(lambda: page.run("return document.querySelectorAll('details.block').length > 10"), "all inputs")
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.run("document.querySelectorAll('button.info').forEach(one => one.click())")
    page.type("rival.speed", "-1")
    page.eventually(lambda: len(page.texts(".figure svg")) >= 9, "every picture")
    page.driver.set_script_timeout(120)
    assert page.complaints() == []
    page.run(axe)
    found = page.driver.execute_async_script(
        "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']})"
        ".then(found => done(found.violations.map(one => [one.id, one.nodes[0].html, one.nodes[0].failureSummary])))"
    )
    page.complaints()  # axe tries what the policy refuses
    assert found == []
    assert page.run("return document.documentElement.scrollWidth") <= width
    names = page.run(
        "return [...document.querySelectorAll('svg[role=img]')].map(one => one.getAttribute('aria-label'))"
    )
    assert len(names) >= 9
    assert all(len(name) > 30 for name in names)


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_drawn_can_be_told_from_its_ground(dark: bool) -> None:
    colours = palette(dark)
    ground = luminance(colours["paper"])
    for name in DRAWN:
        lighter, darker = sorted((ground, luminance(colours[name])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= CONTRAST, name


def palette(dark: bool) -> dict[str, str]:
    light, night = re.findall(r":root \{(.*?)\}", (SOURCES / "page.css").read_text("utf-8"), re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#\w+)", night if dark else light))


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = (int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
