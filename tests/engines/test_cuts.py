"""Cuts: one argument held from the handoff on, in a copy of the law; where that cannot matter, every bit stays.

Would catch: a cut in another place than it says, a value held from before the handoff, a cut that leaks into the law
itself, a family whose cut the law's text no longer has.
"""

from math import log

import numpy as np
import pytest
from numpy.typing import NDArray

import deference_sim as ds
from deference_sim.analysis.loops.families import CUTS
from deference_sim.engines import compiled
from deference_sim.engines.cuts import Cut
from deference_sim.engines.kernel import changed_kernel
from deference_sim.engines.law import is_checking, is_compiling
from deference_sim.model.goodness import gains
from deference_sim.model.strategy import wanted_goodness
from deference_sim.study.runner import numbers_of

pytestmark = pytest.mark.skipif(not is_compiling() or is_checking(), reason="cuts are compiled")
RUNS = np.arange(200)


def records(scenario: ds.Scenario, cut: str | None = None) -> NDArray[np.void]:
    kernel = None if cut is None else CUTS[cut].kernel()
    return compiled.run_replicates(*numbers_of(scenario, 1, RUNS), 1, RUNS, kernel)


@pytest.mark.parametrize(
    ("cut", "without"),
    [
        ("tax", {"tax.decline": 0}),
        ("race", {"rival.mode": "none"}),
        ("growth", {"capability.law": "exponential", "capability.exponent": 0}),
        ("successors", {"generations.alignment_loss": 0}),
        ("bought time", {"time_buying.max_rate": 0}),
        ("policy", {"strategy.policy": "fixed"}),
    ],
)
def test_cutting_what_is_not_there_leaves_every_bit(cut: str, without: dict[str, object]) -> None:
    scenario = ds.load("baseline").with_(**without)
    assert records(scenario, cut).tobytes() == records(scenario).tobytes()


def test_the_law_itself_stays_as_it_was() -> None:
    before = records(ds.load("baseline"))
    assert records(ds.load("baseline"), "policy").tobytes() != before.tobytes()
    assert records(ds.load("baseline")).tobytes() == before.tobytes()


def test_without_its_growth_capability_goes_on_at_the_pace_of_the_handoff() -> None:
    # Pace 10^(C/2): to 2 py at a tenfold pace in the end, with it ln; without, in a straight line from the handoff.
    scenario = ds.load("baseline").with_(
        **{
            "capability.law": "exponential",
            "capability.exponent": 0.5,
            "capability.initial_speedup": 12,
            "capability.stabilise_at": 2,
            "strategy.policy": "race",
            "strategy.time_buying_share": 0,
            "strategy.defence_share": 0,
            "evaluation.tests_share": 0,
            "rival.mode": "none",
            "hazards": [],
            "goodness.broad_alignment": 40,
            "goodness.capability_profile": 40,
            "goodness.spread": 0,
            "generations.alignment_sd": 0,
            "scheming.at_handoff": 0,
            "scheming.rate": 0,
            "basin.hazard_at_edge": 0,
            "handoff.at": "1 month",
        }
    )
    pace = 12 * 0.5 / 12  # py a month at capability 0
    with_it, without = records(scenario), records(scenario, "growth")
    grown = with_it["months"] - with_it["handoff_month"]
    assert grown == pytest.approx((1 - 10.0 ** (-0.5 * 2)) / (pace * 0.5 * log(10.0)), rel=1e-6)
    assert without["months"] - without["handoff_month"] == pytest.approx(2 / pace, rel=1e-6)


def test_every_cut_stands_in_the_law_once() -> None:
    for cut in CUTS.values():
        assert cut.rewritten().__name__ == cut.function.__name__
    with pytest.raises(ValueError, match="stands 0 times"):
        Cut(gains, "helpfulness(nobody)", 0).rewritten()
    with pytest.raises(ValueError, match="without a state"):
        Cut(wanted_goodness, "min(p.strategy_gate, target)", 0).rewritten()


def test_a_changed_law_is_no_other_without_a_change() -> None:
    scenario = ds.load("baseline")
    same = changed_kernel({})
    assert (
        compiled.run_replicates(*numbers_of(scenario, 1, RUNS), 1, RUNS, same).tobytes() == records(scenario).tobytes()
    )
