"""The comparison with an earlier engine: what it counts, and a commit that is not there."""

import numpy as np
import pytest

import deference_sim as ds
from deference_sim.model.state import AI_TAKEOVER, STABILISED
from deference_sim.study import runner
from validation.frozen import compared, main, rows_by_outcome


def test_what_differs_is_counted_by_scenario_and_by_outcome() -> None:
    """Would catch: months compared of runs that end otherwise, a pair that is counted twice or not at all."""
    now, _ = runner.run(ds.load("baseline"), 200, 1)
    then = now.copy()
    assert compared("baseline", then, now).different == 0
    stable = np.flatnonzero(now["outcome"] == STABILISED)
    then["outcome"][stable[:3]] = AI_TAKEOVER
    then["months"][stable[:3]] += 50.0
    then["months"][stable[3:]] += 0.25
    found = compared("baseline", then, now)
    assert (found.different, found.p_good.changed) == (3, 3)
    assert found.p_good.moved == pytest.approx(3 / 200)
    assert found.months[2] == pytest.approx(0.25)
    assert not found.holds
    rows = {row[0]: row for row in rows_by_outcome({"baseline": then}, {"baseline": now})}
    assert rows["stabilised"][1:3] == (str(len(stable) - 3), str(len(stable)))
    assert rows["stabilised"][5:] == ("2.5e-01",) * 3


def test_a_commit_that_git_does_not_have_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--commit", "0123abc", "--replicates", "1"])
    assert "--commit 0123abc: git has no such commit" in capsys.readouterr().err
