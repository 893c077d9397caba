"""Bounds: the compiled engine leaves the same records when every index is checked.

    python -m validation.bounds

Compiled code is silent about an index out of bounds, in lanes too. Every shipped scenario and some random worlds run
once more in a process of its own with ``NUMBA_BOUNDSCHECK=1``, one trajectory after the other and compiled by Numba,
where such an index is an error; that takes most of a minute to compile. With ``--plain`` nothing is compiled
(``NUMBA_DISABLE_JIT=1``), which needs no time beforehand but half a second a replicate.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deference_sim.engines.failure import StepError
from deference_sim.scenario.shipped import shipped
from deference_sim.study import runner
from deference_sim.trajectory.record import RECORD_DTYPE
from validation.agreement import Job, scenario_of

CHECKED = {"NUMBA_BOUNDSCHECK": "1"}
PLAIN = {"NUMBA_DISABLE_JIT": "1"}
SEED = 1
REPOSITORY = Path(__file__).parents[1]


def records_of(jobs: list[Job], replicates: int) -> NDArray[np.void]:
    """Return the records of some scenarios, one after the other; none of one that cannot be integrated."""
    found = [np.zeros(0, RECORD_DTYPE)]
    for job in jobs:
        scenario = scenario_of(job, SEED)[0]
        try:
            found.append(runner.run(scenario, replicates, SEED)[0])
        except StepError:
            continue
    return np.concatenate(found)


def records_under(settings: dict[str, str], jobs: list[Job], replicates: int) -> NDArray[np.void]:
    """Return the same from a process of its own with these settings in its environment."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.npy"
        names = [str(job) for job in jobs]
        command = [sys.executable, "-m", "validation.bounds", "--leave", str(file), "--replicates", str(replicates)]
        done = subprocess.run(
            [*command, "--only", *names], cwd=REPOSITORY, env=os.environ | settings, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"with {settings} the runs ended with an error:\n{done.stderr}")
        found: NDArray[np.void] = np.load(file)
        return found


def a_job(text: str) -> Job:
    """Return the scenario that an argument names: a shipped one, or the number of a random world."""
    return int(text) if text.isdecimal() else text


def main(arguments: list[str] | None = None) -> int:
    """Run with and without checks and say whether the records are the same; return 1 if they are not."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.bounds", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--plain", action="store_true", help="without compiling, instead of with checks")
    parser.add_argument("--replicates", type=int, help="of each scenario: 200 if checked, 1 if plain")
    parser.add_argument("--only", type=a_job, nargs="+", help="scenarios by name, or numbers of random worlds")
    parser.add_argument("--leave", type=Path, help="only run, and leave the records in this file")
    args = parser.parse_args(arguments)
    replicates = args.replicates or (1 if args.plain else 200)
    jobs: list[Job] = args.only or [*sorted(shipped()), *range(15)]
    if args.leave:
        np.save(args.leave, records_of(jobs, replicates))
        return 0
    settings = PLAIN if args.plain else CHECKED
    same = records_under(settings, jobs, replicates).tobytes() == (usual := records_of(jobs, replicates)).tobytes()
    said = ", ".join(f"{name}={value}" for name, value in settings.items())
    verdict = "the same to the last bit" if same else "NOT the same"
    print(f"{len(usual):,} records of {len(jobs)} scenarios: with {said} {verdict}.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
