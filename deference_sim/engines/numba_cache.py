"""Numba's cache of compiled functions, made forgiving: what cannot be read or kept is compiled again, and fails no run.

Numba lets every fault of a file through: of a disk that is full, of a file that was cut. A file of machine code in
which a bit has changed it would run.
"""

import hashlib
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

_DIGEST = 16  # bytes at the head of a file, of what follows


def make_forgiving(function: Any) -> None:
    """Let a function that Numba compiles, and caches, take a cache that fails for one that is empty."""
    cache = function._cache
    _seal(cache._cache_file)
    load, save = cache.load_overload, cache.save_overload

    def load_or_none(signature: Any, context: Any) -> Any:
        with suppress(Exception):  # such as a folder that cannot be read
            return load(signature, context)

    def save_if_possible(signature: Any, compiled: Any) -> None:
        with suppress(Exception):
            save(signature, compiled)

    cache.load_overload, cache.save_overload = load_or_none, save_if_possible


def _seal(files: Any) -> None:
    """Let files begin with a digest, which is checked before anything in them is used."""

    def save(path: str, content: Any) -> None:
        kept = files._dump(content)
        with files._open_for_write(path) as file:
            file.write(_digest(kept) + kept)

    def load(path: str) -> Any:
        kept = Path(path).read_bytes()
        if _digest(kept[_DIGEST:]) != kept[:_DIGEST]:
            raise OSError("damaged")  # which Numba takes for a missing file of machine code
        return pickle.loads(kept[_DIGEST:])

    def load_index() -> Any:
        try:
            stamp, found = load(files._index_path)
        except OSError:
            return {}
        return found if stamp == files._source_stamp else {}

    files._save_data = lambda name, data: save(files._data_path(name), data)
    files._load_data = lambda name: load(files._data_path(name))
    files._save_index = lambda found: save(files._index_path, (files._source_stamp, found))
    files._load_index = load_index


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()
