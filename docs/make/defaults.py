"""Measure how p_stay and p_good on the baseline move when each default alone is halved and doubled.

Run with ``./dev python docs/make/defaults.py`` (a few minutes) after a change of the law or of a default; it writes
docs/defaults.csv. The page itself is made from that table, and from the declarations, when the documentation is built.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import deference_sim as ds
from deference_sim.scenario.listing import parameter_table

REPLICATES = 4_000
SEED = 1
TABLE = Path(__file__).parents[1] / "defaults.csv"
FACTORS = {"halved": 0.5, "doubled": 2.0}
MEASURES = ("p_stay", "p_good")


def main() -> None:
    """Simulate every halved and doubled default, and write the table."""
    baseline = ds.load("baseline")
    base = ds.simulate(baseline, REPLICATES, SEED)
    provenance = (
        f"deference_sim {ds.__version__}, scenario baseline {baseline.hash[:12]}, {REPLICATES:,} replicates, "
        f"seed {SEED}, paired (standard error at most 0.8 points); of the baseline p_stay is {base.p_stay} and p_good "
        f"{base.p_good}"
    )
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {provenance}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("parameter", *(f"{measure} {how}" for how in FACTORS for measure in MEASURES)))
        for row in parameter_table():
            if not row.path.startswith("hazards."):
                moved = (points for factor in FACTORS.values() for points in _changes(base, row.path, factor))
                writer.writerow((row.path, *moved))


def _changes(base: ds.Result, path: str, factor: float) -> Iterator[str]:
    """Yield by how many points each measure moves when the value at ``path`` is multiplied by ``factor``."""
    changed = _changed(base.scenario, path, factor)
    found = None if changed is None else ds.simulate(changed, REPLICATES, SEED)
    for measure in MEASURES:
        if found is None:
            yield "–"
        else:
            points = 100 * (getattr(found, measure).estimate - getattr(base, measure).estimate)
            yield f"{points:+.1f}" if abs(points) >= 0.05 else "0.0"


def _changed(baseline: ds.Scenario, path: str, factor: float) -> ds.Scenario | None:
    """Return the baseline with the value at ``path`` multiplied; None if it is no number, 0, or then not allowed."""
    value = baseline.value(path)
    if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
        return None
    try:
        return baseline.with_(**{path: value * factor})
    except ds.ScenarioError:
        return None


if __name__ == "__main__":
    main()
