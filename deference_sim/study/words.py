"""Which fields of a record need words in a table: what is infinite where it never happened, and what is yes or no."""

from typing import Final

NEVER_IS_INFINITE: Final = ("handoff_month", "first_exit_month", "minimum_margin")
YES_OR_NO: Final = ("in_basin", "in_basin_throughout", "scheming", "recovered")
