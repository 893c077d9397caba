"""Tables of records, compared."""

import pandas as pd


def assert_same(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """Assert that two tables of records are the same to the last bit."""
    pd.testing.assert_frame_equal(first, second, check_exact=True)
