"""Pictures of loops: areas that are the shares, and a diagram of the links that carry something.

Would catch: a family left out, a balancing share drawn upwards, a link without its place.
"""

import numpy as np
import pytest
from matplotlib.collections import PolyCollection

import deference_sim as ds
from deference_sim.plots.loops import LEAST_LINK
from deference_sim.plots.style import PROVENANCE


def test_areas_reach_as_far_as_all_shares_together() -> None:
    found = ds.loops("baseline", 60)
    drawn = ds.plot.loop_areas(found)
    for panel, end in zip(drawn.flat, ("stayed", "left"), strict=False):
        bands = found.bands[found.bands["end"] == end]
        tops = bands.groupby("capability")[["reinforcing", "balancing"]].sum()
        corners = np.concatenate(
            [
                path.vertices[:, 1]
                for area in panel.collections
                if isinstance(area, PolyCollection)
                for path in area.get_paths()
            ]
        )
        assert corners.max() == pytest.approx(tops["reinforcing"].max(), abs=0.02)
        assert corners.min() == pytest.approx(tops["balancing"].min(), abs=0.02)


def test_the_diagram_has_every_link_that_carries_something() -> None:
    found = ds.loops("baseline", 20)
    drawn = ds.plot.loop_diagram(found)
    ends = {end for link, share in found.links.items() if share >= LEAST_LINK and link[0] != link[1] for end in link}
    words = [text.get_text().replace("\n", " ") for text in drawn.texts if text.get_gid() != PROVENANCE]
    assert sum(len(word) > 1 for word in words) == len(ends)
