"""What the validation tests share: a world with everything switched off, to be filled one mechanism at a time."""

from collections.abc import Callable
from typing import Any

import pytest

from validation.quiet import quiet as quiet_world


@pytest.fixture(scope="session")
def quiet() -> Callable[..., Any]:
    """Return a maker of scenarios: the baseline with everything switched off, and then these changes."""
    return quiet_world
