"""What is read off a drawn picture."""

from typing import Any


def edges(band: Any) -> dict[float, tuple[float, float]]:
    """Return the lowest and highest level of a filled band at each of its months."""
    found: dict[float, list[float]] = {}
    for path in band.get_paths():
        for month, level in path.vertices:
            found.setdefault(float(month), []).append(float(level))
    return {month: (min(levels), max(levels)) for month, levels in found.items()}
