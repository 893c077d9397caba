"""Davidson & Houlden's software intelligence explosion: the published doubling-by-doubling procedure beside our law."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.estimate import probability
from deference_sim.analysis.takeoff.alone import (
    Floats,
    capability_alone,
    months_at_levels,
    months_to,
    require_law,
    worlds,
)
from deference_sim.analysis.takeoff.table import Figure, Number, Request, TakeoffTable
from deference_sim.model import growth
from deference_sim.model.growth import LIMIT
from deference_sim.scenario import Scenario
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import refusal

SOURCE = (
    "Davidson & Houlden, How quick and big would a software intelligence explosion be? Forethought, July 2025, "
    "https://www.forethought.org/research/how-quick-and-big-would-a-software-intelligence-explosion-be"
)
RECENT_DOUBLING = 3.0  # months in which software doubled at the recent pace
RUN_LENGTH = 48.0  # months after which a run is cut; windows beyond do not count

#: The published windows: py, months. What is printed as 3 py in 4 months is 26 doublings in the published
#: computation, so 3.25 py.
WINDOWS = ((3.0, 12.0), (10.0, 12.0), (3.25, 4.0), (10.0, 4.0))
PRINTED = (0.57, 0.18, 0.41, 0.12)
RECOMPUTED = (0.564, 0.167, 0.410, 0.124)  # 200,000 runs of the published procedure
PRINTED_RETRAINING = (0.57, 0.19, 0.41, 0.14)
PRINTED_GRADUAL = (0.59, 0.32, 0.48, 0.24)

FIRST_BOOST = 0.1  # gradual boost: what AI adds to the recent pace of software at the start
BOOST_MONTHS = 60.0  # gradual boost: months until the boost is as large as it gets
#: Gradual boost starts earlier, when returns are higher and the ceiling is further away.
GRADUAL_PRIOR = {
    "capability.returns": {"loguniform": {"min": 1.7 / 3.0, "max": 1.7 * 3.0}},
    "capability.ceiling": {"uniform": {"min": 9, "max": 19}},
}

MEDIAN_MONTHS = ((1.0, 2.721), (2.0, 5.091), (3.0, 7.545))  # py, months of the median run
#: The law ends at 1,000 py, where its pace is 0: growth has then fizzled out.
CONSTANT_RETURNS = {"capability.law": "constant_returns", "capability.returns": 2.4, "capability.fizzle_pace": 1}
BLOW_UP_BY_DOUBLINGS, BLOW_UP = 3.28278, 3.09149  # months, at constant returns

MATRIX_PY = (1.0, 2.0, 3.0, 5.0, 10.0)
MATRIX_MONTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 18.0, 24.0, 36.0)

Boost = Callable[[Floats, Floats], Floats]


def _own_exponent(exponent: Floats) -> Floats:
    return exponent


def _retraining_exponent(exponent: Floats) -> Floats:
    """Spend a doubling in N + 1 on shorter training, where software doubles N times while its pace does once."""
    return exponent / (1.0 + np.abs(exponent))


def _unsigned_exponent(exponent: Floats) -> Floats:
    """Do the same by the source's first formula, which does not treat acceleration (below 0) apart."""
    return exponent / (1.0 + exponent)


def linear_boost(months: Floats, greatest: Floats) -> Floats:
    """Return the speed-up of a boost that grows linearly in time, as the source's equation has it."""
    return 1.0 + FIRST_BOOST + (greatest - FIRST_BOOST) * np.minimum(months / BOOST_MONTHS, 1.0)


def exponential_boost(months: Floats, greatest: Floats) -> Floats:
    """Return the speed-up of a boost that grows exponentially to its greatest value, as the source's text has it."""
    first = 1.0 + FIRST_BOOST
    return first * (greatest / first) ** np.minimum(months / BOOST_MONTHS, 1.0)


@dataclass(frozen=True, slots=True)
class Procedure:
    """A published variant of the recursion over doublings of software.

    ``returns_fall_first``: returns fall before the next doubling time is set, as in the source's own tool; its text
    has the other order. ``exponent`` changes log2 of the ratio of successive doubling times. ``boost`` gives the
    speed-up at a time (months) from the greatest one; None: it is there from the start.
    """

    returns_fall_first: bool = True
    exponent: Callable[[Floats], Floats] = field(default=_own_exponent)
    boost: Boost | None = None


TOOL, TEXT = Procedure(), Procedure(returns_fall_first=False)
RETRAINING, RETRAINING_UNSIGNED = Procedure(exponent=_retraining_exponent), Procedure(exponent=_unsigned_exponent)
GRADUAL, GRADUAL_EXPONENTIAL = Procedure(boost=linear_boost), Procedure(boost=exponential_boost)


def months_of_doublings(rows: NDArray[np.void], procedure: Procedure, count: int) -> Floats:
    """Return the months to 0, 1 … ``count`` doublings by the published recursion, shape (``count`` + 1, rows).

    ``rows`` hold the law's numbers. With constant returns they do not fall, and there is no ceiling. A doubling that
    is never made is at infinity.
    """
    greatest, r0 = rows["capability_initial_speedup"], rows["capability_returns"]
    falls = 1.0 / (rows["capability_ceiling"] * doublings_per_py(rows))
    falls = np.where(rows["capability_law"] == growth.CONSTANT_RETURNS, 0.0, falls)
    months = np.full((count + 1, len(rows)), np.inf)
    months[0] = 0.0
    speedup = greatest if procedure.boost is None else procedure.boost(months[0], greatest)
    duration, returns = RECENT_DOUBLING / speedup, r0
    for doubling in range(1, count + 1):
        months[doubling] = months[doubling - 1] + duration
        before, returns = returns, r0 * (1.0 - doubling * falls)
        goes_on = returns > 0.0
        in_force = np.where(goes_on, returns if procedure.returns_fall_first else before, 1.0)
        exponent = rows["capability_parallel_returns"] * (1.0 / in_force - 1.0)
        with np.errstate(over="ignore"):  # close to the ceiling a doubling takes longer than any number
            duration = np.where(goes_on, duration * 2.0 ** procedure.exponent(exponent), np.inf)
            if procedure.boost is not None:
                slower, speedup = speedup, procedure.boost(months[doubling], greatest)
                duration = duration * (slower / speedup)
    return months


def doublings_per_py(rows: NDArray[np.void]) -> float:
    """Return the doublings of software that make a py, which at the recent pace takes software longer than a year."""
    return 12.0 / RECENT_DOUBLING / float(rows["capability_software_share"][0])


def happens(months: Floats, doublings: int, period: float) -> NDArray[np.bool_]:
    """Return for each run whether any ``doublings`` in a row take less than ``period``, by the end of the run.

    ``months`` has shape (doublings made, runs); what is not reached is infinite.
    """
    if doublings >= len(months):
        return np.zeros(months.shape[1], bool)
    starts, ends = months[:-doublings], months[doublings:]
    lengths = np.full_like(ends, np.inf)
    np.subtract(ends, starts, out=lengths, where=ends <= RUN_LENGTH)
    return np.asarray((lengths < period).any(axis=0))


# ---- tables -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variant:
    """A table of the four published windows: by which procedure, from which prior, beside what is printed."""

    procedure: Procedure
    notes: tuple[str, ...]
    printed: tuple[float, ...] = PRINTED
    recomputed: tuple[float, ...] | None = None
    prior: Mapping[str, Any] = field(default_factory=dict)


def windows(variant: Variant, request: Request) -> TakeoffTable:
    """Return the chances of the four published windows, from the published prior or the one in ``request``."""
    scenario = _explosion("forethought-prior", request.settings, variant.prior)
    ours, model = _chances(scenario, variant.procedure, WINDOWS, request)
    figures = [
        Figure(
            f"{py:g}py_{months:g}months",
            f"≥ {py:g} py within {months:g} months",
            "%",
            ours[place],
            variant.printed[place],
            variant.recomputed[place] if variant.recomputed else None,
            model[place] if model else None,
        )
        for place, (py, months) in enumerate(WINDOWS)
    ]
    return request.table(SOURCE, figures, variant.notes)


def pace_matrix(request: Request) -> TakeoffTable:
    """Return the chances of compressing 1 to 10 py into 1 to 36 months, in the order of the source's tool."""
    scenario = _explosion("forethought-prior", request.settings, {})
    wanted = [(py, months) for py in MATRIX_PY for months in MATRIX_MONTHS]
    ours, model = _chances(scenario, TOOL, wanted, request)
    figures = [
        Figure(f"{py:g}py_{n:g}months", f"≥ {py:g} py", "%", ours[i], model=model[i], across=f"{n:g} mo")
        for i, (py, n) in enumerate(wanted)
    ]
    notes = (
        "mo: months. The source prints four such windows: see the preset `forethought`. `--json` also gives intervals "
        "and our model's chances.",
        _RULE,
    )
    return request.table(SOURCE, figures, notes)


def median_run(request: Request) -> TakeoffTable:
    """Return the months of the median run to 1, 2 and 3 py; nothing in it is random."""
    scenario = _explosion("forethought-median", request.settings, {})
    (rows,) = worlds(scenario, 1, request.seed, request.told)
    per_py = doublings_per_py(rows)
    figures = []
    for py, expected in MEDIAN_MONTHS:
        ours = months_of_doublings(rows, TOOL, _doublings(py, per_py))[-1, 0]
        model = Number(months_to(scenario, py, request.seed))
        figures.append(Figure(f"{py:g}py", f"+{py:g} py", "months", Number(float(ours)), None, expected, model))
    notes = ("Months scale as 1 / initial speed-up, exactly. `our model` is the continuous law, run by the engine.",)
    return request.table(SOURCE, figures, notes, replicates=1)


def constant_returns(request: Request) -> TakeoffTable:
    """Return when growth at constant returns above 1 blows up, doubling by doubling and in continuous time."""
    scenario = capability_alone("forethought-median", request.settings, **CONSTANT_RETURNS)
    require_law(scenario, "constant_returns", "for falling returns see the preset forethought-median")
    (rows,) = worlds(scenario, 1, request.seed, request.told)
    by_doublings = months_of_doublings(rows, TOOL, _doublings(LIMIT, doublings_per_py(rows)))[-1, 0]
    by_engine = months_to(scenario, LIMIT, request.seed)
    figures = (
        Figure("doublings", "by doublings", "months", Number(float(by_doublings)), None, BLOW_UP_BY_DOUBLINGS),
        Figure("continuous", "in continuous time, run by the engine", "months", Number(by_engine), None, BLOW_UP),
    )
    return request.table(SOURCE, figures, (f"Growth is followed to {LIMIT:,g} py, beyond any meaning.",), replicates=1)


def _explosion(name: str, settings: Sequence[str], prior: Mapping[str, Any]) -> Scenario:
    scenario = capability_alone(name, settings, **prior)
    require_law(scenario, "software_explosion", "for constant returns see the preset forethought-constant-returns")
    if "capability.software_share" in scenario.uncertain:
        found, allowed = "an uncertain share", "one number, because a py is the same count of doublings in all runs"
        raise refusal(ARGUMENT, "capability.software_share", found, allowed)
    return scenario


def _chances(
    scenario: Scenario, procedure: Procedure, wanted: Sequence[tuple[float, float]], request: Request
) -> tuple[list[Number], list[Number]]:
    """Return the share of runs with each window (py, months) by the procedure, and by our law if it has the same."""
    by_law = procedure.boost is None and procedure.exponent is _own_exponent
    counts = np.zeros((1 + by_law, len(wanted)), int)
    for rows in worlds(scenario, request.replicates, request.seed, request.told):
        per_py = doublings_per_py(rows)
        most = ceil(rows["capability_ceiling"].max() * per_py)
        ways = [months_of_doublings(rows, procedure, most)]
        if by_law:
            ways.append(months_at_levels(rows, 1.0 / per_py, most, RUN_LENGTH).T)
        for way, months in enumerate(ways):
            counts[way] += [happens(months, _doublings(py, per_py), period).sum() for py, period in wanted]
    found = [[Number.of(probability(int(count), request.replicates)) for count in row] for row in counts]
    return found[0], found[1] if by_law else []


def _doublings(py: float, per_py: float) -> int:
    return ceil(py * per_py - 1e-9)


_RULE = (
    "A window counts if any run of that many doublings of software in a row (8 a py) takes less than the months given; "
    f"runs are cut at {RUN_LENGTH:g} months."
)
_MODEL = (
    "`our model` is the simulator's continuous growth law in the same worlds; the published procedure gives each "
    "doubling one pace."
)
AS_THE_TOOL = Variant(
    TOOL,
    (
        _RULE,
        _MODEL,
        "Returns fall before the next doubling time is set, as in the source's tool; its text has the other order. "
        "Printed as 3 py within 4 months is 3.25.",
    ),
    recomputed=RECOMPUTED,
)
AS_THE_TEXT = Variant(
    TEXT, (_RULE, _MODEL, "The next doubling time is set before returns fall, as in the source's text.")
)
WITH_RETRAINING = Variant(
    RETRAINING,
    (
        _RULE,
        "log2 of the ratio of successive doubling times, e, becomes e / (1 + |e|), as the source concludes. What it "
        "prints lies between this and its first formula, e / (1 + e): see forethought-retraining-unsigned.",
    ),
    PRINTED_RETRAINING,
)
WITH_RETRAINING_UNSIGNED = Variant(
    RETRAINING_UNSIGNED,
    (_RULE, "As forethought-retraining, but e becomes e / (1 + e), before acceleration (e < 0) is treated apart."),
    PRINTED_RETRAINING,
)
WITH_GRADUAL_BOOST = Variant(
    GRADUAL,
    (
        _RULE,
        "Returns 0.57 to 5.1, ceiling 9 to 19 py; the speed-up starts at 1.1 and grows linearly in time over five "
        "years, as in the source's equation. Its text also says `exponentially`: see "
        "forethought-gradual-boost-exponential. Why the printed chances are lower, the source does not tell.",
    ),
    PRINTED_GRADUAL,
    prior=GRADUAL_PRIOR,
)
WITH_EXPONENTIAL_BOOST = Variant(
    GRADUAL_EXPONENTIAL,
    (_RULE, "As forethought-gradual-boost, but the speed-up grows exponentially from 1.1 to its greatest value."),
    PRINTED_GRADUAL,
    prior=GRADUAL_PRIOR,
)
