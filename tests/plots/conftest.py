"""Runs to draw, and pictures without windows."""

import pytest

import deference_sim as ds

SEED = 3


@pytest.fixture(autouse=True)
def _no_window(no_window: None) -> None:
    """Pictures are drawn off screen."""


@pytest.fixture(scope="session")
def scenario() -> ds.Scenario:
    """Runs whose ends lie months apart, of several outcomes, with a handoff that is not at the start."""
    return ds.load("rushed-handoff").with_(**{"capability.initial_speedup": "5 to 40"})


@pytest.fixture(scope="session")
def result(scenario: ds.Scenario) -> ds.Result:
    """Enough runs to count."""
    return ds.simulate(scenario, 300, SEED)


@pytest.fixture(scope="session")
def few(scenario: ds.Scenario) -> ds.Result:
    """Runs that can be looked at one by one."""
    return ds.simulate(scenario, 40, SEED)
