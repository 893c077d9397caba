"""What JavaScript counts and computes beside the law: held to Python's by shared vectors."""

import json
from typing import Any

import numpy as np
import pytest

import deference_sim as ds
from deference_sim import elementary, streams
from deference_sim.analysis import estimate
from deference_sim.live.kernel.drawing import KINDS
from deference_sim.model.state import OUTCOMES
from deference_sim.scenario.chosen import Opinion, Pool, Samples
from deference_sim.scenario.combined import Mixture, Point, Truncated
from deference_sim.scenario.distributions import (
    Beta,
    Distribution,
    Lognormal,
    Loguniform,
    Metalog,
    Normal,
    Triangular,
    Uniform,
)
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from deference_sim.study.tally import Tally
from validation.kernel_in_node import answers, as_data

DISTRIBUTIONS: list[Distribution] = [
    Normal(1.3, 2.0),
    Lognormal(2.0, 0.7),
    Uniform(-1.0, 3.0),
    Loguniform(0.1, 9.0),
    Beta(2.0, 3.0, 0.0, 4.0),
    Beta(0.3, 70.0),
    Triangular(0.0, 0.0, 3.0),
    Triangular(0.0, 1.0, 3.0),
    Metalog(1.0, 0.5),
    Metalog(1.0, 0.5, 0.3, low=0.0),
    Metalog(1.0, 0.5, 0.1, 0.2, 0.1, 0.05, 0.02, 0.01, 0.01, high=4.0),
    Metalog(0.1, 0.5, -0.2, 0.2, low=-1.0, high=3.0),
    Pool(
        (Opinion("ana", 2.0, Normal(0.0, 1.0)), Opinion("ben", 1.0, Metalog(1.0, 0.5)), Opinion("cy", 1.0, Point(1.0)))
    ),
    Samples("0123456789abcdef", (3.0, 1.0, 1.0, 2.0), (1.0, 2.0, 0.5, 3.0)),
    Samples("0123456789abcdef", (3.0, 1.0, 2.0), (1.0, 1.0, 1.0)),
    Truncated(Normal(1.0, 2.0), 0.0, float("inf")),
    Truncated(Lognormal(1.0, 2.0), 0.2, 3.0),
    Mixture(((Point(1.0), 0.2), (Point(-2.0), 0.5), (Point(7.0), 0.3))),
    Mixture(((Point(1.0), 0.2), (Normal(0.0, 1.0), 0.5), (Uniform(1.0, 7.0), 0.3))),
    Mixture(((Truncated(Normal(0.0, 1.0), -1.0, 2.0), 0.5), (Beta(2.0, 2.0), 0.5))),
]
U = np.concatenate([np.linspace(0.001, 0.999, 57), [2.0**-53, 1.0 - 2.0**-53]])


def test_every_kind_of_distribution() -> None:
    """Would catch a distribution that the kernel draws otherwise, or reads otherwise from its data."""
    kinds = {type(one) for one in DISTRIBUTIONS} | {Point}
    assert kinds >= set(KINDS)
    jobs, expected = [], []
    for one in DISTRIBUTIONS:
        jobs.append({"what": "distribution", "specification": one.specification(), "at": U.tolist()})
        expected.append(one.quantile(U).tolist())
    assert answers(jobs).told == expected


def test_elementary_functions() -> None:
    x = [-700.0, -1.5, 0.1, 0.5, 0.77, 1.0, 3.25, 40.0]
    rows = {
        "exp": (elementary.exp, [[value] for value in x]),
        "log": (elementary.log, [[value] for value in x[2:]]),
        "log1p": (elementary.log1p, [[value] for value in x[2:]]),
        "normalQuantile": (streams.normal_quantile, [[value] for value in U.tolist()]),
    }
    jobs = [{"what": "numbers", "name": name, "rows": given} for name, (_, given) in rows.items()]
    for told, (function, given) in zip(answers(jobs).told, rows.values(), strict=True):
        assert told == [float(function(value)) for (value,) in given]


def test_intervals() -> None:
    """Would catch an interval that is not the one on the command line; exact ones come from SciPy there."""
    rows = [[k, n] for n in (1, 10, 200, 10_000) for k in (0, 1, 3, 9, 10, n // 2, n - 2, n) if 0 <= k <= n]
    names = ("probability", "wilson", "clopperPearson")
    probability, wilson, exact = answers([{"what": "numbers", "name": name, "rows": rows} for name in names]).told
    for (k, n), found, one, other in zip(rows, probability, wilson, exact, strict=True):
        expected = estimate.probability(k, n)
        assert (found["value"], found["mcse"], found["n"], found["method"]) == (
            expected.estimate,
            expected.mcse,
            n,
            expected.method,
        )
        assert [found["low"], found["high"]] == pytest.approx([expected.low, expected.high], rel=1e-11, abs=1e-300)
        assert one == list(estimate.wilson(k, n))
        assert other == pytest.approx(estimate.clopper_pearson(k, n), rel=1e-11, abs=1e-300)


def test_binomial_quantiles() -> None:
    rows = [[u, n, p] for u in (0.025, 0.975) for n in (1, 7, 99, 10_000) for p in (0.05, 0.5, 0.95)]
    (told,) = answers([{"what": "numbers", "name": "binomialQuantile", "rows": rows}]).told
    assert told == [estimate.binomial_quantile(u, n, p) for u, n, p in rows]


@pytest.mark.parametrize("name", ["five-hazards", "with-scheming", "single-deadline"])
def test_tallies(name: str) -> None:
    """Would catch a future that is counted otherwise than Python counts it."""
    scenario, n = ds.load(name), 300
    job = {"what": "tally", "scenario": as_data(scenario), "options": {"seed": 1, "count": n}}
    (told,) = answers([job]).told
    records, causes = runner.run(scenario, n, 1)
    tally = Tally()
    tally.add(records, causes)
    whole = told["whole"]
    assert told["merged"] == whole
    assert tuple(whole[key] for key in ("n", "stayed", "good")) == (tally.n, tally.stayed, tally.good)
    assert whole["outcomes"] == {outcome: tally.ended(outcome) for outcome in OUTCOMES[1:]}
    assert whole["losses"] == dict(tally.losses)
    assert whole["believedSafe"] == dict(tally.believed_safe)


def test_canonical_text_and_hash() -> None:
    """Would catch a page whose scenario has another hash than the file it came from."""
    scenarios = [ds.load(name) for name in shipped()]
    jobs = [{"what": "hash", "scenario": shuffled(as_data(scenario))} for scenario in scenarios]
    for scenario, told in zip(scenarios, answers(jobs).told, strict=True):
        assert told == {"text": scenario.canonical(), "hash": scenario.hash}


def shuffled(scenario: dict[str, Any]) -> dict[str, Any]:
    """Return the same scenario with its values in another order."""
    return scenario | {"values": dict(reversed(scenario["values"].items()))}


def test_numbers_are_written_as_python_writes_them() -> None:
    rng = np.random.default_rng(4)
    drawn = (rng.choice([-1.0, 1.0], 400) * rng.uniform(1, 10, 400) * 10.0 ** rng.integers(-300, 300, 400)).tolist()
    plain = (rng.uniform(size=400) * 10.0 ** rng.integers(-8, 20, 400)).tolist()
    values = [0.0, 1.0, -2.5, 0.1, 1e-4, 9.9e-5, 1e15, 1e16, 123456789012345680.0, 5e-324, 1e22, *drawn, *plain]
    (told,) = answers([{"what": "floats", "values": values}]).told
    assert told == [json.dumps(value) for value in values]


def test_streams_and_keys() -> None:
    names = ["hazard:misuse", "parameter:rival.lead", "severity:" + "long_" * 40]
    seeds = [0, 1, 2**64, 2**128 - 1]
    (told,) = answers([{"what": "names", "names": names, "seeds": [str(seed) for seed in seeds]}]).told
    assert told["streams"] == [streams.named_stream(name) for name in names]
    assert told["keys"] == [str(int(streams.key_of_seed(seed))) for seed in seeds]


def test_a_seed_beyond_all_seeds_is_refused() -> None:
    (told,) = answers([{"what": "names", "names": [], "seeds": [str(2**128)]}]).told
    assert told["error"] == "RangeError"
    assert "a seed is a whole number from 0" in told["message"]
