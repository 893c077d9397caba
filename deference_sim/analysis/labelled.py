"""Labelled arrays: xarray, which only those need who ask for it."""

from importlib import import_module
from typing import Any


def labelled_arrays(asking: str) -> Any:
    """Return xarray for what is ``asking``. Raises ``ModuleNotFoundError`` with the remedy if it is not installed."""
    try:
        return import_module("xarray")
    except ModuleNotFoundError as error:
        told = f"{asking} needs xarray, which is not installed: pip install 'deference-sim[xarray]'"
        raise ModuleNotFoundError(told, name="xarray") from error
