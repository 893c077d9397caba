"""Measure p_stay on the baseline at both ends of each core input's plausible range; write the table of calibration.md.

Run with ``./dev python docs/make/calibration.py`` (a minute) after a change of the law, a default or a range.
"""

from pathlib import Path

import deference_sim as ds
from deference_sim.analysis.sensitivity.inputs import CORE
from deference_sim.scenario.listing import parameter_table

REPLICATES = 2_000
SEED = 1
PAGE = Path(__file__).parents[1] / "calibration.md"
MARK = "<!-- the table below is made by docs/make/calibration.py -->\n"


def main() -> None:
    """Measure, and write the table after the words of the page."""
    baseline = ds.load("baseline")
    found = ds.sensitivity(baseline, "tornado", inputs=[CORE], replicates=REPLICATES, seed=SEED)
    declared = {row.path: row for row in parameter_table()}
    lines = [
        f"p_stay of the baseline: {100 * found.expected[0]:.0f} % (scenario {baseline.hash[:12]}, {REPLICATES:,} "
        f"replicates at each end, seed {SEED}, the same worlds; standard error at most 1.1 points).\n",
        "| core input | value | plausible range | source | range | p_stay at its ends, % |",
        "|---|---|---|---|---|---|",
    ]
    for bar in found.table.to_dict("records"):
        row = declared[str(bar["input"]).split(" + ")[0]]
        why = row.source.removeprefix(f"{row.status}: ")
        lines.append(
            f"| {str(bar['input']).replace(' + ', ' and ')} | {row.default} | {row.plausible} | {row.status}: "
            f"{why} | {row.plausible_status} | {100 * bar['at_low']:.0f} → {100 * bar['at_high']:.0f} |"
        )
    head = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(head + MARK + "\n" + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
