"""Every kind of picture for awkward worlds: nothing cut off by the edge, no words over words, no legend on data.

Worlds where all is lost or nothing, of one input or many, with long names, with nothing to draw.
Would catch: a title, a label or a legend that leaves the figure, names that lie on one another, an empty picture that
does not say why.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

import deference_sim as ds
from deference_sim.analysis.discover import Box, Discovery, Limit, plan_of
from deference_sim.analysis.estimate import probability
from deference_sim.analysis.strategy import policies_to_compare
from deference_sim.plots.fitting import fit

from ..analysis.pretended_worlds import pretend_few_points
from ..analysis.quick import QUICK
from .looking_over import troubles

SEVEN = [
    "baseline",
    "company-override",
    "years-of-breathing-room",
    "more-capable-handoff",
    "just-outside-the-basin",
    "deals-and-coordination",
    "commercial-spillover",
]
LEADS = [0.5, 1, 2, 4, 8]
POLICIES = ["deadline_aware", "margin_target", "safety_case", "fixed", "race"]


def figure_of(drawn: Any) -> Figure:
    figure = np.ravel(drawn)[0].figure
    assert isinstance(figure, Figure)
    return figure


@pytest.fixture(scope="module", params=["plan-a", "plan-e", "single-deadline", "never-hand-off", "partial-deference"])
def awkward(request: pytest.FixtureRequest) -> ds.Result:
    return ds.simulate(request.param, 60)


RUNS: list[Callable[[ds.Result], Any]] = [
    lambda result: ds.plot.trajectories(result, n=30),
    ds.plot.outcomes_over_time,
    lambda result: ds.plot.effort_over_time(result, n=30),
    lambda result: ds.plot.phase_portrait(result, n=20),
    ds.plot.distribution,
    lambda result: ds.plot.distribution(result, "generations", "pdf"),
    lambda result: ds.plot.distribution(result, "minimum_margin"),
    lambda result: ds.plot.trajectory(result.trace(0)),
    lambda result: ds.plot.tax_by_capability(result.scenario),
    lambda result: ds.plot.stocks_and_flows(result.scenario),
]


@pytest.mark.parametrize("draw", RUNS, ids=range(len(RUNS)))
def test_pictures_of_runs(awkward: ds.Result, draw: Callable[[ds.Result], Any]) -> None:
    assert troubles(figure_of(draw(awkward))) == []


def test_pictures_of_uncertain_inputs_show_values_that_are_probable_by_themselves() -> None:
    """Would catch bars of no height: the chances of values of a discrete input were drawn below the density's noise."""
    panels = ds.plot.uncertain_inputs("plan-e")
    assert troubles(figure_of(panels)) == []
    for panel in panels:
        heights = [path.vertices[:, 1].max() for bars in panel.collections for path in bars.get_paths()]
        assert max(heights) > 0.5 * panel.get_ylim()[1]
        assert {text.get_text() for text in panel.texts} == {"70 %", "15 %", "5 %", "10 %"}


@pytest.mark.parametrize(
    ("scenarios", "over"),
    [
        (SEVEN, {"rival.lead": LEADS}),
        (["baseline", "five-hazards"], {"strategy.policy": POLICIES}),
        ("plan-e", {"rival.lead": LEADS, "strategy.policy": POLICIES}),
        ("rushed-handoff", {"rival.lead": LEADS, "tax.broad_alignment": [0, 0.2, 0.4], "tax.decline": [0, 0.1]}),
        ("plan-a", {"rival.mode": ["none", "takeoff"], "strategy.policy": POLICIES, "handoff.never": [True, False]}),
    ],
)
def test_pictures_of_sweeps(scenarios: Any, over: Any) -> None:
    found = ds.sweep(scenarios, over, 20)
    for measure in ("p_stay", "p_good"):
        draw = ds.plot.lead_curve if len(over) == 1 else ds.plot.heat_map
        assert troubles(figure_of(draw(found, measure))) == []


def test_pictures_of_many_points() -> None:
    words = {"rival.lead": ds.linspace(0.5, 8, 5), "strategy.policy": POLICIES}
    for over in (words, {"rival.lead": ds.logspace(0.5, 8, 12)}):
        found = ds.sweep("plan-e", over, 20, design="latin-hypercube")
        assert troubles(figure_of(ds.plot.sweep_points(found))) == []


def test_pictures_of_requirements() -> None:
    close = ds.required_lead(QUICK, [0.1, 0.5, 0.52, 0.54, 0.99], 200)
    assert troubles(figure_of(ds.plot.required_lead(close))) == []
    nowhere = ds.region(QUICK, ["rival.lead", "rival.speed"], 0.99, 40)
    ax = ds.plot.region(nowhere)
    assert troubles(figure_of(ax)) == []
    assert "nowhere" in ax.get_title(loc="left")


def test_pictures_of_choices(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_few_points(monkeypatch)
    assert troubles(figure_of(ds.plot.handoff_timing(ds.best_handoff("plan-a", 64)))) == []
    found = ds.best_strategy("years-of-breathing-room", 64)
    regret = ds.policy_regret("years-of-breathing-room", policies_to_compare(found), 64)
    assert troubles(figure_of(ds.plot.policies(found, regret))) == []


def test_a_handoff_that_can_only_be_in_one_month_has_bars() -> None:
    """Would catch panels that stay blank, since an area over one month has no width."""
    chances, risks = ds.plot.handoff_timing(ds.best_handoff("plan-e", 20))
    assert troubles(figure_of(chances)) == []
    (month,) = risks.get_xticks()
    assert month == 0.0
    for area in risks.collections:
        assert np.ptp(area.get_paths()[0].vertices[:, 0]) > 0.1


def test_pictures_of_differences() -> None:
    (found,) = ds.compare("just-outside-the-basin", "years-of-breathing-room", replicates=60)
    assert troubles(figure_of(ds.plot.differences(found))) == []
    base = ds.load("baseline")
    other = base.with_(**{f"hazards.{one}.growth": 0.0 for one in ("adversary", "external_ai")})
    explained = ds.plot.waterfall(ds.explain(base, other, 32))
    labels = [label.get_text() for label in explained.flat[0].get_yticklabels()][1:-1]
    assert len(set(labels)) == len(labels) == 2, "two inputs of the same name"
    assert troubles(figure_of(explained)) == []


@pytest.mark.parametrize("method", ["tornado", "sobol", "voi"])
def test_pictures_of_what_matters(method: str) -> None:
    for inputs in ("rival.lead", ["uncertain", "tax.decline"]):
        found = ds.sensitivity(QUICK, method, inputs=inputs, replicates=64)
        assert troubles(figure_of(ds.plot.tornado(found))) == []


def test_pictures_of_boxes_on_one_another() -> None:
    plan = plan_of(ds.load("uncertain-baseline"), ["rival.lead", "rival.speed"], "p_stay", 64, 1)
    limit = Limit("rival.lead", "months", None, 2.449)
    box = Box((limit,), probability(98, 100), probability(99, 100), probability(20, 100))
    for boxes in ((box,), (box, box), ()):
        found = Discovery(plan, probability(50, 100), {"prim": boxes, "cart": boxes}, 64, 1.0)
        assert troubles(figure_of(ds.plot.boxes(found))) == []


def test_pictures_of_loops_where_there_are_none() -> None:
    for name in ("never-hand-off", "plan-e"):
        found = ds.loops(name, 20)
        assert troubles(figure_of(ds.plot.loop_areas(found))) == []
        assert troubles(figure_of(ds.plot.loop_diagram(found))) == []


@pytest.mark.parametrize("size", [(4.0, 3.5), (4.5, 4.5), (12.0, 4.0)])
def test_a_figure_of_another_size_and_title_still_fits(size: tuple[float, float]) -> None:
    """Would catch words that a narrow figure cuts off, and provenance under a title of the reader's own."""
    title = "What months of lead buy a project that hands off in a hurry, and what they do not buy it at all"
    swept = ds.sweep(SEVEN[:3], {"rival.lead": LEADS}, 20)
    compared = ds.compare("plan-b", "plan-d", replicates=60)[0]
    pictures: list[Callable[[], Any]] = [
        lambda: ds.plot.lead_curve(swept),
        lambda: ds.plot.tax_by_capability("plan-e"),
        lambda: ds.plot.distribution(ds.simulate("baseline", 60)),
    ]
    if size[0] > 4.0:  # names of rows take more than a narrow column has
        pictures.append(lambda: ds.plot.differences(compared))
    for draw in pictures:
        figure = figure_of(draw())
        fit(figure, title, size)
        assert troubles(figure) == []
        assert " ".join(figure.axes[0].get_title(loc="left").split()) == title
        assert tuple(figure.get_size_inches()) == size
