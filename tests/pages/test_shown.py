"""Results show themselves: every one has a page, a short repr, and imports its page only when it is looked at.

Would catch: a result that fills a screen when it is typed at a prompt, a class without a page, a page that is
registered under a name that it does not have, an analysis that imports what shows it.
"""

import inspect
from collections.abc import Callable
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import pytest

import deference_sim as ds
from deference_sim import pages, shown
from deference_sim.analysis.takeoff import takeoff
from deference_sim.pages import layout, page_of
from deference_sim.shown import Shown

from ..analysis.quick import QUICK

FEW = 40
MAKE: dict[str, Callable[[], Shown]] = {
    "Scenario": lambda: ds.load("uncertain-baseline"),
    "Result": lambda: ds.simulate(ds.load("five-hazards"), FEW),
    "Trajectory": lambda: ds.simulate(ds.load("rushed-handoff"), FEW).trace(3),
    "Sweep": lambda: ds.sweep(
        ds.load("baseline"), {"rival.lead": [1, 2, 4], "strategy.policy": ["race", "fixed"]}, FEW
    ),
    "Requirement": lambda: ds.required_lead(ds.load("rushed-handoff"), replicates=FEW),
    "LeastChange": lambda: ds.least_change(QUICK, ["rival.lead", "tax.decline"], 0.5, FEW),
    "Region": lambda: ds.region(QUICK, [("rival.lead", None), ("tax.decline", None)], 0.5, FEW),
    "Comparison": lambda: ds.compare(ds.load("baseline"), ds.load("rushed-handoff"), replicates=FEW)[0],
    "Loops": lambda: ds.loops("baseline", FEW),
    "Explanation": lambda: ds.explain("baseline", "rushed-handoff", FEW),
    "Brief": lambda: ds.brief(ds.load("never-hand-off"), FEW, worlds=["never-hand-off"]),
    "AggregateTax": lambda: ds.aggregate_tax(ds.load("uncertain-baseline"), draws=20),
    "BestHandoff": lambda: ds.best_handoff(ds.load("rushed-handoff"), FEW),
    "BestStrategy": lambda: ds.best_strategy(ds.load("baseline"), FEW),
    "PolicyRegret": lambda: ds.policy_regret(["baseline", "plan-b"], replicates=FEW),
    "Sensitivity": lambda: ds.sensitivity(ds.load("uncertain-baseline"), replicates=FEW),
    "Discovery": lambda: ds.discover(ds.load("uncertain-baseline"), replicates=64),
    "TakeoffTable": lambda: takeoff("forethought", 100),
}


@pytest.fixture(scope="module", params=MAKE)
def found(request: pytest.FixtureRequest) -> Shown:
    if request.param == "Discovery":
        pytest.importorskip("ema_workbench")
    made = MAKE[request.param]()
    assert type(made).__name__ == request.param
    return made


class Reader(HTMLParser):
    """Notes which tags are open, and fails at one that is closed without having been opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_repr_is_the_title_and_the_answer_in_short_lines(found: Shown) -> None:
    lines = repr(found).splitlines()
    heading = page_of(found)[0]
    assert isinstance(heading, layout.Heading)
    assert 1 < len(lines) <= 3
    assert max(map(len, lines)) <= layout.WIDTH
    assert lines[0][:20] == heading.text[:20]
    assert str(found) == repr(found)


def test_a_notebook_shows_the_whole_page_with_nothing_left_open(found: Shown) -> None:
    told = found._repr_html_()
    assert told == layout.html(page_of(found))
    reader = Reader()
    reader.feed(told)
    assert reader.open == []


def test_a_page_ends_with_the_command_that_repeats_it(found: Shown) -> None:
    last = page_of(found, "deference-sim again")[-1]
    assert isinstance(last, layout.Paragraph)
    assert last.text.endswith("Repeat: deference-sim again")


def test_what_more_a_page_is_asked_goes_to_its_function() -> None:
    swept = ds.sweep(ds.load("baseline"), {"rival.lead": [1, 2]}, FEW)
    assert page_of(swept, measure="p_good")[0] != page_of(swept)[0]
    with pytest.raises(TypeError, match="unheard"):
        page_of(swept, unheard=1)


def test_every_registered_page_is_there_and_takes_a_result_and_a_command() -> None:
    for kind, place in shown._PAGES.items():
        module, _, name = kind.rpartition(".")
        assert issubclass(getattr(import_module(module), name), Shown)
        first, second, *rest = inspect.signature(shown._imported(place)).parameters.values()
        assert (first.name, second.name, second.default) == ("found", "repeat", "")
        assert all(one.default is not one.empty for one in rest)
    assert {kind.rpartition(".")[2] for kind in shown._PAGES} == set(MAKE)


def test_no_class_has_a_repr_of_its_own_before_that_of_its_page(found: Shown) -> None:
    assert type(found).__repr__ is Shown.__repr__


def test_a_class_without_a_page_cannot_be_made_and_the_error_says_what_to_do() -> None:
    with pytest.raises(TypeError, match=r"Bare has no page: name one in deference_sim/pages/__init__\.py"):
        type("Bare", (Shown,), {})


def test_a_result_of_ones_own_kind_is_shown_as_what_it_is() -> None:
    class Mine(ds.Scenario):
        pass

    plain = ds.load("baseline")
    mine = Mine(name="baseline", description=plain.description, hazards=plain.hazards)
    assert repr(mine).splitlines()[0] == repr(plain).splitlines()[0]


def test_titles_and_answers_are_cut_at_the_width_of_a_page() -> None:
    told = layout.brief([layout.Heading("word " * 60, "answer"), layout.Paragraph("rest")])
    assert told.splitlines()[1] == "answer"
    assert told.splitlines()[0].endswith(" …")
    assert len(told.splitlines()[0]) <= layout.WIDTH


def test_sampled_paths_are_told_in_one_line() -> None:
    paths = ds.simulate(ds.load("baseline"), FEW).trajectories(5, 20)
    assert repr(paths).startswith("Trajectories: 5 replicates at 20 times, months 0 to ")


def test_nothing_below_the_pages_imports_them() -> None:
    root = Path(pages.__file__).parent.parent
    for room in ("model", "trajectory", "engines", "scenario", "study", "analysis"):
        for file in (root / room).rglob("*.py"):
            assert "deference_sim.pages" not in file.read_text(encoding="utf-8"), file
