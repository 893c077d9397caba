"""Pages: results in words and tables, one page a question; each is imported when it is first asked for."""

from typing import TYPE_CHECKING, Any

from deference_sim.shown import Shown, page_function, register

if TYPE_CHECKING:
    from deference_sim.pages.layout import Page

_PAGES = {
    "scenario.scenario.Scenario": "scenario:page",
    "analysis.brief.Brief": "brief:page",
    "analysis.run.Result": "run:page",
    "analysis.trace.Trajectory": "trace:page",
    "analysis.sweep.Sweep": "sweep:page",
    "analysis.required_lead.Requirement": "required_lead:page",
    "analysis.least_change.LeastChange": "least_change:page",
    "analysis.region.Region": "required_lead:region_page",
    "analysis.compare.Comparison": "compare:page",
    "analysis.explain.Explanation": "explain:page",
    "analysis.loops.Loops": "loops:page",
    "analysis.tax.AggregateTax": "tax:page",
    "analysis.handoff.BestHandoff": "handoff:page",
    "analysis.strategy.BestStrategy": "strategy:page",
    "analysis.strategy.PolicyRegret": "strategy:regret_page",
    "analysis.sensitivity.result.Sensitivity": "sensitivity:page",
    "analysis.discover.Discovery": "discover:page",
    "analysis.takeoff.table.TakeoffTable": "takeoff:page",
}
register(
    {f"deference_sim.{kind}": f"deference_sim.pages.{place}" for kind, place in _PAGES.items()},
    brief="deference_sim.pages.layout:brief",
    html="deference_sim.pages.layout:html",
)


def page_of(found: Shown, repeat: str = "", **more: Any) -> "Page":
    """Return the page of a result; ``repeat`` is the command that repeats it.

    ``more`` goes to the page's own function, such as ``measure`` to that of a sweep.
    """
    page: Page = page_function(type(found))(found, repeat, **more)
    return page
