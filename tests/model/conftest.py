"""Defects of the law that its tests have found and that are not mended yet; what passes again leaves the list."""

import pytest

KNOWN = {
    "test_whatever_a_file_may_say_the_text_gives_numbers": "some extreme values leave the range of numbers",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = KNOWN.get(item.name.split("[")[0])
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))
