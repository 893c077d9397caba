"""Record hashes: the same scenario, seed and replicates leave the same records, bit for bit, on any machine.

    python -m validation.record_hashes

Runs a few scenarios, which together use every distribution, tied inputs and the table of handoff by indifference, and
compares a hash of their records with the table in ``record_hashes.txt``, the only place where the hashes stand. Whoever
changes the law on purpose writes them anew with ``--write``. Code is made for another processor where
``NUMBA_CPU_NAME`` and ``NUMBA_CPU_FEATURES`` say so, and none at all with ``NUMBA_DISABLE_JIT=1``.
"""

import argparse
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deference_sim.scenario import Scenario, load
from deference_sim.study import runner

TABLE = Path(__file__).with_name("record_hashes.txt")
REPLICATES, SEED = 500, 1
SHIPPED = ("baseline", "rushed-handoff", "uncertain-baseline", "slow-takeoff", "plan-b")
#: Inputs of the baseline with a distribution of every kind, some of them tied.
EVERY_DISTRIBUTION = {
    "rival.lead": "{lognormal: {p10: 3 months, p90: 18 months}}",
    "rival.edge": "{normal: {mean: 0.5, sd: 0.5, min: -0.5, max: 1.5}}",
    "rival.speed": "{beta: {mean: 0.8, sd: 0.2, max: 1.5}}",
    "capability.initial_speedup": "{loguniform: {min: 4, max: 40}}",
    "capability.stabilise_at": "{triangular: {min: 2, mode: 3, max: 6}}",
    "evaluation.noise": "{uniform: {min: 0.1, max: 0.4}}",
    "tax.decline": "{mixture: [{probability: 0.4, value: 0}, "
    "{probability: 0.6, value: {lognormal: {p10: 0.1, p90: 1, max: 2}}}]}",
    "scheming.at_handoff": "{discrete: [{probability: 0.5, value: 0.05}, {probability: 0.5, value: 0.3}]}",
    "correlations": [
        {"between": ["rival.lead", "rival.speed"], "spearman": -0.4},
        {"between": ["rival.speed", "capability.stabilise_at"], "spearman": 0.3},
        {"between": ["rival.lead", "rival.edge"], "spearman": 0.2},
    ],
}


def scenarios() -> dict[str, Scenario]:
    """Return the scenarios whose records are hashed, by the names in the table."""
    return {name: load(name) for name in SHIPPED} | {"every-distribution": load("baseline").with_(**EVERY_DISTRIBUTION)}


def digest(records: NDArray[np.void]) -> str:
    """Return a hash of records, field by field, little endian; all NaN are one."""
    found = hashlib.blake2b(digest_size=16)
    for name in records.dtype.names or ():
        values = records[name]
        if values.dtype.kind == "f":
            values = np.where(np.isnan(values), np.nan, values)
        found.update(name.encode() + np.ascontiguousarray(values, values.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()


def digest_of(scenario: Scenario) -> str:
    """Run a scenario and return the hash of its records."""
    return digest(runner.run(scenario, REPLICATES, SEED)[0])


def published() -> dict[str, str]:
    """Return the hashes in the table by scenario."""
    lines = TABLE.read_text("utf-8").splitlines()
    return dict(line.split() for line in lines if not line.startswith("#"))


def write(hashes: Mapping[str, str]) -> None:
    """Replace the table."""
    head = f"# Hashes of the records of replicates 0 to {REPLICATES - 1} at seed {SEED}; see record_hashes.py.\n"
    width = max(map(len, hashes))
    TABLE.write_text(head + "".join(f"{name:{width}}  {value}\n" for name, value in hashes.items()), "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Hash the records and say which are as published; return 1 if any is not."""
    parser = argparse.ArgumentParser(
        prog="python -m validation.record_hashes",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("--only", nargs="+", choices=scenarios(), help="these scenarios")
    parser.add_argument("--write", action="store_true", help="put the hashes into the table instead")
    args = parser.parse_args(arguments)
    hashes = {name: digest_of(made) for name, made in scenarios().items() if not args.only or name in args.only}
    expected = published() if TABLE.exists() else {}
    if args.write:
        write(expected | hashes)
        return 0
    for name, value in hashes.items():
        print(f"{name}: {value}", "as published" if expected.get(name) == value else f"not {expected.get(name)}")
    return int(not hashes.items() <= expected.items())


if __name__ == "__main__":
    sys.exit(main())
