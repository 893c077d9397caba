"""Statistical validation: exact answers, random worlds, coverage of intervals, mutants; each prints its table."""
