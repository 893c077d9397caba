"""The page in a real browser: load it, move a control, read the number, open a link, take the page away."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deference_sim import simulate
from deference_sim.explorer.state import of_query, start

from ..cli.commands import output_of

Browser = Any  # tests/explorer/conftest.py

FEW = 256
ENTRY, HANDLE = "input[type=text]", ".noUi-handle"
TEXTS = "return deep('table, small').map(e => e.textContent).join(' ')"
ALERTS = "return deep('[role=alert]').map(e => e.textContent).join('')"


def on_the_command_line(scenario: Path, *more: str) -> dict[str, Any]:
    return json.loads(output_of("run", scenario, "--replicates", FEW, "--json", "--quiet", *more))


def test_the_number_is_the_command_lines_before_and_after_a_control_is_moved(
    browser: Browser, address: str, own_scenario: Path
) -> None:
    browser.open(address)
    before = browser.chances()
    expected = on_the_command_line(own_scenario)
    assert before["hash"] == expected["hash"]
    assert before["n"] == str(FEW)
    assert float(before["p_stay"]) == expected["p_stay"]["estimate"]
    assert float(before["p_good"]) == expected["p_good"]["estimate"]

    lost = browser.run(TEXTS)
    assert "AIs schemed, from the handoff or from later on" in lost
    assert "these shares and p_stay add up to 100 %" in lost

    handle = browser.control("rival.lead", HANDLE)
    for _ in range(20):
        handle.send_keys("\ue012")  # arrow left: one step of 0.1 months
    browser.eventually(lambda: browser.control("rival.lead", ENTRY).get_attribute("value") == "2 months")
    expected = on_the_command_line(own_scenario, "--set", "rival.lead=2 months")
    after = browser.eventually(lambda: (found := browser.chances())["hash"] == expected["hash"] and found)
    assert browser.control("rival.lead", ENTRY).get_attribute("value") == "2 months"
    assert float(after["p_stay"]) == expected["p_stay"]["estimate"] < float(before["p_stay"])
    assert float(after["p_good"]) == expected["p_good"]["estimate"]

    browser.eventually(lambda: "set=" in browser.driver.current_url)
    link = browser.driver.current_url
    assert parse_qs(urlsplit(link).query)["set"] == ["rival.lead=2 months"]
    browser.open("about:blank")
    browser.open(link)
    assert browser.chances() == after
    assert browser.control("rival.lead", ENTRY).get_attribute("value") == "2 months"


def test_a_comparison_is_paired_and_a_bad_value_is_told_beside_its_control(
    browser: Browser, address: str, own_scenario: Path
) -> None:
    query = "?scenario=baseline&set=rival.lead=1.5 months&against=baseline&replicates=256"
    browser.open(address + query)
    browser.chances()
    told = browser.find("[data-difference]").get_attribute("data-difference")
    presets, usual = start(str(own_scenario), (), FEW, 1)
    view = of_query(query, presets, usual)
    one, other = (
        simulate(presets.scenario(view.scenario, settings), FEW).p_stay.value for settings in (view.settings, ())
    )
    assert abs(float(told) - (one - other)) < 1e-12

    entry = browser.control("rival.lead", ENTRY)
    entry.send_keys("\ue009a\ue000", "-3\ue007")  # control and A, enter
    browser.eventually(lambda: "at least 0" in browser.run(ALERTS))


def test_names_are_escaped_and_nothing_is_asked_of_other_servers(browser: Browser, address: str) -> None:
    browser.requests()
    browser.open(address)
    browser.chances()
    browser.eventually(lambda: browser.run("return deep('img').length == 3"))
    assert browser.driver.title == "deference_sim explorer"
    assert browser.run("return deep('.head').some(e => e.textContent.includes('<script>document.title'))")
    own = (address, f"blob:{address}", "data:")
    assert [request for request in browser.requests() if not request.startswith(own)] == []


def test_a_bad_address_says_so_and_shows_the_usual_view(browser: Browser, address: str) -> None:
    browser.open(address + "?scenario=baselin&set=rival.led=3")
    alert = browser.eventually(lambda: browser.run(ALERTS))
    assert "did you mean `baseline`?" in alert
    assert browser.chances()["n"] == str(FEW)


def test_the_page_that_works_offline_has_the_numbers_and_a_slider(browser: Browser, tmp_path: Path) -> None:
    from deference_sim.explorer.computing import Curve, Memory, Numbers, answers
    from deference_sim.explorer.static import page

    presets, view = start("baseline", (), FEW, 1)
    found = list(answers(view, presets, Memory(), lambda: True))
    numbers = next(answer for answer in found if isinstance(answer, Numbers) and answer.is_last)
    curve = next(answer for answer in found if isinstance(answer, Curve))
    file = tmp_path / "page.html"
    file.write_text(page(view, numbers, curve), "utf-8")
    browser.requests()
    browser.open(file.as_uri())
    assert float(browser.chances()["p_stay"]) == numbers.result.p_stay.value
    shown = "return deep('section:not([hidden])').map(e => e.textContent).join('')"
    before = browser.run(shown)
    browser.find("input[type=range]").send_keys("\ue011")  # home: the first point
    assert "rival.lead (months): 0," in browser.run(shown) != before
    assert [request for request in browser.requests() if not request.startswith(("file:", "data:"))] == []


# The kernel says, in a thread of its own, how its sockets are set up; that is no concern of the explorer.
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_in_a_notebook_nothing_is_asked_of_anybody(browser: Browser, tmp_path: Path) -> None:
    """Would catch a style, a font or a script that Panel takes from its own servers in a notebook."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    cells = [
        f"import time\nimport deference_sim as ds\npage = ds.explore('baseline', replicates={FEW})\npage",
        "while len(page.pictures) < 3:\n    time.sleep(0.05)  # what comes later is not in the notebook's file",
        "page",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=900).execute()
    first, _, last = (cell.outputs for cell in notebook.cells)
    scripts = (output.get("data", {}).get("application/javascript", "") for output in (*first, *last))
    parts = ["<script>" + script.replace("</script", r"<\/script") + "</script>" for script in scripts]
    parts += [output.get("data", {}).get("text/html", "") for output in (*first[:-1], *last)]
    file = tmp_path / "notebook.html"
    file.write_text('<!DOCTYPE html><meta charset="utf-8"><body>' + "\n".join(parts), "utf-8")
    browser.requests()
    browser.open(file.as_uri())
    assert browser.chances()["n"] == str(FEW)
    browser.eventually(lambda: browser.run("return deep('img').length == 3"))
    own = (file.as_uri(), "data:", "blob:")
    assert [request for request in browser.requests() if not request.startswith(own)] == []
