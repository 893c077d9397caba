"""Pages: results in words and tables, one page a question; each is imported when it is first asked for."""

from typing import TYPE_CHECKING, Any

from deference_sim.shown import Shown, page_function, register

if TYPE_CHECKING:
    from deference_sim.pages.layout import Page

#: What is shown, the function that makes its page, and how to go on with it: its attributes, and what draws it.
_PAGES = {
    "analysis.listed.Several": ("several:page", "[0] and so on, each by itself"),
    "analysis.listed.Named": ("figures:table_page", ""),
    "scenario.scenario.Scenario": (
        "scenario:page",
        '.rival.lead, .with_(**{"rival.lead": "3 months"}), .uncertain, .to_yaml(); ds.simulate(…)',
    ),
    "scenario.frozen.FrozenMap": ("scenario:map_page", ""),
    "analysis.brief.Brief": (
        "brief:page",
        ".run, .handoff, .strategy, .required, .sobol, .failing, .flips, .signposts",
    ),
    "analysis.run.Result": (
        "run:page",
        ".losses, .outcomes, .records, .trajectories(), .trace(0); ds.plot.outcomes_over_time(…)",
    ),
    "analysis.trace.Trajectory": (
        "trace:page",
        ".log, .to_frame(), .phases, .draws, .record; ds.plot.trajectory(…)",
    ),
    "analysis.trace.Trajectories": (
        "trajectories:page",
        ".to_frame(), .to_xarray(), .margin, .outcome; ds.plot.trajectories(result)",
    ),
    "analysis.estimate.Statistic": ("figures:page", ""),
    "analysis.estimate.Quantile": ("figures:quantile_page", ""),
    "analysis.ledger.Loss": ("figures:loss_page", ""),
    "analysis.alternatives.Alternatives": ("alternatives:page", ".each, .chance, .between, .paths"),
    "analysis.nested.InputSpread": ("spread:page", ".overall, .sd, .p5, .p50, .p95, .share_of_variance"),
    "analysis.sweep.Sweep": (
        "sweep:page",
        ".table, .estimates(), .save(FILE); ds.plot.lead_curve(…), heat_map(…), sweep_points(…)",
    ),
    "analysis.required_lead.Requirement": (
        "required_lead:page",
        ".answers, .table, .curve_table; ds.plot.required_lead(…)",
    ),
    "analysis.least_change.LeastChange": ("least_change:page", ".table, .alone, .together"),
    "analysis.region.Region": ("required_lead:region_page", ".table, .edge; ds.plot.region(…)"),
    "analysis.compare.Comparison": (
        "compare:page",
        ".table, .measures, .losses, .inputs, .changes; ds.plot.differences(…)",
    ),
    "analysis.compare.Change": ("compare:change_page", ""),
    "analysis.explain.Explanation": ("explain:page", ".table, .shares, .measures; ds.plot.waterfall(…)"),
    "analysis.loops.Loops": ("loops:page", ".answer, .table, .strongest, .knockouts; ds.plot.loop_areas(…)"),
    "analysis.tax.AggregateTax": ("tax:page", ".drivers, .edges, .draws; ds.plot.tax_by_capability(scenario)"),
    "analysis.handoff.BestHandoff": (
        "handoff:page",
        ".best, .table, .levels, .alternatives, .changes; ds.plot.handoff_timing(…)",
    ),
    "analysis.strategy.BestStrategy": ("strategy:page", ".best, .table, .policies; ds.plot.policies(…, regret)"),
    "analysis.strategy.PolicyRegret": ("strategy:regret_page", ".table, .regret, .minimax, .best_on_average"),
    "analysis.sensitivity.result.Sensitivity": ("sensitivity:page", ".table, .expected, .more; ds.plot.tornado(…)"),
    "analysis.discover.Discovery": ("discover:page", ".table, .boxes, .failures; ds.plot.boxes(…)"),
    "analysis.takeoff.table.TakeoffTable": ("takeoff:page", ".frame, .figures, .notes, .source"),
    "batches.result.BatchResult": ("batch:page", ".table, .folder, .missing, .failures"),
    "exchange.xmile.Model": ("export:page", ".save(FILE), .text, .variables"),
}
register(
    {f"deference_sim.{kind}": (f"deference_sim.pages.{place}", more) for kind, (place, more) in _PAGES.items()},
    brief="deference_sim.pages.layout:brief",
    html="deference_sim.pages.layout:html",
)


def page_of(found: Shown, repeat: str = "", **more: Any) -> "Page":
    """Return the page of a result; ``repeat`` is the command that repeats it.

    ``more`` goes to the page's own function, such as ``measure`` to that of a sweep.
    """
    page: Page = page_function(type(found))(found, repeat, **more)
    return page
