"""The folder of a batch: readable without this package, resumed by content, no damage unnoticed."""

import io
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from deference_sim.analysis.ledger import roads_of
from deference_sim.analysis.paired import difference
from deference_sim.analysis.run import simulate
from deference_sim.batches import plan as batch_plan
from deference_sim.batches import session
from deference_sim.batches.checking import contents, repeat
from deference_sim.batches.files import DamagedError, read_json, write_json
from deference_sim.batches.plan import Plan, Point, key_of
from deference_sim.batches.result import IncompleteError, batch, merged
from deference_sim.batches.sealed import check_sealed, encoded, opened
from deference_sim.batches.session import ConflictError, opened_batch
from deference_sim.batches.store import Chunks, DamagedPlanError, Finding
from deference_sim.batches.tables import points_table
from deference_sim.batches.work import Threads
from deference_sim.scenario.canonical import COSMETIC
from deference_sim.scenario.catalogue import paths_of
from deference_sim.study.runner import hazard_names
from validation import faults

Result = Callable[[Path], dict[str, bytes]]


def chunks_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("chunks/*/*.parquet"))


def damaged(folder: Path) -> dict[Path, str]:
    return {finding.path: finding.reason for finding in contents(folder).findings}


# ---- what is in it


def test_a_merged_run_is_what_simulate_gives_and_plain_readers_read_it(plan: Plan, finished: Path) -> None:
    for run in plan.runs:
        table = pd.read_parquet(finished / "runs" / f"{run.key}.parquet")
        records = simulate(run.scenario, plan.replicates, run.seed, keep_records=True).records
        for column in ("outcome", "cause"):
            assert table[column].astype(object).equals(records[column].astype(object).reset_index(drop=True))
        plain = [name for name in records.columns if name not in ("outcome", "cause")]
        pd.testing.assert_frame_equal(table[plain], records[plain].reset_index(drop=True))


def test_page_checksums_are_written_and_the_footer_tells_what_it_is(plan: Plan, finished: Path) -> None:
    path = chunks_of(finished)[0]
    identity, _ = opened(path.read_bytes())
    assert identity["engine_version"] == plan.engine_version
    assert path.parent.name == key_of(identity["scenario"], identity["point"], identity["seed"])
    assert (identity["first"], identity["stop"]) == (0, 16)
    # The seal covers all of the file; without it the page checksums still notice what hits a page.
    data = bytearray(path.read_bytes())
    column = pq.read_metadata(path).row_group(0).column(0)
    data[column.data_page_offset + column.total_compressed_size - 3] ^= 1
    with pytest.raises(OSError, match="CRC"):
        pq.ParquetFile(io.BytesIO(data), page_checksum_verification=True).read()


@pytest.mark.parametrize("held", [[(0, 16)], [(16, 32)], [(5, 20)]])
def test_a_shard_is_the_same_whatever_is_held(plan: Plan, held: list[tuple[int, int]]) -> None:
    """Would catch chunks that are counted out among those that are missing: two machines would make the same ones."""
    there = {plan.runs[0].key: held}
    missing = {(task.run.key, n) for task in plan.tasks(there) for n in range(task.first, task.stop)}
    for part in (1, 2, 3):
        afresh = {(task.run.key, n) for task in plan.tasks({}, (part, 3)) for n in range(task.first, task.stop)}
        resumed = {(task.run.key, n) for task in plan.tasks(there, (part, 3)) for n in range(task.first, task.stop)}
        assert resumed == afresh & missing


def test_tables_have_exact_counts_and_paired_differences(plan: Plan, finished: Path) -> None:
    table = pd.read_parquet(finished / "tables" / "points.parquet")
    assert list(table["rival.lead"]) == [1.0, 6.0]
    stayed = {}
    for place, point in enumerate(plan.points):
        ends = pd.concat([pd.read_parquet(finished / "runs" / f"{run.key}.parquet") for run in plan.runs_of(point)])
        settled = ends["outcome"].isin(["punted", "stabilised", "ridden_out"])
        stayed[place] = (ends["in_basin_throughout"] & settled).to_numpy()
        good = settled | (ends["outcome"] == "overtaken_safely")
        assert table["p_good"][place] == good.mean()
        assert table["overtaken_safely"][place] == (ends["outcome"] == "overtaken_safely").mean()
        assert table["p_stay"][place] == stayed[place].mean()
        assert table["replicates"][place] == 80
        assert table["exogenous_catastrophe"][place] == (ends["outcome"] == "exogenous_catastrophe").mean()
    assert table["overtaken_safely"][0] > 0.0
    change = difference(stayed[0], stayed[1])  # the scenario as it is has a lead of 6 months
    assert table["p_stay_difference"][0] == change.estimate
    assert (table["p_stay_difference_low"][0], table["p_stay_difference_high"][0]) == (change.low, change.high)
    for name in ("points.md", "points.tex"):
        text = (finished / "tables" / name).read_text()
        assert "95" in text
        assert plan.engine_version in text
    assert r"\caption{" in (finished / "tables" / "points.tex").read_text()
    runs = pd.read_csv(finished / "tables" / "runs.csv")
    assert set(runs["run"]) == {run.key for run in plan.runs}


def test_tables_hold_the_ledger(plan: Plan, finished: Path) -> None:
    """Would catch a road left out, one counted twice, shares of another point, and a hazard under another's name."""
    table = pd.read_parquet(finished / "tables" / "points.parquet")
    lost = [name for name in table if name.startswith("lost ")]
    assert set(lost) == {f"lost {road}" for road in roads_of(hazard_names(plan.points[0].scenario))}
    for place, point in enumerate(plan.points):
        ends = pd.concat([pd.read_parquet(finished / "runs" / f"{run.key}.parquet") for run in plan.runs_of(point)])
        assert round(80 * table["p_stay"][place]) + sum(round(80 * table[name][place]) for name in lost) == 80
        for name in lost:
            road = name.removeprefix("lost ")
            rows = ends["road"] == road
            if road.startswith("hazard "):
                rows = (ends["road"] == "hazard") & (ends["cause"] == road.removeprefix("hazard "))
            assert table[name][place] == rows.mean()
            believed = table[f"believed safe of {road}"][place]
            assert believed == ends["believed_safe"][rows].mean() if rows.any() else np.isnan(believed)
    told = (finished / "tables" / "points.md").read_text()
    assert "lost most by" in told
    assert "of that overtaken safely" in told
    assert f"rival {100 * table['lost rival'][0]:.1f} %" in told


def test_provenance_stands_apart_and_tells_everything(plan: Plan, finished: Path) -> None:
    (about,) = read_json(finished / "provenance.json")["sessions"]
    assert {"command", "started", "time", "versions", "platform", "engine_version"} <= set(about)
    kept = read_json(finished / "plan.json")
    assert [point["hash"] for point in kept["points"]] == [point.scenario.hash for point in plan.points]
    assert kept["seeds"] == ["1", "7"]


# ---- going on


def test_it_goes_on_from_any_subset_of_chunks(
    plan: Plan, copy: Path, expected: dict[str, bytes], result: Result
) -> None:
    some = random.Random(5)
    for path in chunks_of(copy):
        if some.random() < 0.5:
            path.unlink()
    for name in ("manifest.json", "provenance.json"):
        (copy / name).unlink()
    shutil.rmtree(copy / "tables")
    kept = {path: path.stat().st_ino for path in chunks_of(copy)}
    with pytest.raises(IncompleteError, match="replicates are missing"):
        merged(copy)
    batch(plan, copy)
    assert {path: path.stat().st_ino for path in kept} == kept
    assert result(copy) == expected


def test_chunk_size_and_order_of_growth_leave_no_trace(
    plan: Plan, tmp_path: Path, expected: dict[str, bytes], result: Result
) -> None:
    """More replicates, then another seed and point, on chunks of another size: as if done at once."""
    first = replace(plan, points=plan.points[:1], seeds=plan.seeds[:1], replicates=21, chunk=9)
    for grown in (first, replace(first, replicates=40), replace(plan, chunk=13)):
        done = batch(grown, tmp_path / "grown")
        assert done.is_complete
    assert result(tmp_path / "grown") == expected


def test_shards_make_the_same_and_merge(plan: Plan, tmp_path: Path, expected: dict[str, bytes], result: Result) -> None:
    whole = tmp_path / "whole"
    for part in (1, 2):
        batch(plan, whole / f"shard-{part}-of-3", shard=(part, 3))
    with pytest.raises(IncompleteError):
        merged(whole)
    batch(plan, whole / "shard-3-of-3", shard=(3, 3))
    held = contents(whole).held
    assert len(held) == len({(chunk.run, chunk.first) for chunk in held}) == 12
    assert result(whole) == expected
    assert contents(whole).findings == []
    other = replace(plan, replicates=80)
    with pytest.raises(ConflictError, match="shard"):
        batch(plan, whole / "shard-1-of-3", shard=(2, 3))
    batch(other, whole / "shard-2-of-3", shard=(2, 3))
    with pytest.raises(ConflictError, match="another batch"):
        contents(whole)


def test_what_would_change_results_is_refused_field_by_field(plan: Plan, copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file() and path.name != ".lock"}
    changed = plan.points[0].scenario.with_(**{"basin.width": 0.5, "horizon": 50})
    points = (Point(plan.points[0].label, changed), plan.points[1])
    for other, said in (
        (replace(plan, points=points), "basin.width: 0.25 py in the folder, 0.5 py now"),
        (replace(plan, points=points), "horizon: 120 months in the folder, 50 months now"),
        (replace(plan, points=plan.points[:1]), "rival.lead 6 months: in the folder, not asked for now"),
        (replace(plan, seeds=(1,)), "seeds: 7 in the folder"),
        (replace(plan, replicates=39), "replicates: 40 in the folder, only 39 now"),
        (replace(plan, engine="events"), "engine: compiled in the folder, events now"),
    ):
        with pytest.raises(ConflictError, match="Choose another --out") as error:
            batch(other, copy)
        assert said in str(error.value)
    assert {path: path.read_bytes() for path in before} == before


def test_another_engine_is_refused(copy: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "engine_version", lambda: "0123456789abcdef")
    for wanted in (plan, None):
        with (
            pytest.raises(ConflictError, match=f"made by engine {plan.engine_version}.*0123456789abcdef"),
            opened_batch(copy, wanted),
        ):
            pass


def test_other_libraries_must_pass_a_self_test(copy: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    content = read_json(copy / "plan.json")
    content["made_with"]["numpy"] = "1.0"
    write_json(copy / "plan.json", content)
    said: list[str] = []
    batch(plan, copy, say=said.append)
    assert any("numpy 1.0" in line and "same results" in line for line in said)
    monkeypatch.setattr(session, "first_difference", lambda *_: (3, "months"))
    with pytest.raises(ConflictError, match=r"numpy 1\.0 .* other results"):
        batch(plan, copy)


def test_every_field_changes_the_hash_or_is_cosmetic(plan: Plan) -> None:
    scenario = plan.points[0].scenario
    fields = {path.partition(".")[0] for path, _, _ in paths_of(scenario)} | {"uncertain", "correlations"}
    assert fields | set(COSMETIC) == set(type(scenario).model_fields)


# ---- damage


def test_flipped_bits_are_noticed_anywhere(tmp_path: Path) -> None:
    plan = faults.small_plan(tmp_path, faults.FILE.replace("replicates: 80", "replicates: 40"))
    assert len(list(faults.flipped_bits(plan, tmp_path, 30, seed=11))) == 30


def test_cut_files_are_noticed(tmp_path: Path) -> None:
    plan = faults.small_plan(tmp_path, faults.FILE.replace("seeds: [1, 2]", "seeds: [1]"))
    assert len(list(faults.cut_files(plan, tmp_path, 12))) >= 3 * 12


@pytest.fixture(autouse=True)
def _restore_chunk_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch_plan, "CHUNK", batch_plan.CHUNK)


def test_a_damaged_chunk_is_set_aside_and_made_again(
    plan: Plan, copy: Path, expected: dict[str, bytes], result: Result
) -> None:
    flipped, cut, swapped, other = chunks_of(copy)[:4]
    data = bytearray(flipped.read_bytes())
    data[len(data) // 2] ^= 4
    flipped.write_bytes(data)
    cut.write_bytes(cut.read_bytes()[:-1])
    swapped.write_bytes(other.read_bytes())
    found = damaged(copy)
    assert found[flipped] == "its checksum does not match"
    assert found[cut] == "it is cut short"
    assert found[swapped].startswith("it is the chunk ")
    with pytest.raises(IncompleteError, match=flipped.name):
        merged(copy)
    said: list[str] = []
    batch(plan, copy, say=said.append)
    assert sum("set aside" in line for line in said) == 3
    assert sorted(path.name for path in copy.rglob("*.bad")) == sorted(
        f"{path.name}.bad" for path in (flipped, cut, swapped)
    )
    assert result(copy) == expected


def test_aggregates_refuse_a_chunk_that_goes_bad_under_them(plan: Plan, copy: Path) -> None:
    held = contents(copy).held
    path = held[0].path
    path.write_bytes(path.read_bytes()[:-9] + b"x" + path.read_bytes()[-8:])
    with pytest.raises(DamagedError, match=path.name):
        points_table(plan, Chunks(held))


def test_missing_duplicated_and_foreign_chunks_are_told(plan: Plan, copy: Path, tmp_path: Path) -> None:
    gone, twin = chunks_of(copy)[:2]
    gone.unlink()
    shutil.copy(twin, twin.with_name("0000000999-0000001014.parquet"))
    found = damaged(copy)
    assert found[gone] == "is gone"
    assert "it is the chunk" in found[twin.with_name("0000000999-0000001014.parquet")]
    assert contents(copy).missing == 16
    stranger = replace(plan, seeds=(3,), points=plan.points[:1], replicates=5)
    batch(stranger, tmp_path / "stranger")
    (path,) = chunks_of(tmp_path / "stranger")
    shutil.copytree(path.parent, copy / "chunks" / path.parent.name)
    assert [finding.foreign for finding in contents(copy).findings if path.name == finding.path.name] == [True]
    with pytest.raises(ConflictError, match="of another batch"):
        batch(plan, copy)


def test_a_lost_plan_is_made_again_from_the_batch_file_only_if_it_fits(plan: Plan, copy: Path) -> None:
    (copy / "plan.json").write_text("{}")
    said: list[str] = []
    with pytest.raises(DamagedPlanError, match="repeat the `deference-sim batch` command"), opened_batch(copy, None):
        pass
    assert batch(plan, copy, say=said.append).is_complete
    assert any("made again from the batch file" in line for line in said)
    (copy / "plan.json").unlink()
    with pytest.raises(ConflictError, match="of another batch"):
        batch(replace(plan, points=plan.points[:1]), copy)


def test_merged_runs_of_an_earlier_plan_are_told(plan: Plan, copy: Path, result: Result) -> None:
    batch(replace(plan, replicates=50), copy)
    outdated = [finding for finding in contents(copy).findings if isinstance(finding, Finding)]
    assert {finding.reason for finding in outdated} == {"is of an earlier plan; merge again"}
    assert len(outdated) == 4
    result(copy)
    assert contents(copy).findings == []


def test_the_work_done_again_is_the_same_and_a_forged_chunk_is_found(copy: Path) -> None:
    whole = contents(copy)
    workers = Threads(2)
    found = repeat(whole, workers, lambda: False, lambda _: None)
    assert (found.same, found.different, found.failures) == (12, [], [])
    path = whole.held[0].path
    identity, content = opened(path.read_bytes())
    table = content.read()
    forged = np.array(table["months"]).copy()
    forged[3] += 1e-9
    column = table.schema.get_field_index("months")
    path.write_bytes(encoded(table.set_column(column, table.schema.field(column), [forged]), identity))
    check_sealed(path)
    found = repeat(contents(copy), workers, lambda: False, lambda _: None)
    workers.close()
    assert found.same == 11
    assert found.different == [f"{path}: replicate 3 differs in months"]
