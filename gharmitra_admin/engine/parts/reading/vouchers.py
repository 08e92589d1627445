"""One voucher with its lines, found by the number printed on it; a receipt with what was paid by it. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import apsw

from gharmitra_admin.engine.parts.books.meaning import EntryKind, paise
from gharmitra_admin.engine.parts.reading.cells import day_of
from gharmitra_admin.engine.parts.tables import Shape

_KINDS = {"RECEIPT": EntryKind.RECEIPT, "PAYMENT": EntryKind.PAYMENT}
_MOST = 20  # vouchers of one number, in a file of many societies
_MOST_LINES = 5000
_VOUCHER = ("id", "entry_number", "date", "description", "received_from", "total_debit", "voucher_type", "is_reversed")
_LINE = ("account_code", "description", "debit_amount", "credit_amount", "flat_id")
_PAID = ("receipt_number", "payment_date", "amount", "payment_mode", "transaction_reference", "bank_name", "remarks", "flat_id", "bill_id")


@dataclass(frozen=True, slots=True)
class VoucherLine:
    """One line of a voucher; amounts in paise."""

    account: str
    account_name: str
    text: str
    flat: str
    debit_paise: int
    credit_paise: int


@dataclass(frozen=True, slots=True)
class Paid:
    """What a receipt says of the payment itself."""

    day: date | None
    amount_paise: int | None
    mode: str
    reference: str
    bank: str
    remarks: str
    flat: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A voucher as a treasurer reads it. ``paid``: a receipt's payments. Amounts in paise, None where it has none."""

    kind: EntryKind
    number: str
    day: date | None
    received_from: str
    text: str
    amount_paise: int | None
    is_reversed: bool
    lines: tuple[VoucherLine, ...]
    paid: tuple[Paid, ...]


def find(connection: apsw.Connection, shapes: Mapping[str, Shape], number: str) -> tuple[Entry, ...]:
    """Find every entry of this number: RV-3512, rv 3512 and RV3512 are one. Raises apsw.Error, UnicodeDecodeError."""
    paid = _rows(connection, shapes, "payments", _PAID, "receipt_number", number)
    vouchers = _rows(connection, shapes, "journal_entries", _VOUCHER, "entry_number", number)
    accounts, flats = _named(connection, shapes, "account_codes", "code", "name"), _named(connection, shapes, "flats", "id", "flat_number")
    told = tuple(_paid(row, flats) for row in paid)
    if not vouchers:
        return (_alone(paid[0], told),) if paid else ()
    return tuple(_entry(row, _lines(connection, shapes, row["id"], accounts, flats), told) for row in vouchers)


def _entry(row: Mapping[str, Any], lines: tuple[VoucherLine, ...], paid: tuple[Paid, ...]) -> Entry:
    kind = _KINDS.get(_text(row["voucher_type"]).upper(), EntryKind.JOURNAL)
    return Entry(
        kind,
        _text(row["entry_number"]),
        day_of(row["date"]),
        _text(row["received_from"]),
        _text(row["description"]),
        paise(row["total_debit"]),
        bool(row["is_reversed"]),
        lines,
        paid if kind is EntryKind.RECEIPT else (),
    )


def _alone(row: Mapping[str, Any], paid: tuple[Paid, ...]) -> Entry:
    """A receipt whose voucher is not in the file."""
    number, day, amount = _text(row["receipt_number"]), day_of(row["payment_date"]), paise(row["amount"])
    return Entry(EntryKind.RECEIPT, number, day, "", _text(row["remarks"]), amount, False, (), paid)


def _paid(row: Mapping[str, Any], flats: Mapping[Any, str]) -> Paid:
    mode, reference, bank, remarks = (_text(row[name]) for name in ("payment_mode", "transaction_reference", "bank_name", "remarks"))
    return Paid(day_of(row["payment_date"]), paise(row["amount"]), mode, reference, bank, remarks, flats.get(row["flat_id"], ""))


def _lines(
    connection: apsw.Connection, shapes: Mapping[str, Shape], voucher: object, accounts: Mapping[Any, str], flats: Mapping[Any, str]
) -> tuple[VoucherLine, ...]:
    shape = shapes.get("transactions")
    if shape is None or "journal_entry_id" not in shape.columns or not isinstance(voucher, int):
        return ()
    named = ", ".join(_present(shape, _LINE))
    order = " ORDER BY id" if "id" in shape.columns else ""
    asked = connection.execute(
        f"SELECT {named} FROM main.transactions WHERE journal_entry_id = ?{order} LIMIT {_MOST_LINES}",  # noqa: S608 - our own names
        (voucher,),
    )
    rows: list[tuple[Any, ...]] = asked.fetchall()
    return tuple(
        VoucherLine(_text(code), accounts.get(code, ""), _text(text), flats.get(flat, ""), paise(debit) or 0, paise(credit) or 0)
        for code, text, debit, credit, flat in rows
    )


def _rows(
    connection: apsw.Connection, shapes: Mapping[str, Shape], table: str, columns: Sequence[str], by: str, number: str
) -> list[dict[str, Any]]:
    shape = shapes.get(table)
    if shape is None or by not in shape.columns:
        return []
    named = ", ".join(_present(shape, columns))
    wanted = number.strip()
    for where, value in ((f"{by} = ?", wanted), (f"replace(replace(upper({by}), '-', ''), ' ', '') = ?", _bare(wanted))):
        asked = connection.execute(f"SELECT {named} FROM main.{table} WHERE {where} LIMIT {_MOST}", (value,))  # noqa: S608 - our own names
        rows: list[tuple[Any, ...]] = asked.fetchall()
        if rows:
            return [dict(zip(columns, row, strict=True)) for row in rows]
    return []


def _bare(number: str) -> str:
    return number.upper().replace("-", "").replace(" ", "")


def _present(shape: Shape, columns: Sequence[str]) -> list[str]:
    """The columns to ask for; one that an older GharMitra had not is asked for as nothing."""
    return [name if name in shape.columns else "NULL" for name in columns]


def _named(connection: apsw.Connection, shapes: Mapping[str, Shape], table: str, key: str, name: str) -> dict[Any, str]:
    shape = shapes.get(table)
    if shape is None or not {key, name} <= set(shape.columns):
        return {}
    return {found: _text(said) for found, said in connection.execute(f"SELECT {key}, {name} FROM main.{table} LIMIT 100000")}  # noqa: S608 - our own names


def _text(value: object) -> str:
    return "" if value is None else str(value)
