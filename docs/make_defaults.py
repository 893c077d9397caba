"""Write docs/defaults.md: each default, its source, and how p_good on the baseline moves when it is halved and doubled.

Run with ``./dev python docs/make_defaults.py`` (a few minutes). The page is not kept: any change of a default dates it.
"""

from pathlib import Path

import deference_sim as ds
from deference_sim.scenario.explain import parameter_table

REPLICATES = 4_000
PAGE = Path(__file__).with_name("defaults.md")
HEAD = """# Defaults, where they come from, and what they do

Every parameter with its default, unit, status and source; `guess` means that no source fixes it. The last two columns
are the change of p_good on the baseline, in percentage points, when the default alone is halved and doubled, paired on
{replicates:,} replicates of seed 1 (standard error at most 0.8 points). A dash: not a number, 0, or outside the range;
`0.0` usually means that its mechanism is off on the baseline. Baseline p_good: {base}. Made by
`./dev python docs/make_defaults.py`.

| parameter | default | status | source or reason | halved | doubled |
|---|---|---|---|---|---|
"""


def main() -> None:
    """Simulate every halved and doubled default, and write the page."""
    baseline = ds.load("baseline")
    base = ds.simulate(baseline, REPLICATES).p_good
    rows = []
    for row in parameter_table():
        if row.path.startswith("hazards."):
            continue
        moved = [_change(baseline, base.value, row.path, factor) for factor in (0.5, 2.0)]
        reason = row.source or row.meaning
        rows.append(f"| `{row.path}` | {row.default} | {row.status} | {reason} | {moved[0]} | {moved[1]} |")
    PAGE.write_text(HEAD.format(replicates=REPLICATES, base=base) + "\n".join(rows) + "\n", encoding="utf-8")


def _change(baseline: ds.Scenario, base: float, path: str, factor: float) -> str:
    value = baseline.value(path)
    if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
        return "–"
    try:
        changed = baseline.with_(**{path: value * factor})
    except ds.ScenarioError:
        return "–"
    points = 100 * (ds.simulate(changed, REPLICATES).p_good.value - base)
    return f"{points:+.1f}" if abs(points) >= 0.05 else "0.0"


if __name__ == "__main__":
    main()
