"""What a treasurer types is understood the way she writes it."""

from __future__ import annotations

from datetime import date

import pytest

from gharmitra_admin.engine.parts.reading import Amount, Day, Month, Word, day_typed, terms

DAY = date(2026, 11, 5)


@pytest.mark.parametrize(
    "typed", ["05/11/2026", "5/11/2026", "5-11-2026", "5.11.2026", "5/11/26", "2026-11-05", "5 Nov 2026", "5th november 2026", "५/११/२०२६"]
)
def test_a_day_is_read_in_every_usual_way_day_first(typed: str) -> None:
    (found,) = terms(typed)
    assert isinstance(found, Day)
    assert found.day == DAY
    assert day_typed(typed) == DAY


@pytest.mark.parametrize("typed", ["31/02/2026", "5/13/2026", "1-1001", "", "Nov 2026", "5 Nov 2026 x"])
def test_what_is_no_day_is_none(typed: str) -> None:
    assert day_typed(typed) is None


@pytest.mark.parametrize("typed", ["Nov 2026", "november 2026", "11/2026", "Nov, 2026"])
def test_a_month(typed: str) -> None:
    (found,) = terms(typed)
    assert isinstance(found, Month)
    assert found.first == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("typed", "paise"),
    [("3,000", 300_000), ("₹3,000.00", 300_000), ("1,11,000.50", 11_100_050), ("3000", 300_000), ("0.05", 5), ("Rs.250", 25_000)],
)
def test_an_amount_is_exact_in_paise(typed: str, paise: int) -> None:
    (found,) = terms(typed)
    assert isinstance(found, Amount)
    assert found.paise == paise


def test_a_plain_number_may_be_a_number_on_paper_too() -> None:
    (plain,) = terms("3512")
    assert isinstance(plain, Amount)
    assert plain.word == Word("3512", 3512)
    (grouped,) = terms("3,512")
    assert isinstance(grouped, Amount)
    assert grouped.word is None


def test_words_days_and_amounts_stand_beside_one_another() -> None:
    found = terms("C-1004 10 Nov 2026 4,242")
    assert [type(one) for one in found] == [Day, Word, Amount]


def test_endless_input_is_cut() -> None:
    assert len(terms("a " * 100_000)) <= 12
