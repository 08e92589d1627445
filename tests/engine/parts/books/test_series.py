"""Voucher numbers in any order: how many, from where to where, and which are missing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gharmitra_admin.engine.parts.books.accounts import SeriesFigures
from gharmitra_admin.engine.parts.books.series import Series


def of(numbers: list[int]) -> tuple[SeriesFigures, ...]:
    series = Series()
    for number in numbers:
        series.add(f"RV-{number:04d}", is_reversal=False, is_cancelled=False)
    return series.figures()


@given(st.lists(st.integers(0, 300), min_size=1))
def test_it_says_what_a_set_of_the_numbers_says(numbers: list[int]) -> None:
    (found,) = of(numbers)
    every = set(numbers)
    missing = sorted(set(range(min(every), max(every))) - every)
    assert (found.count, found.first, found.last) == (len(every), f"RV-{min(every):04d}", f"RV-{max(every):04d}")
    told = [number for gap in found.missing for number in range(int(gap.first[3:]), int(gap.last[3:]) + 1)]
    assert told == missing[: len(told)]
    assert found.missing_count == len(missing)
    assert len(found.missing) == 100 or told == missing


def test_a_long_series_backwards_is_still_one() -> None:
    (found,) = of(list(range(120_000, 0, -1)))
    assert (found.count, found.missing_count, found.first, found.last) == (120_000, 0, "RV-0001", "RV-120000")


def test_numbers_with_more_gaps_than_any_peoples_series_are_told_of_no_more() -> None:
    assert of(list(range(0, 240_000, 2))) == ()


def test_more_series_than_are_told_do_not_hide_the_first() -> None:
    series = Series()
    for prefix in range(300):
        series.add(f"S{prefix:03d}x-1", is_reversal=False, is_cancelled=False)
    assert len(series.figures()) == 100
