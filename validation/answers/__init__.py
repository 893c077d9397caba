"""Exact answers: worlds with one mechanism switched on whose law is known in closed form, or by quadrature."""

from validation.answers import (
    arrivals,
    ends,
    evaluation,
    generations,
    handoff,
    mixtures,
    overtaking,
    paths,
    races,
    scheming,
)
from validation.recipe import Case

CASES: tuple[Case, ...] = (
    *arrivals.CASES,
    *mixtures.CASES,
    *races.CASES,
    *overtaking.CASES,
    *ends.CASES,
    *generations.CASES,
    *evaluation.CASES,
    *scheming.CASES,
    *handoff.CASES,
    *paths.CASES,
)
