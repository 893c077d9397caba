"""Greenblatt's Plans A to E: their published takeover risk beside p_good of the scenarios that are named after them."""

from collections.abc import Callable
from dataclasses import dataclass

from deference_sim.analysis.run import simulate
from deference_sim.analysis.takeoff.table import Figure, Number, Request, TakeoffTable, unheard
from deference_sim.scenario import load

SOURCE = (
    "Greenblatt, Plans A, B, C, and D for misalignment risk, Redwood Research, October 2025, "
    "https://blog.redwoodresearch.org/p/plans-a-b-c-and-d-for-misalignment"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as published: months of lead spent on safety (least, most), and takeover risk."""

    name: str
    least_lead: float
    most_lead: float
    risk: float


PLANS = (
    Plan("plan-a", 120.0, 120.0, 0.07),
    Plan("plan-b", 12.0, 36.0, 0.13),
    Plan("plan-c", 1.0, 9.0, 0.20),
    Plan("plan-d", 0.0, 0.0, 0.45),
    Plan("plan-e", 0.0, 0.0, 0.75),
)


@dataclass(frozen=True, slots=True)
class PlanPoint:
    """What a plot of p_good against lead needs of one plan; ``lead`` is the scenario's, in months."""

    plan: Plan
    lead: float
    printed: float
    ours: Number


def plan_points(
    replicates: int, seed: int = 1, settings: tuple[str, ...] = (), told: Callable[[int], object] = unheard
) -> list[PlanPoint]:
    """Simulate the shipped scenario of each plan; return p_good beside one less the published risk."""
    points = []
    for plan in PLANS:
        scenario = load(plan.name, set=settings)
        ours = Number.of(simulate(scenario, replicates, seed, keep_records=False, progress=told).p_good)
        points.append(PlanPoint(plan, scenario.medians.rival.lead, 1.0 - plan.risk, ours))
    return points


def plans(request: Request) -> TakeoffTable:
    """Return p_good of Plans A to E beside the published chance of no takeover."""
    points = plan_points(request.replicates, request.seed, request.settings, request.told)
    figures = [
        Figure(
            point.plan.name,
            f"p_good of {point.plan.name}, lead {point.lead:.3g} months",
            "%",
            point.ours,
            round(point.printed, 12),
        )
        for point in points
    ]
    return request.table(SOURCE, figures, NOTES)


NOTES = (
    "Validation, not fit: no input is set by this table. The source speaks of takeover by AIs alone; p_good counts "
    "every catastrophe. Its Plans D and E have no lead that would be spent on safety; the scenarios have none at all.",
)
