"""Records as Parquet files that any reader can read and that notice a single flipped bit.

The footer holds an identity (what the records are of) and a seal: the SHA-256 of the whole file with the seal itself
read as zeros. Page checksums are written, and verified on reading.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from deference_sim.batches.files import DamagedError, written_whole
from deference_sim.batches.plan import Run
from deference_sim.model.roads import ROADS
from deference_sim.model.state import OUTCOMES
from deference_sim.study.runner import hazard_names
from deference_sim.trajectory.record import NEVER_IS_INFINITE, RECORD_DTYPE, YES_OR_NO

ROWS_OF_A_GROUP: Final = 65_536

_IDENTITY, _SEAL = "deference_sim.identity", "deference_sim.seal"
_NO_SEAL = b"0" * 64
_BEFORE_THE_SEAL = _SEAL.encode() + b"\x18\x40"  # Thrift: text of 64 bytes follows
_OUTCOME_WORDS = pa.array(OUTCOMES[1:])
_ROAD_WORDS = pa.array(list(ROADS))
_WORD = pa.dictionary(pa.int32(), pa.string())
ORIGIN: Final = ("scenario", "point", "seed")  # columns that tell records of several runs apart
_LARGEST_NUMBER: Final = 2**64 - 1  # that a column can hold; a larger seed is text


@cache
def schema(large_seed: bool = False) -> pa.Schema:
    """Return the columns of a table of records: of what run they are, and what was recorded."""
    origin = {"scenario": _WORD, "point": _WORD, "seed": pa.string() if large_seed else pa.uint64()}
    kinds = dict.fromkeys(("outcome", "road", "cause"), _WORD) | dict.fromkeys(YES_OR_NO, pa.bool_())
    plain = {name: pa.from_numpy_dtype(RECORD_DTYPE[name]) for name in RECORD_DTYPE.names or ()}
    return pa.schema(origin | plain | kinds)


def table_of(records: NDArray[np.void], run: Run) -> pa.Table:
    """Return records of a run as a table: words for outcomes, roads and causes, missing for what never happened."""
    words = pa.array(hazard_names(run.scenario), pa.string())
    wanted = schema(run.seed > _LARGEST_NUMBER)
    columns = []
    for name in wanted.names:
        if name in ORIGIN:
            columns.append(_repeated(run, name, len(records)))
            continue
        values = np.ascontiguousarray(records[name])
        if name == "outcome":
            columns.append(pa.DictionaryArray.from_arrays(pa.array(values - 1, pa.int32()), _OUTCOME_WORDS))
        elif name == "road":
            columns.append(pa.DictionaryArray.from_arrays(pa.array(values, pa.int32()), _ROAD_WORDS))
        elif name == "cause":
            columns.append(pa.DictionaryArray.from_arrays(pa.array(values, pa.int32(), mask=values < 0), words))
        elif name in YES_OR_NO:
            columns.append(pa.array(values.astype(bool)))
        elif name == "handoff_estimate":
            columns.append(pa.array(values, mask=~np.isfinite(records["handoff_month"])))
        elif name in NEVER_IS_INFINITE:
            columns.append(pa.array(values, mask=~np.isfinite(values)))
        else:
            columns.append(pa.array(values))
    return pa.table(columns, schema=wanted)


def _repeated(run: Run, name: str, rows: int) -> pa.Array:
    """Return a column that says for each row of what run it is."""
    if name == "seed":
        return pa.repeat(pa.scalar(run.seed, pa.uint64()) if run.seed <= _LARGEST_NUMBER else str(run.seed), rows)
    words = pa.array([run.listed if name == "scenario" else run.point])
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int32)), words)


def encoded(table: pa.Table, identity: Mapping[str, Any]) -> bytes:
    """Return a sealed file of ``table``: the same bytes for the same table and identity."""
    stream = io.BytesIO()
    _write(stream, [table], identity)
    return stream.getvalue()


def opened(data: bytes) -> tuple[dict[str, Any], pq.ParquetFile]:
    """Return the identity and the content of a sealed file. Raises ``DamagedError`` if one bit is not as written."""
    place = _place_of_seal(data)
    seal = data[place : place + len(_NO_SEAL)]
    if _stream_digest(io.BytesIO(data), place).encode() != seal:
        raise DamagedError("its checksum does not match")
    content = pq.ParquetFile(io.BytesIO(data), page_checksum_verification=True)
    return json.loads(content.metadata.metadata[_IDENTITY.encode()]), content


def seal_of(data: bytes) -> str:
    """Return the seal that is written in a sealed file."""
    place = _place_of_seal(data)
    return data[place : place + len(_NO_SEAL)].decode()


def write_merged(path: Path, tables: Iterable[pa.Table], run: Run, identity: Mapping[str, Any]) -> None:
    """Write ``tables`` of a run, in order, as one sealed file whose bytes do not depend on where they were cut."""
    with written_whole(path, check_sealed) as stream:
        _write(stream, _regrouped(tables, run), identity)


def check_sealed(path: Path) -> None:
    """Raise ``DamagedError`` unless the sealed file at ``path``, which may be larger than memory, is as written."""
    with open(path, "rb") as stream:
        place, seal = _seal_in(stream)
        if _stream_digest(stream, place).encode() != seal:
            raise DamagedError("its checksum does not match")


def _write(stream: BinaryIO, tables: Iterable[pa.Table], identity: Mapping[str, Any]) -> None:
    tables = iter(tables)
    first = next(tables)
    floats = [field.name for field in first.schema if pa.types.is_floating(field.type)]
    writer = pq.ParquetWriter(
        stream,
        first.schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in first.schema.names if name not in floats],
        column_encoding=dict.fromkeys(floats, "BYTE_STREAM_SPLIT"),
        write_statistics=False,  # a reader that trusts them would be misled where they are damaged
        write_page_checksum=True,
    )
    for table in chain([first], tables):
        writer.write_table(table, row_group_size=ROWS_OF_A_GROUP)
    text = json.dumps(dict(identity), sort_keys=True)
    writer.add_key_value_metadata({_IDENTITY: text, _SEAL: _NO_SEAL.decode()})
    writer.close()
    place, _ = _seal_in(stream)
    digest = _stream_digest(stream, place)
    stream.seek(place)
    stream.write(digest.encode())


def _regrouped(tables: Iterable[pa.Table], run: Run) -> Iterator[pa.Table]:
    words = {
        "scenario": pa.array([run.listed]),
        "point": pa.array([run.point]),
        "outcome": _OUTCOME_WORDS,
        "road": _ROAD_WORDS,
        "cause": pa.array(hazard_names(run.scenario), pa.string()),
    }
    waiting: pa.Table = schema(run.seed > _LARGEST_NUMBER).empty_table()
    for table in tables:
        waiting = pa.concat_tables([waiting, _with_words(table, words)])
        while len(waiting) >= ROWS_OF_A_GROUP:
            yield waiting.slice(0, ROWS_OF_A_GROUP).combine_chunks()
            waiting = waiting.slice(ROWS_OF_A_GROUP)
    if len(waiting):
        yield waiting.combine_chunks()


def _with_words(table: pa.Table, words: Mapping[str, pa.Array]) -> pa.Table:
    """Return ``table`` with the same dictionaries whatever words happen to be in it."""
    for name, known in words.items():
        codes = pc.index_in(table[name].combine_chunks().cast(pa.string()), value_set=known)
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(name), pa.DictionaryArray.from_arrays(codes, known))
    return table


def _place_of_seal(data: bytes) -> int:
    if len(data) < 12 or data[-4:] != b"PAR1":
        raise DamagedError("it is cut short")
    start = data.rfind(_BEFORE_THE_SEAL)
    if start < 0:
        raise DamagedError("it has no seal")
    return start + len(_BEFORE_THE_SEAL)


def _seal_in(stream: BinaryIO) -> tuple[int, bytes]:
    """Return where the seal stands in a file, and what it says, from the footer alone."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(size - 8, 0))
    length = int.from_bytes(stream.read(4), "little") + 8
    start = max(size - length, 0)
    stream.seek(start)
    footer = stream.read()
    place = _place_of_seal(footer)
    return start + place, footer[place : place + len(_NO_SEAL)]


def _stream_digest(stream: BinaryIO, place: int) -> str:
    """Return the digest of a file with the seal at ``place`` read as zeros."""
    digest = hashlib.sha256()
    stream.seek(0)
    position = 0
    while part := bytearray(stream.read(1 << 20)):
        for offset in range(max(place - position, 0), min(place + len(_NO_SEAL) - position, len(part))):
            part[offset] = _NO_SEAL[0]
        digest.update(part)
        position += len(part)
    return digest.hexdigest()
