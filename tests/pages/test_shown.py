"""Results show themselves: every one has a page, a short repr, and imports its page only when it is looked at.

Everything that a public function returns, and everything that stands in it, is held to that.

Would catch: a result that fills a screen when it is typed at a prompt, a class without a page, a page that is
registered under a name that it does not have, an analysis that imports what shows it.
"""

import copy
import inspect
import json
import pickle
import re
from collections.abc import Callable
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

import deference_sim as ds
from deference_sim import pages, shown
from deference_sim.analysis.estimate import Statistic
from deference_sim.analysis.takeoff import takeoff
from deference_sim.pages import layout, page_of
from deference_sim.shown import Shown

from ..analysis.quick import QUICK

FEW = 40
MOST = 300  # letters of a repr
POOLED = {
    "rival.lead": "{pool: [{expert: ana, weight: 3, value: 1 month}, {expert: ben, value: 6 to 9 months}]}",
    "capability.law": "{discrete: {software_explosion: 0.75, milestones: 0.25}}",
}
BATCH = "schema: 1\nscenarios: [baseline]\nsweep: {rival.lead: [1 month, 4 months]}\nreplicates: 40\n"


def batched() -> ds.BatchResult:
    with TemporaryDirectory() as folder:
        (Path(folder) / "small.yaml").write_text(BATCH)
        return ds.batch(Path(folder) / "small.yaml", Path(folder) / "results")


MAKE: dict[str, Callable[[], Shown]] = {
    "Scenario": lambda: ds.load("uncertain-baseline"),
    "FrozenMap": lambda: ds.load("uncertain-baseline").uncertain,
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
    "Trajectories": lambda: ds.simulate(ds.load("baseline"), FEW).trajectories(5, 20),
    "Statistic": lambda: Statistic(-0.12, -0.2, -0.04, 0.04, FEW),
    "Quantile": lambda: ds.simulate("baseline", FEW).quantile("months", 0.5),
    "Loss": lambda: ds.simulate("rushed-handoff", FEW).losses["rival"],
    "Named": lambda: ds.simulate("rushed-handoff", FEW).outcomes,
    "Several": lambda: ds.compare("baseline", "rushed-handoff", "plan-b", replicates=FEW),
    "Change": lambda: ds.compare("baseline", "rushed-handoff", replicates=FEW)[0].changes[0],
    "Alternatives": lambda: ds.alternatives(ds.load("rushed-handoff").with_(**POOLED), FEW)[0],
    "InputSpread": lambda: ds.input_spread("uncertain-baseline", 10, 10),
    "BatchResult": batched,
    "Model": lambda: ds.export("baseline"),
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


def test_a_repr_is_the_title_the_answer_and_how_to_go_on_in_short_lines(found: Shown) -> None:
    lines = repr(found).splitlines()
    heading = page_of(found)[0]
    _, further = shown._registered(type(found))
    assert isinstance(heading, layout.Heading)
    assert len(lines) == 1 + bool(heading.answer) + bool(further)
    assert max(map(len, lines)) <= layout.WIDTH
    assert len(repr(found)) <= MOST
    assert lines[0][:20] == heading.text[:20]
    assert str(found) == repr(found)


def test_an_answer_has_figures(found: Shown) -> None:
    heading = page_of(found)[0]
    assert isinstance(heading, layout.Heading)
    assert re.search(r"\d", heading.answer or heading.text)


def test_how_to_go_on_names_what_there_is(found: Shown) -> None:
    _, further = shown._registered(type(found))
    own, _, others = further.partition(";")
    for name in re.findall(r"(?:^|, )\.(\w+)", own):
        assert hasattr(found, name), name
    for plot in re.findall(r"ds\.plot\.(\w+)", others):
        assert plot in ds.plot.__all__


def test_what_stands_in_a_result_is_short_too(found: Shown) -> None:
    for name in (name for name in dir(found) if not name.startswith("_")):
        value = getattr(found, name)
        if isinstance(value, Shown):
            assert len(repr(value)) <= MOST, name
            assert len(repr(value).splitlines()) <= 3, name


def test_a_notebook_shows_the_whole_page_with_nothing_left_open(found: Shown) -> None:
    told = found._repr_html_()
    assert told == layout.html(page_of(found), shown._registered(type(found))[1])
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
    for kind, (place, _) in shown._PAGES.items():
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
    assert layout.brief([layout.Heading("title", "First. " + "word " * 60)], ".table").splitlines() == [
        "title",
        "First.",
        "more: .table",
    ]


def test_every_public_class_shows_itself_in_a_notebook_but_what_users_make() -> None:
    made_by_users = {"Shares", "Observation", "ScenarioError", "World"}
    for name in ds.__all__:
        thing = getattr(ds, name)
        if inspect.isclass(thing) and name not in made_by_users:
            assert hasattr(thing, "_repr_html_"), name


def test_figures_by_name_are_a_dict_and_several_results_are_a_list() -> None:
    result = ds.simulate("rushed-handoff", FEW)
    assert result.outcomes == dict(result.outcomes.items())
    assert copy.deepcopy(result.losses) == result.losses == pickle.loads(pickle.dumps(result.losses))
    assert json.loads(json.dumps(result.delay_months)) == result.delay_months
    assert ds.alternatives("uncertain-baseline", FEW) == []
    assert repr(ds.alternatives("uncertain-baseline", FEW)).startswith("0 results")


def test_figures_of_every_kind_are_told_in_a_table() -> None:
    result, (compared,) = ds.simulate("rushed-handoff", FEW), ds.compare("baseline", "rushed-handoff", replicates=FEW)
    heads = {
        name: page_of(found)[1].columns[1:]  # type: ignore[union-attr]
        for name, found in {
            "outcomes": result.outcomes,
            "losses": result.losses,
            "delays": result.delay_months,
            "quantiles": result.quantile_intervals,
            "differences": compared.losses,
        }.items()
    }
    assert heads == {
        "outcomes": ("share", "95 % interval"),
        "losses": ("share", "95 % interval", "believed safe"),
        "delays": ("p5", "p50", "p95", "mean"),
        "quantiles": ("p5", "p50", "p95", "n", "never"),
        "differences": ("first", "second", "difference (points)"),
    }
    assert "rival" in result.losses._repr_html_()


def test_tables_in_a_notebook_stand_below_their_titles_and_short_words_stay_whole() -> None:
    told = layout.html([layout.Table("told", ("", "as it is"), (("as good", "a long cell that may well be broken"),))])
    assert '<table style="margin-left:0">' in told, "notebooks centre tables"
    assert '<td style="text-align:left;white-space:nowrap">as good</td>' in told
    assert '<td style="text-align:left">a long cell' in told


def test_nothing_below_the_pages_imports_them() -> None:
    root = Path(pages.__file__).parent.parent
    for room in ("model", "trajectory", "engines", "scenario", "study", "analysis"):
        for file in (root / room).rglob("*.py"):
            assert "deference_sim.pages" not in file.read_text(encoding="utf-8"), file
