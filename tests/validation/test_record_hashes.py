"""Records have the bits that are published, on whatever machine this runs."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from deference_sim.trajectory.record import RECORD_DTYPE
from validation.record_hashes import digest, digest_of, published, scenarios

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", scenarios())
def test_records_are_as_published(name: str) -> None:
    """Would catch a function, a sum or a product that another machine, library or compiler rounds otherwise.

    A change of the law on purpose: ``python -m validation.record_hashes --write``.
    """
    assert digest_of(scenarios()[name]) == published()[name]


@pytest.mark.skipif(sys.platform != "linux", reason="the C library has no such setting")
def test_older_processors_leave_the_same() -> None:
    """Would catch a function of the C library or of NumPy: both choose by the processor, and round as it may be.

    With exp and log of the C library the records of the baseline differ so.
    """
    newer = " ".join(name for name in __cpu_dispatch__ if __cpu_features__.get(name))
    older = {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-FMA,-FMA4", "NPY_DISABLE_CPU_FEATURES": newer}
    command = [sys.executable, "-m", "validation.record_hashes", "--only", "baseline", "every-distribution"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | older, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("as published") == 2


def test_every_hash_is_of_a_scenario() -> None:
    assert list(published()) == list(scenarios())


def test_all_nan_are_one_and_nothing_else_is() -> None:
    """Would catch a hash that hangs on which NaN a processor makes, or that overlooks a field or the order of rows."""
    records = np.zeros(3, RECORD_DTYPE)
    records["months"] = [np.nan, 1.0, 2.0]
    other = records.copy()
    other["months"][0] = np.array(-1, np.int64).view(np.float64)
    assert digest(records) == digest(other)
    assert digest(records) == digest(np.asfortranarray(records[::-1])[::-1])
    changed = [records[::-1]]
    for name in RECORD_DTYPE.names:
        one = records.copy()
        one[name][2] += 1
        changed.append(one)
    assert digest(records) not in {digest(one) for one in changed}
