"""Measure how p_good on the baseline moves when each default alone is halved and doubled; write docs/defaults.csv.

Run with ``./dev python docs/make/defaults.py`` (a few minutes) after a change of the law or of a default. The page
itself is made from that table, and from the declarations, when the documentation is built.
"""

import csv
from pathlib import Path

import deference_sim as ds
from deference_sim.scenario.explain import parameter_table

REPLICATES = 4_000
SEED = 1
TABLE = Path(__file__).parents[1] / "defaults.csv"


def main() -> None:
    """Simulate every halved and doubled default, and write the table."""
    baseline = ds.load("baseline")
    base = ds.simulate(baseline, REPLICATES, SEED).p_good
    provenance = (
        f"deference_sim {ds.__version__}, scenario baseline {baseline.hash[:12]}, {REPLICATES:,} replicates, "
        f"seed {SEED}, paired (standard error at most 0.8 points); p_good of the baseline {base}"
    )
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {provenance}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("parameter", "halved", "doubled"))
        for row in parameter_table():
            if not row.path.startswith("hazards."):
                writer.writerow((row.path, *(_change(baseline, base.value, row.path, factor) for factor in (0.5, 2.0))))


def _change(baseline: ds.Scenario, base: float, path: str, factor: float) -> str:
    value = baseline.value(path)
    if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
        return "–"
    try:
        changed = baseline.with_(**{path: value * factor})
    except ds.ScenarioError:
        return "–"
    points = 100 * (ds.simulate(changed, REPLICATES, SEED).p_good.value - base)
    return f"{points:+.1f}" if abs(points) >= 0.05 else "0.0"


if __name__ == "__main__":
    main()
