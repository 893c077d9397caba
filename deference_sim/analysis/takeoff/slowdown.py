"""Clymer's slowdown simulator: how risk falls with the tax paid after handoff and with research time before it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deference_sim.analysis.estimate import probability
from deference_sim.analysis.takeoff.alone import below_settings
from deference_sim.analysis.takeoff.table import Figure, Number, Request, TakeoffTable
from deference_sim.scenario import Scenario
from deference_sim.study.runner import run

SOURCE = "Clymer, slowdown simulator, December 2025"

#: Effort paid as tax after the handoff over effort on capability, and the chance that AIs are misaligned after it.
TAX_ANCHORS = ((0.01, 0.30), (0.10, 0.15), (1.00, 0.10))
#: Months of research before the handoff, and the chance that AIs are misaligned at it.
RESEARCH_ANCHORS = ((1.0, 0.40), (12.0, 0.10), (120.0, 0.04))
TAXES = (0.01, 0.03, 0.1, 0.3, 1.0)
RESEARCH_MONTHS = (1.0, 3.0, 6.0, 12.0, 36.0, 60.0, 120.0)

Anchors = Sequence[tuple[float, float]]


def on_curve(anchors: Anchors, at: ArrayLike) -> NDArray[np.float64]:
    """Return the chance at ``at``: linear between anchors in the logarithm of the argument and the logit of the chance.

    Beyond the anchors it stays as at the nearest one.
    """
    arguments, chances = np.array(anchors).T
    logits = np.interp(np.log(at), np.log(arguments), np.log(chances / (1.0 - chances)))
    return np.asarray(1.0 / (1.0 + np.exp(-logits)))


def tax_risk(request: Request) -> TakeoffTable:
    """Return the published risk by tax paid, beside how often AIs leave the basin under our uncertain inputs."""
    figures = []
    for tax in TAXES:
        paid = {
            "rival.mode": "none",
            "strategy.policy": "fixed",
            "strategy.goodness_share": tax / (1.0 + tax),
            "strategy.time_buying_share": 0,
            "strategy.defence_share": 0,
        }
        scenario = below_settings("uncertain-baseline", request.settings, paid)
        words = f"misaligned after handoff, tax {100 * tax:g} %"
        figures.append(_figure(f"tax_{100 * tax:g}_percent", words, TAX_ANCHORS, tax, _outside(scenario, request)))
    notes = (
        _CURVE,
        "`ours`: the scenario uncertain-baseline without a rival, this share of effort on deference-goodness "
        "throughout, and the AIs outside the basin at any time since the handoff. It says more than the source at "
        "little tax because few worlds in our range of the tax (0.01 to 3, a guess) have nearly free alignment.",
    )
    return request.table(SOURCE, figures, notes)


def research_time(request: Request) -> TakeoffTable:
    """Return the published risk by months of research, beside what our pre-work gives at a handoff after as many."""
    figures = []
    for months in RESEARCH_MONTHS:
        only_alignment = {
            "horizon": months * (1.0 + 1e-9),
            "rival.mode": "none",
            "handoff.at": months,
            "goodness.broad_alignment": 0,
            "goodness.capability_profile": 1e6,
            "goodness.loss_below": 0,
            "handoff.human_tests": 0,
            "scheming.at_handoff": 0,
            "hazard_factor": 0,
        }
        scenario = below_settings("baseline", request.settings, only_alignment)
        words = f"misaligned at handoff, months of research: {months:g}"
        outside = _outside(scenario, request)
        figures.append(_figure(f"research_{months:g}_months", words, RESEARCH_ANCHORS, months, outside))
    notes = (
        _CURVE,
        "`ours`: broad alignment below capability at a handoff after that much pre-work from a start at 0, "
        "all of it on the AIs and none of it on tests.",
    )
    return request.table(SOURCE, figures, notes)


_CURVE = (
    "`recomputed` is the curve through the printed anchors: linear in the logarithm of the argument and the logit of "
    "the chance."
)


def _outside(scenario: Scenario, request: Request) -> Number:
    """Return the share of runs in which the AIs were outside the basin at any time since the handoff."""
    records, _ = run(scenario, request.replicates, request.seed)
    request.told(request.replicates)
    return Number.of(probability(int((records["minimum_margin"] < 0.0).sum()), request.replicates))


def _figure(name: str, words: str, anchors: Anchors, at: float, ours: Number) -> Figure:
    return Figure(name, words, "%", ours, dict(anchors).get(at), float(on_curve(anchors, at)))
