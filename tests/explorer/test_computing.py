"""Answers that refine: prefixes of one run, equal to the command line's; dropped when nobody waits; two at once."""

from collections.abc import Iterator
from threading import Event, Lock
from time import monotonic, sleep

import pytest

from deference_sim import compare, simulate, sweep
from deference_sim.explorer import computing, worker
from deference_sim.explorer.computing import Curve, Memory, Numbers, answers
from deference_sim.explorer.downloads import curve_table, numbers_table
from deference_sim.explorer.spans import points_of
from deference_sim.explorer.state import Presets, View
from deference_sim.explorer.worker import MOST_JOBS, Dropped, Wanted, Worker
from deference_sim.scenario import load

PATIENCE = 30.0
VIEW = View("rushed-handoff", (("rival.lead", "3 months"),), replicates=1500, seed=5, against="rushed-handoff")


def always() -> bool:
    return True


@pytest.fixture(scope="module")
def found() -> list[Numbers | Curve]:
    return list(answers(VIEW, Presets(), Memory(), always))


def test_every_answer_is_that_of_a_run_of_its_size(found: list[Numbers | Curve]) -> None:
    scenario = load("rushed-handoff", set=["rival.lead=3 months"])
    numbers = [answer for answer in found if isinstance(answer, Numbers)]
    assert [answer.result.replicates for answer in numbers] == [256, 1024, 1500]
    assert [answer.is_last for answer in numbers] == [False, False, True]
    for answer in numbers:
        alone = simulate(scenario, answer.result.replicates, seed=5)
        shown = answer.result
        same = {"seconds": 0}
        assert shown.as_dict() | same == alone.as_dict() | same
        assert shown.records.equals(alone.records)


def test_the_difference_is_that_of_the_command_compare(found: list[Numbers | Curve]) -> None:
    (expected,) = compare(
        load("rushed-handoff"), load("rushed-handoff", set=["rival.lead=3 months"]), replicates=1500, seed=5
    )
    last = next(answer for answer in found if isinstance(answer, Numbers) and answer.is_last)
    for name, (_, _, difference) in expected.measures.items():
        assert last.differences[name] == difference


def test_the_curve_is_that_of_the_command_sweep(found: list[Numbers | Curve]) -> None:
    scenario = load("rushed-handoff", set=["rival.lead=3 months"])
    rough, fine = (answer for answer in found if isinstance(answer, Curve))
    points = points_of("rival.lead", scenario, computing.CURVE_POINTS)
    alone = sweep(scenario, {"rival.lead": points}, computing.ROUGH_CURVE, seed=5)
    assert rough.sweep.estimates()[: len(points)] == alone.estimates()
    assert rough.value == 3.0
    assert fine.sweep.tallies[0].n == computing.FINE_CURVE


def test_tables_hold_the_numbers_in_full(found: list[Numbers | Curve]) -> None:
    last = next(answer for answer in found if isinstance(answer, Numbers) and answer.is_last)
    table = numbers_table(last).set_index("quantity")
    assert table.loc["p_stay", "share"] == last.result.p_stay.value
    lost = table.loc[table.index.str.startswith("lost by "), "share"]
    assert lost["lost by scheming"] == last.result.losses["scheming"].estimate.value > 0.0
    assert lost.sum() + last.result.p_stay.value == pytest.approx(1.0)
    assert len(curve_table(None)) == 0


def test_what_was_computed_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, view = Memory(), View("baseline", replicates=300)
    before = [answer for answer in answers(view, Presets(), memory, always) if isinstance(answer, Numbers)]

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(computing, "stream", lambda *_: iter(()))
    monkeypatch.setattr(computing, "sweep", refuse)
    after = [answer for answer in answers(view, Presets(), memory, always) if isinstance(answer, Numbers)]
    assert [answer.result.replicates for answer in after] == [300]
    assert after[-1].result.p_stay == before[-1].result.p_stay


def test_an_answer_nobody_waits_for_is_dropped_at_the_next_block_and_kept_for_later() -> None:
    memory, view = Memory(), View("baseline", replicates=50_000)
    looks = iter([True] * 3)
    with pytest.raises(Dropped):
        list(answers(view, Presets(), memory, lambda: next(looks, False)))
    kept = memory.take(load("baseline"), 1)
    assert 256 <= kept.replicates <= 2048
    assert list(kept.records["replicate"]) == list(range(kept.replicates))


def test_at_most_two_jobs_run_at_once_and_only_the_last_one_of_a_page_is_delivered() -> None:
    lock, release, delivered = Lock(), Event(), []
    running = most = 0

    def job(number: int, wanted: Wanted) -> Iterator[int]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        release.wait(PATIENCE)
        with lock:
            running -= 1
        yield number

    def failed(error: Exception, _: Wanted) -> None:
        raise error

    workers = [Worker[int](lambda answer, _: delivered.append(answer), failed) for _ in range(5)]
    for page, one in enumerate(workers):
        for again in range(3):
            one.ask(lambda wanted, number=10 * page + again: job(number, wanted))  # type: ignore[misc]
    _eventually(lambda: most == MOST_JOBS)
    release.set()
    _eventually(lambda: sorted(delivered) == [2, 12, 22, 32, 42])
    assert most == MOST_JOBS


def test_a_stopped_page_delivers_nothing_more_and_gives_its_place_back() -> None:
    begun, delivered = Event(), []

    def job(wanted: Wanted) -> Iterator[int]:
        begun.set()
        while wanted():
            sleep(0.01)
        yield 1

    page = Worker[int](lambda answer, _: delivered.append(answer), lambda error, _: delivered.append(error))
    page.ask(job)
    assert begun.wait(PATIENCE)
    page.stop()
    for _ in range(MOST_JOBS):
        assert worker.SLOTS.acquire(timeout=PATIENCE)
    for _ in range(MOST_JOBS):
        worker.SLOTS.release()
    assert delivered == []


def test_an_error_is_delivered_to_the_page() -> None:
    def job(wanted: Wanted) -> Iterator[int]:
        yield 1
        raise ValueError("a bug")

    told: list[object] = []
    Worker[int](lambda answer, _: told.append(answer), lambda error, _: told.append(str(error))).ask(job)
    _eventually(lambda: told == [1, "a bug"])


def _eventually(look: object) -> None:
    until = monotonic() + PATIENCE
    while not look():  # type: ignore[operator]
        assert monotonic() < until
        sleep(0.01)
