"""Without a compiler the product does the same: whole runs of both engines with every mechanism on, bit for bit."""

import os
import subprocess
import sys
from pathlib import Path

from deference_sim.study import runner
from validation.soak_worlds import worlds

ROOT = Path(__file__).parents[2]
REPLICATES, SEED = 2, 5
SCRIPT = """
import sys
from deference_sim.study import limits, runner
from validation.soak_worlds import worlds
for name in sys.argv[3:]:
    for engine in limits.ENGINES:
        print(runner.run(worlds()[name], int(sys.argv[1]), int(sys.argv[2]), engine)[0].tobytes().hex())
"""


def test_uncompiled_runs_leave_the_same() -> None:
    """Would catch a branch of the law that only the compiler takes, and a product that needs one."""
    # Handoff by indifference looks up a table made by 16,000 runs.
    made = {name: scenario for name, scenario in worlds().items() if not scenario.handoff.indifference}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(REPLICATES), str(SEED), *made],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    plain = done.stdout.split()
    assert len(plain) == 2 * len(made) >= 20
    for place, scenario in enumerate(made.values()):
        compiled = runner.run(scenario, REPLICATES, SEED)[0].tobytes().hex()
        assert plain[2 * place : 2 * place + 2] == [compiled, compiled]
