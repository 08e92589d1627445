"""What is found inside a backup reads as a treasurer reads it, and nothing in it can mislead her."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from gharmitra_admin.engine.parts.books.places import PLACES, TABLES
from gharmitra_admin.engine.parts.reading import Bytes, Cell, Column, Cut, Holds, Rupees, Withheld
from gharmitra_admin.engine.parts.reading.flat_ledger import Flat, FlatLedger
from gharmitra_admin.wording import books, inside
from gharmitra_admin.wording.columns import CHOICES, COLUMNS
from gharmitra_admin.wording.columns import PLACES as TITLES
from gharmitra_admin.wording.language import Words
from tests.builders.clock import KOLKATA

WORDS = Words()


def test_every_table_and_every_place_has_a_plain_title() -> None:
    assert [table for table in TABLES if books.title(WORDS, table) == table] == []
    assert {place.key for place in PLACES} <= set(TITLES)
    assert all(place.table in TABLES for place in PLACES)
    assert not [word for word in (*COLUMNS.values(), *CHOICES.values()) if "_" in word]


def test_a_strange_table_keeps_its_own_names() -> None:
    assert inside.place(WORDS, "table:my_own") == "my_own"
    assert inside.column(WORDS, "table:my_own", "payment_date") == "payment_date"
    assert inside.column(WORDS, "table:payments", "payment_date") == "Date"
    assert inside.column(WORDS, "table:payments", "receipt_sent_at") == "Receipt sent at"


@pytest.mark.parametrize(
    ("holds", "value", "said"),
    [
        (Holds.AMOUNT, Rupees(11_100_000), "₹1,11,000.00"),
        (Holds.AMOUNT, Rupees(-5), "-₹0.05"),
        (Holds.DATE, date(2026, 11, 5), "05/11/2026"),
        (Holds.MOMENT, datetime(2026, 11, 5, 20, 0, tzinfo=UTC), "06/11/2026, 1:30 AM"),
        (Holds.YES_NO, True, "yes"),
        (Holds.CHOICE, "BANK_TRANSFER", "Bank transfer"),
        (Holds.CHOICE, "SOMETHING_NEW", "Something new"),
        (Holds.TEXT, "SOMETHING_NEW", "SOMETHING_NEW"),
        (Holds.TEXT, "two\nlines\tand \u202eback\u202c", "two lines and back"),
        (Holds.TEXT, "क्‍ष", "क्‍ष"),
        (Holds.TEXT, Cut("abc"), "abc…"),
        (Holds.SECRET, Withheld(), "(not shown)"),
        (Holds.TEXT, Bytes(2000), "(2 KB)"),
        (Holds.NUMBER, 12.5, "12.5"),
        (Holds.NUMBER, None, ""),
    ],
)
def test_values(holds: Holds, value: Cell, said: str) -> None:
    assert inside.cell(WORDS, Column("x", holds), value, KOLKATA) == said


def test_a_month_has_its_name() -> None:
    assert inside.cell(WORDS, Column("month", Holds.NUMBER), 10, None) == "Oct"
    assert inside.cell(WORDS, Column("month", Holds.NUMBER), 13, None) == "13"


@pytest.mark.parametrize(
    ("text", "pasted"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-cmd|x", "'-cmd|x"), ("-₹3,000.00", "-₹3,000.00"), ("C-1004", "C-1004")]
)
def test_nothing_that_is_pasted_becomes_a_formula(text: str, pasted: str) -> None:
    assert inside.for_sheet(text) == pasted


@pytest.mark.parametrize(("paise", "said"), [(0, "nothing due"), (424_200, "₹4,242.00 due"), (-100, "₹1.00 paid ahead")])
def test_a_ledger_says_what_is_due_on_its_day(paise: int, said: str) -> None:
    told = FlatLedger(None, date(2026, 11, 22), 0, (), paise, later=1, undated=2, undated_paise=50)
    assert inside.ledger_headline(WORDS, Flat(1, "C-1004", "Pooja"), told) == f"C-1004: {said} on 22/11/2026."
    assert inside.ledger_notes(WORDS, told) == "1 later line is not in this. 2 lines without a day (₹0.50) are not in this."
