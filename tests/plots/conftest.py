"""No window opens, and every figure is closed again."""

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def _no_window() -> Iterator[None]:
    plt.switch_backend("agg")
    yield
    plt.close("all")
