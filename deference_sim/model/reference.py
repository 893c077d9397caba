"""What progress is measured by: a progress-year, and how long it takes at the recent pace."""

from deference_sim.model.declare import constant

MONTHS_IN_A_PY = constant("MONTHS_IN_A_PY", 12.0, "months per py", "months that a py takes at the recent pace")
ONE_PY = constant("ONE_PY", 1.0, "py", "progress over which what is said of one py is meant")
