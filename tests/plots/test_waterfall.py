"""The waterfall: it goes from the one chance to the other in steps that are the shares.

Would catch: a step that begins elsewhere than the last one ended, a share drawn with another sign, a step left out.
"""

import pytest

import deference_sim as ds
from deference_sim.plots import explain as drawing


def test_steps_lead_from_the_one_chance_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ds.explain("baseline", "rushed-handoff", 200)
    for most, steps in ((15, 4), (2, 3)):
        monkeypatch.setattr(drawing, "MOST", most)
        drawn = ds.plot.waterfall(found)
        assert drawn.size == 2
        for panel, (name, (first, second, _)) in zip(drawn.flat, found.measures.items(), strict=True):
            start, end, *bars = panel.patches
            assert (start.get_width(), end.get_width()) == pytest.approx((first.estimate, second.estimate))
            at = first.estimate
            assert len(bars) == steps
            intervals = [line.get_xdata() for line in panel.lines if line.get_linewidth() == drawing.WHISKER][2:]
            for bar, ends, place in zip(bars, intervals, found.ranked[:most], strict=False):
                assert bar.get_x() == pytest.approx(at)
                share = found.shares[name][place]
                assert list(ends) == pytest.approx([at + share.low, at + share.high])
                assert bar.get_width() == pytest.approx(found.shares[name][place].estimate, abs=1e-9)
                at += found.shares[name][place].estimate
            assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(second.estimate)
        labels = [label.get_text() for label in drawn.flat[0].get_yticklabels()]
        assert (labels[0], labels[-1]) == ("baseline", "rushed-handoff")
        assert labels[1] == "Lead over the rival"
