"""Dimensional consistency: every equation of the law carried out on numbers that have units and no values."""
