"""AI 2027's takeoff forecast: phases between milestones by our engine, and the published percentiles."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from deference_sim.analysis.takeoff.alone import capability_alone, months_to, require_law
from deference_sim.analysis.takeoff.table import Figure, Number, Request, TakeoffTable, quantiles
from deference_sim.scenario import Scenario
from deference_sim.scenario.distributions import Lognormal
from deference_sim.scenario.layers import ARGUMENT
from deference_sim.scenario.problems import refusal
from deference_sim.streams import named_stream, uniforms

SOURCE = (
    "Kokotajlo & Lifland, AI 2027 takeoff forecast, April 2025, https://ai-2027.com/research/takeoff-forecast; a "
    "phase's closed form is the gap times (1/v0 - 1/v1) / ln(v1/v0)"
)


@dataclass(frozen=True, slots=True)
class Phase:
    """The way from one milestone to the next, in years: the median and percentiles as printed."""

    name: str
    words: str
    gap: float  # of human-only, software-only work: median
    gap_10: float
    gap_90: float
    closed_form: float | None  # calendar years at the median gap
    printed: float  # median of the calendar years
    printed_10: float
    printed_90: float
    is_floor_90: bool = False


#: The 0 at the 10th percentile of the first phase is the printed 15 % chance of no gap at all.
PHASES = (
    Phase("sc_to_sar", "SC to SAR", 4.0, 1.5, 10.0, 0.397654, 0.33, 0.0, 0.95),
    Phase("sar_to_siar", "SAR to SIAR", 19.0, 2.3, 380.0, 0.297057, 0.30, 0.04, 56.0),
    Phase("siar_to_asi", "SIAR to ASI", 95.0, 2.4, 1e6, None, 0.16, 0.01, 100.0, is_floor_90=True),
)
#: Months from the superhuman coder, March 2027, to each milestone's printed date (80 % interval and median): Jul 2027
#: (Mar 2027 to Mar 2028), Nov 2027 (May 2027 to 2034), Apr 2028 (Jun 2027 to after 2100). Years alone are left out.
DATES = (
    ("sc_until_sar", "SC until SAR", (0.0, 4.0, 12.0)),
    ("sc_until_siar", "SC until SIAR", (2.0, 8.0, None)),
    ("sc_until_asi", "SC until ASI", (3.0, 13.0, None)),
)
START = -2.0  # py: our capability of the superhuman coder, two py below the superhuman researcher
NO_GAP = 0.15  # chance that the first superhuman coder is a superhuman researcher
WORK_BEFORE = 10.0  # human-only years of research before the automated median researcher
CORRELATION = 0.8  # of the first gap with the years from the median to the superhuman researcher
NORMAL_90 = 1.2815515655446004  # 90 % quantile of the standard normal
TENTHS = (0.1, 0.5, 0.9)

NOTES = (
    "SC: superhuman coder. SAR, SIAR: superhuman and superintelligent AI researcher. ASI: artificial "
    "superintelligence. Gap: years that humans alone would take, on fixed compute.",
    "Phases at the median gap are run by the engine; percentiles scale them with draws of the gap by the "
    "source's own procedure (doublings of cumulative research; the first two gaps correlated).",
    "Printed dates are whole months. The printed 56 years at the 90th percentile of the second phase does not follow "
    "from the printed gap of 380 years, which takes 5.9 years; 5.6 would.",
)

Floats = NDArray[np.float64]


def _lognormal(p10: float, p90: float) -> Lognormal:
    return Lognormal((p10 * p90) ** 0.5, float(np.log(p90 / p10)) / (2.0 * NORMAL_90))


FIRST_GAP = _lognormal(1.5, 10.0)
FROM_MEDIAN_RESEARCHER = _lognormal(1.0, 25.0)  # human-only years to the superhuman researcher
LAST_JUMPS = _lognormal(0.3, 7.5)  # of the size of the jump before, from there to superintelligence


def gaps(replicates: int, seed: int) -> Floats:
    """Return the human-only, software-only years of the three phases, shape (3, replicates).

    The first is printed as a distribution. The others follow from doublings of cumulative research: the second takes
    twice as many as the way from the median to the superhuman researcher, the third a random multiple of the second.
    """
    from scipy.special import ndtr, ndtri

    numbers = np.arange(replicates)

    def drawn(name: str) -> Floats:
        return uniforms(seed, numbers, named_stream(f"user:ai-2027 {name}"), 0)

    normal = ndtri(drawn("first gap"))
    other = CORRELATION * normal + (1.0 - CORRELATION**2) ** 0.5 * ndtri(drawn("from median researcher"))
    first = np.where(drawn("no gap") < NO_GAP, 0.0, FIRST_GAP.quantile(ndtr(normal)))
    done = WORK_BEFORE + FROM_MEDIAN_RESEARCHER.quantile(ndtr(other))
    jump = (done / WORK_BEFORE) ** 2
    second = done * (jump - 1.0)
    with np.errstate(over="ignore"):  # some draws take longer than any number
        third = done * jump * (jump ** LAST_JUMPS.quantile(drawn("last jumps")) - 1.0)
    return np.array([first, second, third])


def years_of_phases(scenario: Scenario, seed: int) -> tuple[Floats, Floats]:
    """Return (gaps, calendar years) of the phases between the scenario's milestones, the years by the engine.

    A gap is the years that humans alone would take: progress-years of software at its share of the recent pace.
    """
    levels = [level for level, _ in scenario.medians.capability.milestones or ()]
    months = [months_to(scenario, level, seed) if level > START else 0.0 for level in levels]
    return np.diff(levels) / scenario.medians.capability.software_share, np.diff(months) / 12.0


def phases(request: Request) -> TakeoffTable:
    """Return phases at the scenario's gaps, percentiles of gaps and phases, and dates, all beside the printed ones."""
    engine_gaps, engine_years = years_of_phases(_scenario(request.settings), request.seed)
    work = gaps(request.replicates, request.seed)
    # Along one path of multipliers a phase lasts in proportion to its gap: the law is linear in it.
    calendar = work * (engine_years / engine_gaps)[:, None]
    request.told(request.replicates)
    figures = []
    for phase, gap, years in zip(PHASES, engine_gaps, engine_years, strict=True):
        closed_form = phase.closed_form if gap == phase.gap else None
        name, words = f"{phase.name}_at_median_gap", f"{phase.words}, gap {gap:g} years"
        figures.append(Figure(name, words, "years", Number(float(years)), recomputed=closed_form))
    for phase, amounts, durations in zip(PHASES, work, calendar, strict=True):
        if_any = amounts[amounts > 0.0]
        words = f"{phase.words}, gap{' if any' if len(if_any) < len(amounts) else ''}"
        figures += _percentiles(f"{phase.name}_gap", words, "years", if_any, (phase.gap_10, phase.gap, phase.gap_90))
        printed = (phase.printed_10, phase.printed, phase.printed_90)
        figures += _percentiles(phase.name, phase.words, "years", durations, printed, phase.is_floor_90)
    for (name, words, printed_months), since in zip(DATES, 12.0 * np.cumsum(calendar, axis=0), strict=True):
        figures += _percentiles(name, words, "months", since, printed_months)
    return request.table(SOURCE, figures, NOTES)


def _scenario(settings: Sequence[str]) -> Scenario:
    scenario = capability_alone("ai-2027", settings, **{"handoff.capability": START})
    require_law(scenario, "milestones", "for the other laws see the presets of Forethought")
    count = len(scenario.capability.milestones or ())
    if count != len(PHASES) + 1:
        raise refusal(ARGUMENT, "capability.milestones", f"{count} milestones", f"{len(PHASES) + 1}, one a milestone")
    return scenario


def _percentiles(
    name: str,
    words: str,
    unit: str,
    values: Floats,
    printed: Sequence[float | None],
    last_is_floor: bool = False,
) -> list[Figure]:
    found = zip(TENTHS, quantiles(values, TENTHS), printed, strict=True)
    return [
        Figure(
            f"{name}_p{100 * share:.0f}",
            f"{words}, {100 * share:.0f} %",
            unit,
            number,
            figure,
            is_floor=last_is_floor and share == TENTHS[-1],
        )
        for share, number, figure in found
    ]
