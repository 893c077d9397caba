"""What tests of several rooms share."""

from collections.abc import Iterator

import pytest


@pytest.fixture
def no_window() -> Iterator[None]:
    """No window opens, and every figure is closed again."""
    import matplotlib.pyplot as plt

    plt.switch_backend("agg")
    yield
    plt.close("all")
