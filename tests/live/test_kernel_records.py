"""The kernel of the live page leaves the native engine's records, bit for bit, in V8.

Would catch an instruction, a constant or a draw that WebAssembly makes otherwise, and data that JavaScript lays out
otherwise than Python. Every shipped world, every distribution, tied inputs, the table of indifference, and random
worlds over every law, policy and mechanism.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.analysis.trace import trace
from deference_sim.engines import compiled
from deference_sim.scenario import Scenario
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import SAMPLE_DTYPE
from validation.kernel_in_node import Answers, answers, as_data
from validation.record_hashes import EVERY_DISTRIBUTION

from ..engines.eventful_worlds import random_scenario
from ..validation.test_extremes import FAILS, STEEP

N = 16
BIG_SEED = 2**100 + 7


def worlds() -> dict[str, Scenario]:
    """Return the scenarios by name."""
    named = {name: ds.load(name) for name in shipped()}
    drawn = {f"random-{number}": random_scenario(number) for number in range(24)}
    more = {"every-distribution": every_distribution(), "experts": experts()}
    return named | drawn | more


def every_distribution() -> Scenario:
    """Return a world with inputs of every distribution, some of them tied."""
    return ds.load("baseline").with_(**EVERY_DISTRIBUTION)


def experts() -> Scenario:
    """Return a world with pools, samples, quantiles and uncertain words."""
    table = {"of": "0123456789abcdef", "weights": [2, 1, 1]}
    opinions = [{"expert": "ana", "weight": 2, "value": "0.1 to 0.5"}]
    return ds.load("baseline").with_(
        **{
            "rival.lead": {"samples": table | {"values": [2, 4, 9]}},
            "capability.initial_speedup": {"samples": table | {"values": [8, 12, 20]}},
            "capability.law": "{discrete: {software_explosion: 0.6, milestones: 0.4}}",
            "strategy.policy": "{discrete: {fixed: 0.2, margin_target: 0.3, deadline_aware: 0.5}}",
            "tax.broad_alignment": {"pool": [*opinions, {"expert": "ben", "value": 0.3}]},
            "tax.capability_profile": {
                "pool": [*opinions, {"expert": "ben", "value": {"pert": {"min": 0, "mode": 0.2, "max": 1}}}]
            },
            "rival.speed": "{quantiles: {p10: 0.3, p50: 0.9, p90: 1.2}}",
            "correlations": [{"between": ["rival.speed", "tax.broad_alignment"], "spearman": 0.5}],
        }
    )


def job(scenario: Scenario, out: str, count: int = N, seed: int = 1, **options: Any) -> dict[str, Any]:
    """Return what Node is to run."""
    size = options.pop("size", 0)
    told = {"seed": str(seed), "count": count, **options}
    return {"what": "run", "scenario": as_data(scenario), "options": told, "out": out, "size": size}


@pytest.fixture(scope="module")
def found() -> tuple[Mapping[str, Scenario], Answers]:
    """The records of all worlds."""
    made = worlds()
    return made, answers([job(scenario, name) for name, scenario in made.items()])


def test_records_are_the_native_ones(found: tuple[Mapping[str, Scenario], Answers]) -> None:
    made, got = found
    assert len(made) > 60
    assert sum(bool(scenario.uncertain) for scenario in made.values()) >= 8
    other = [name for name, scenario in made.items() if got.files[name] != runner.run(scenario, N, 1)[0].tobytes()]
    assert other == []


def test_draws_are_pythons(found: tuple[Mapping[str, Scenario], Answers]) -> None:
    made, got = found
    for scenario, told in zip(made.values(), got.told, strict=True):
        expected = scenario.draws(1, np.arange(N))
        assert told["draws"] == {path: values.tolist() for path, values in expected.items()}


def test_any_number_of_workers_gives_the_same_bytes() -> None:
    """Would catch a block that is put elsewhere, or an answer that hangs on which worker gave it."""
    scenario, count, grid = every_distribution(), 150, [0.0, 1.5, 4.0, 30.0]
    options = {"first": 1000, "grid": grid}
    got = answers([job(scenario, str(size), count, BIG_SEED, size=size, **options) for size in (0, 1, 3)])
    replicates = np.arange(1000, 1000 + count)
    numbers = runner.numbers_of(scenario, BIG_SEED, replicates)
    records, samples = compiled.sample_replicates(*numbers, BIG_SEED, replicates, np.array(grid))
    for size in "013":
        assert got.files[size] == records.tobytes()
        same = np.frombuffer(got.files[f"{size}.samples"], SAMPLE_DTYPE).reshape(samples.shape)
        for name in SAMPLE_DTYPE.names or ():
            np.testing.assert_array_equal(same[name], samples[name])
    assert got.told[0]["draws"] == got.told[1]["draws"] == got.told[2]["draws"]


def test_inputs_drawn_anew_every_so_many_worlds() -> None:
    scenario = ds.load("uncertain-baseline")
    got = answers([job(scenario, "runs", 20, worldsPerDraw=5)])
    ((_, records, _),) = runner.stream([scenario], [(0, np.arange(20))], 1, worlds_per_draw=5)
    assert got.files["runs"] == records.tobytes()


def test_handoff_by_indifference() -> None:
    """Would catch a table of good ends that is not Python's, made by one kernel or by several workers."""
    assert "slow-takeoff" in shipped()
    scenario = ds.load("rushed-handoff").with_(
        **{"handoff.indifference": True, "rival.lead": "2 to 4 months", "horizon": 6, "handoff.at": None}
    )
    got = answers([job(scenario, "alone"), job(scenario, "workers", size=2)])
    expected = runner.run(scenario, N, 1)[0].tobytes()
    assert got.files["alone"] == expected
    assert got.files["workers"] == expected


def test_a_table_is_kept_while_inputs_move_on_which_it_does_not_hang() -> None:
    """Would catch a page that waits for a table it has, one that takes another's, one that says nothing."""
    usual = ds.load("rushed-handoff").with_(**{"handoff.indifference": True, "horizon": 6, "handoff.at": None})
    moved = usual.with_(**{"handoff.at": 1.0, "handoff.when_margin_above": 0.3})
    other = usual.with_(**{"rival.speed": 1.3})
    (made,) = answers([{"what": "tables", "scenarios": [as_data(one) for one in (usual, moved, other, usual)]}]).told
    assert [one["told"] > 0 for one in made] == [True, False, True, False]
    assert all(one["rises"] for one in made)
    assert made[0]["last"] == 1.0
    got = answers([job(usual, "usual", size=2), job(moved, "moved", size=2)])
    for one, name in ((usual, "usual"), (moved, "moved")):
        assert got.files[name] == runner.run(one, N, 1)[0].tobytes()


def test_stories() -> None:
    """Would catch a log, or what holds after an entry, that is not what ``trace`` tells."""
    jobs = [("five-hazards", 3), ("with-scheming", 5), ("partial-deference", 2), ("uncertain-baseline", 7)]
    made = [
        {"what": "follow", "scenario": as_data(ds.load(name)), "options": {"seed": 1, "replicate": replicate}}
        for name, replicate in jobs
    ]
    for (name, replicate), told in zip(jobs, answers(made).told, strict=True):
        expected = trace(name, replicate, 1)
        log = expected.log.to_dict("records")
        assert len(told["log"]) == len(log) > 5
        for entry, row in zip(told["log"], log, strict=True):
            assert {key: entry[key] for key in row} == {key: _told(value) for key, value in row.items()}
        assert told["phases"] == [{"phase": one.phase, "start": one.start, "end": one.end} for one in expected.phases]
        assert told["scheming"] == [list(spell) for spell in expected.scheming]
        assert {path: values[0] for path, values in told["draws"].items()} == expected.draws
        assert told["record"]["months"] == expected.month


def _told(value: Any) -> Any:
    return {"inf": "Infinity", "nan": "NaN"}.get(str(value), value)


def test_a_world_that_cannot_be_integrated_is_named() -> None:
    """Would catch an endless run, or a failure that passes for a record."""
    scenario = ds.load("baseline").with_(**STEEP)
    alone, pooled = answers([job(scenario, "a", FAILS + 1), job(scenario, "b", FAILS + 1, size=2)]).told
    for told in (alone, pooled):
        assert told["error"] == "StepError"
        assert told["replicate"] == FAILS
        assert told["month"] > 0.0


def test_a_run_that_is_stopped_stops() -> None:
    """Would catch workers that go on with a run that nobody waits for."""
    scenario = as_data(ds.load("baseline"))
    options = {"seed": 1, "worlds": 20_000}
    (told,) = answers([{"what": "abort", "scenario": scenario, "options": options, "size": 2}]).told
    assert told["reason"] == "enough"
    assert told["seen"] == [32]


def test_a_pool_that_is_closed_says_so() -> None:
    """Would catch a page that waits for ever for workers that are gone."""
    scenario = as_data(ds.load("baseline"))
    (told,) = answers([{"what": "close", "scenario": scenario, "options": {"seed": 1, "worlds": 5_000}}]).told
    assert told == ["the pool is closed", "the pool is closed"]


def test_records_have_the_size_that_python_says() -> None:
    got = answers([job(ds.load("baseline"), "one", 1)])
    assert len(got.files["one"]) == RECORD_DTYPE.itemsize
