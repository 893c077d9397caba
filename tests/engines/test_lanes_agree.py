"""Trajectories in lanes leave what they leave one by one, to the last bit: in any company, on any processor."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from deference_sim import streams
from deference_sim.engines import compiled
from deference_sim.engines.failure import StepError
from deference_sim.engines.kernel import run_one_by_one
from deference_sim.scenario.shipped import shipped
from deference_sim.study.runner import numbers_of
from deference_sim.trajectory.record import RECORD_DTYPE
from deference_sim.trajectory.sample import blank_samples
from validation.agreement import scenario_of
from validation.record_hashes import digest

SEED, REPLICATES = 3, np.arange(40)
ROOT = Path(__file__).parents[2]
NO_TIMES = np.empty(0)
Numbers = tuple[NDArray[np.void], NDArray[np.void]]


def one_by_one(
    numbers: Numbers, replicates: NDArray[np.int64], grid: NDArray[np.float64] = NO_TIMES
) -> tuple[NDArray[np.void], NDArray[np.void], int]:
    """Records, samples, and how many replicates were run, of the loop that runs one trajectory after the other."""
    records, samples = np.zeros(len(replicates), RECORD_DTYPE), blank_samples(len(replicates), len(grid))
    key = streams.key_of_seed(SEED)
    done, _ = run_one_by_one(key, replicates, numbers[0].copy(), numbers[1], grid, samples, records)
    return records, samples, done


@pytest.mark.parametrize("name", [*sorted(shipped()), *map(str, range(20, 40))])
def test_records_and_samples_are_the_same(name: str) -> None:
    """Would catch a lane that takes from its neighbour, a branch for the wrong lanes, an operation in another order."""
    numbers = numbers_of(scenario_of(int(name) if name.isdecimal() else name, SEED)[0], SEED, REPLICATES)
    grid = np.array([0.0, 0.3, 1.0, 2.5, 7.0, 30.0, 119.9])
    expected, at, done = one_by_one(numbers, REPLICATES, grid)
    if done < len(REPLICATES):
        pytest.skip("this world cannot be integrated")
    found, samples = compiled.sample_replicates(numbers[0].copy(), numbers[1], SEED, REPLICATES, grid)
    assert digest(found) == digest(expected)
    assert digest(samples.ravel()) == digest(at.ravel())
    alone = compiled.run_replicates(numbers[0].copy(), numbers[1], SEED, REPLICATES)
    assert digest(alone) == digest(expected), "looking changes nothing"


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9])
def test_few_replicates_and_none(count: int) -> None:
    """Would catch lanes that have nothing to do and do it."""
    numbers = numbers_of(scenario_of("baseline", SEED)[0], SEED, REPLICATES[:count])
    found = compiled.run_replicates(*numbers, SEED, REPLICATES[:count])
    assert digest(found) == digest(one_by_one(numbers, REPLICATES[:count])[0])


def test_rows_may_differ_in_their_switches() -> None:
    """Would catch lanes that all do what the first one's parameters say."""
    worlds = ["baseline", "single-deadline", "hail-mary", "ai-2027"]
    rows = [numbers_of(scenario_of(name, SEED)[0], SEED, REPLICATES)[0][0] for name in worlds]
    parameters = np.array([rows[i % len(rows)] for i in range(len(REPLICATES))])
    hazards = np.repeat(numbers_of(scenario_of("baseline", SEED)[0], SEED, REPLICATES)[1], len(REPLICATES), axis=0)
    grid = np.array([1.0, 5.0])
    expected, at, _ = one_by_one((parameters, hazards), REPLICATES, grid)
    found, samples = compiled.sample_replicates(parameters.copy(), hazards, SEED, REPLICATES, grid)
    assert digest(found) == digest(expected)
    assert digest(samples.ravel()) == digest(at.ravel())
    assert len(set(found["steps"])) > 4


def test_the_first_that_fails_is_named() -> None:
    """Would catch a failure that is overlooked, or another named than the first in order."""
    parameters, hazards = numbers_of(scenario_of("baseline", SEED)[0], SEED, REPLICATES)
    parameters = np.repeat(parameters, len(REPLICATES))
    hazards = np.repeat(hazards, len(REPLICATES), axis=0)
    parameters["numerics_tolerance"][[13, 14, 30]] = 1e-300
    _, _, done = one_by_one((parameters, hazards), REPLICATES)
    assert done == 13
    with pytest.raises(StepError, match="replicate 13 ") as raised:
        compiled.run_replicates(parameters, hazards, SEED, REPLICATES)
    assert raised.value.month >= 0.0


@pytest.mark.parametrize("cpu", ["x86-64", "haswell"])
def test_other_processors_leave_the_same(cpu: str) -> None:
    """Would catch code for short vectors, or for none, that rounds otherwise."""
    if os.uname().machine != "x86_64":
        pytest.skip("these are processors of another kind")
    settings = {"NUMBA_CPU_NAME": cpu, "NUMBA_CPU_FEATURES": "", "XDG_CACHE_HOME": os.devnull}
    command = [sys.executable, "-m", "validation.record_hashes", "--only", "baseline", "every-distribution"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("as published") == 2
