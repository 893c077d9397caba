"""Races with a closed form: Armstrong, Bostrom and Shulman; Jones; Han, Pereira and Lenaerts; as limiting cases.

In each, nothing of the law is left but what the source has: a deadline and a tax, or growth and a hazard.
"""

from collections.abc import Iterator, Mapping
from math import exp, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import Estimate, probability
from deference_sim.analysis.measure import good
from deference_sim.analysis.takeoff.alone import ALONE, below_settings
from deference_sim.analysis.takeoff.table import Figure, Number, Request, TakeoffTable
from deference_sim.model.human import human_curve
from deference_sim.study.runner import run

SOURCE = (
    "Armstrong, Bostrom & Shulman, Racing to the precipice, AI & Society 31, 2016; Jones, The AI dilemma: growth "
    "versus existential risk, 2023; Han, Pereira & Lenaerts, Modelling the safety and surveillance of the AI race, "
    "2020, arXiv:1907.12393"
)
#: Teams, enmity, and the greatest capability (of which each team's is uniform).
RACES = ((2, 1.0, 1.0), (2, 1.0, 2.0), (2, 0.5, 1.0), (5, 1.0, 1.0), (5, 1.0, 3.0), (5, 0.5, 2.0))
DELTA, GROWTH, LIFE = 0.01, 0.10, 6.0  # Jones: risk and growth per year, and the worth of life beside consumption
FASTER = 1.5  # Han et al.: how much faster a team is that skimps on safety
PASSES = 3 * len(RACES) + 1 + 3 + 5  # of all replicates: races, Jones, Han et al. at both thresholds
YEAR = 12.0  # months

_PY_A_MONTH = 24.0  # times the recent pace
#: Capability grows by 1 py a month whatever its level, on top of ``ALONE``; deference-goodness is known exactly.
_STEADY: Mapping[str, Any] = {
    **ALONE,
    "capability.law": "exponential",
    "capability.exponent": 0,
    "capability.initial_speedup": _PY_A_MONTH,
    "goodness.spread": 0,
    "handoff.human_tests": 1,
    "evaluation.noise": 0,
    "evaluation.persistent_error": 0,
    "hazard_factor": 1,
    "hazards": [],
}
_FINISH = 1.0  # py, and so months without a tax
#: A deadline that is met at ``_FINISH``; effort for goodness is what keeps the margin where it is, by a known tax.
_RACE: Mapping[str, Any] = {
    **_STEADY,
    "rival.mode": "deadline",
    "rival.handle_at": _FINISH,
    "capability.stabilise_at": _FINISH,
    "basin.width": 1e-3,
    "basin.hazard_at_edge": 0,
    "goodness.broad_alignment": _FINISH - human_curve(0.0),  # so that the margin is the target from the start
    "goodness.capability_profile": _FINISH - human_curve(0.0),
    "goodness.loss_above": 0,
    "goodness.loss_below": 0,
    "goodness.waste": 1,
    "goodness.reach": 1e12,
    "tax.broad_alignment": 0,
    "tax.capability_profile": 0,
    "tax.decline": 0,
    "strategy.policy": "margin_target",
    "strategy.target": _FINISH,
    "strategy.min_capability_share": 0,
    "time_buying.max_rate": 0,
}


def racing(request: Request) -> TakeoffTable:
    """Return the risk of each race, and what the other two sources derive, beside what the simulator finds."""
    return request.table(SOURCE, [*_races(request), *_jones(request), *_han(request)], NOTES)


NOTES = (
    "Races: of n teams whose capability is uniform up to μ, the first one wins, and skimps on safety the more, the "
    "nearer the others are and the greater the enmity e between teams is. The risk is that of a race in equilibrium by "
    "what teams know: nothing, their own capability, or everybody's. `recomputed` is the closed form. `ours`: a quiet "
    "world in which the deadline leaves as many months beyond the untaxed time as the winner can spend on safety, and "
    "the tax is uniform; what is lost are the runs that miss the deadline.",
    "Jones: growth of 10 % a year at a risk of 1 % a year, life being worth 6. `ours`: the risk from a hazard of that "
    "rate until growth has multiplied everything as the best time says, and the best time by the rate that it implies.",
    "Han et al.: a team that skimps on safety is 1.5 times as fast, and meets a disaster in a race with probability "
    "p_r. Above 1 - 1/s both are better off safe; below 1 - 1/(3s) skimping is the better answer to a team that may do "
    "either. `ours`: at these two, good ends a month of a team that skimps over those of one that does not.",
)


# ---- Armstrong, Bostrom and Shulman -------------------------------------------------------------------------


def risk(known: str, n: int, e: float, mu: float) -> float:
    """Return the risk of a race in equilibrium where teams know ``known``: ``none``, ``private`` or ``public``."""
    if known == "none":
        return max(0.0, 1.0 - mu / (n * e))
    if known == "private":
        k = slope(n, e)
        return 1.0 - mu * n / ((n + 1) * k) if mu <= k else (k / mu) ** n / (n + 1)
    return 1.0 - mu / (e * (n + 1)) * (1.0 - (1.0 - min(1.0, e / mu)) ** (n + 1))


def slope(n: int, e: float) -> float:
    """Return at which capability a team that knows its own alone takes no risk any more; below, risk falls evenly."""
    return n * e - e + 1.0


def _races(request: Request) -> Iterator[Figure]:
    for n, e, mu in RACES:
        cases = {
            "none": (_FINISH + mu / n, e),
            "private": (_spare(n, 1, mu), slope(n, e)),
            "public": (_spare(1, n, mu), e),
        }
        for known, (deadline, most) in cases.items():
            half = {"uniform": {"min": 0.0, "max": most / (2.0 * _FINISH)}}
            changes = {"rival.lead": deadline, "tax.broad_alignment": half, "tax.capability_profile": half}
            tied = {"between": ["tax.broad_alignment", "tax.capability_profile"], "spearman": 1.0}
            lost = _lost(request, {**_RACE, **changes, "correlations": [tied]})
            yield Figure(
                f"{known}_n{n}_e{e:g}_mu{mu:g}",
                f"risk of a race of {n}, e {e:g}, μ {mu:g}, teams know {_KNOWN[known]}",
                "%",
                Number.of(lost),
                recomputed=risk(known, n, e, mu),
            )


_KNOWN = {"none": "nothing", "private": "themselves", "public": "all"}


def _spare(alpha: int, beta: int, mu: float) -> dict[str, Any]:
    """Return the deadline of a team that has μ·Beta(alpha, beta) months to spare."""
    return {"beta": {"alpha": alpha, "beta": beta, "min": _FINISH, "max": _FINISH + mu}}


# ---- Jones --------------------------------------------------------------------------------------------------


def _jones(request: Request) -> Iterator[Figure]:
    best = 1.0 / DELTA - LIFE / GROWTH
    folds = GROWTH * best  # e-folds of growth, each one py here
    changes = {
        "capability.initial_speedup": _PY_A_MONTH * GROWTH / YEAR,
        "capability.stabilise_at": folds,
        "hazards": [_fatal(DELTA)],
    }
    lost = _lost(request, {**_STEADY, **changes})
    years = Number(*(_best_time(share, best) for share in (lost.estimate, lost.high, lost.low)))
    yield Figure("jones_risk", f"Jones: risk of growing for {best:g} years", "%", Number.of(lost), 0.33, 1 - exp(-0.4))
    yield Figure("jones_time", "Jones: best time to grow", "years", years, 40.0, best)
    fold = Number(*(exp(GROWTH * _best_time(share, best)) for share in (lost.estimate, lost.high, lost.low)))
    yield Figure("jones_growth", "Jones: growth by then", "times", fold, 55.0, exp(folds))


def _best_time(lost: float, years: float) -> float:
    """Return the years after which a year more of growth is not worth its risk, where ``lost`` are in ``years``."""
    return -years / log(1.0 - lost) - LIFE / GROWTH


# ---- Han, Pereira and Lenaerts ------------------------------------------------------------------------------


def _han(request: Request) -> Iterator[Figure]:
    """Yield what skimping on safety pays beside safety: against one's like, and against either kind of team.

    A race that is won is begun anew, so that what counts is good ends a month; two alike win one race in two each.
    """
    for name, words, p_r, against_either in (
        ("preferred", "Han et al.: pay of skimping, if both do", 1.0 - 1.0 / FASTER, False),
        ("dominant", "Han et al.: pay of skimping, against either", 1.0 - 1.0 / (3.0 * FASTER), True),
    ):
        skimping = {
            "capability.initial_speedup": _PY_A_MONTH * FASTER,
            "hazards": [_fatal(-log(1.0 - p_r) * FASTER / _FINISH * YEAR)],
        }
        fast, safe = 0.5 * _pay(request, skimping), 0.5 * _pay(request, {})
        if against_either:
            fast += _pay(request, skimping, ahead_of=_FINISH)
            safe += _pay(request, {}, ahead_of=_FINISH / FASTER)
        lost = _lost(request, {**_RACE, **skimping, "rival.mode": "none"})
        ratio = [fast / safe * (1.0 - share) / (1.0 - lost.estimate) for share in (lost.estimate, lost.high, lost.low)]
        yield Figure(f"han_{name}", f"{words}, p_r {p_r:.3f}", "times", Number(*ratio), recomputed=1.0)


def _pay(request: Request, changes: Mapping[str, Any], ahead_of: float | None = None) -> float:
    """Return good ends a month of a team that is alone, or must be done before the other is."""
    rival = {"rival.mode": "none"} if ahead_of is None else {"rival.mode": "deadline", "rival.lead": ahead_of}
    records = _records(request, {**_RACE, **rival, **changes})
    won = records[good(records)]
    return len(won) / len(records) / float(won["months"].mean()) if len(won) else 0.0


def _fatal(rate: float) -> dict[str, Any]:
    """Return a hazard that nothing can handle and that ends everything, so often a year."""
    fatal = {"severity_mean": 1e6, "severity_sd": 0, "lethality": 1}
    return {"name": "disaster", "kind": "background", "rate": rate, **fatal}


def _lost(request: Request, changes: Mapping[str, Any]) -> Estimate:
    """Return the share of runs without a good end in the baseline with ``changes``, and the request's settings."""
    return probability(int((~good(_records(request, changes))).sum()), request.replicates)


def _records(request: Request, changes: Mapping[str, Any]) -> NDArray[np.void]:
    records, _ = run(below_settings("baseline", request.settings, changes), request.replicates, request.seed)
    request.told(request.replicates)
    return records
