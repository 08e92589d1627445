"""The made-up society's ledger: vouchers numbered in their series, each with lines that balance. Leaves rows only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from gharmitra_admin.engine.operations.demo.writer import ADMIN_ID, SOCIETY_ID, Writer, rupees

RECEIPT, PAYMENT, JOURNAL = "RV", "PV", "JV"
_TYPES = {RECEIPT: "RECEIPT", PAYMENT: "PAYMENT", JOURNAL: None}


@dataclass(frozen=True, slots=True)
class Line:
    """One ledger line: ``paise`` above zero is a debit, below a credit."""

    account: str
    paise: int
    category: str
    flat_id: int | None = None
    narration: str | None = None
    expense_month: str | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher that was entered, and the id of its last line."""

    id: int
    number: str
    day: date
    narration: str
    paise: int
    last_line: int


class Ledger:
    """Enters vouchers and keeps what each head of account comes to, in paise."""

    def __init__(self, writer: Writer) -> None:
        self.balances: Counter[str] = Counter()
        self._writer = writer
        self._numbers: Counter[str] = Counter()

    def enter(
        self,
        series: str,
        day: date,
        narration: str,
        lines: list[Line],
        *,
        expense_month: str | None = None,
        received_from: str | None = None,
        method: str | None = None,
        vendor_id: int | None = None,
    ) -> Voucher:
        """Enter one voucher under the next number of its series, with its lines."""
        total = sum(line.paise for line in lines if line.paise > 0)
        assert total == -sum(line.paise for line in lines if line.paise < 0), narration
        self._numbers[series] += 1
        number = f"{series}-{self._numbers[series]:04d}"
        at = self._writer.now(day)
        voucher = self._writer.put(
            "journal_entries",
            society_id=SOCIETY_ID,
            entry_number=number,
            date=str(day),
            expense_month=expense_month,
            description=narration,
            received_from=received_from,
            total_debit=rupees(total),
            total_credit=rupees(total),
            is_balanced=1,
            voucher_type=_TYPES[series],
            is_reversed=0,
            added_by=ADMIN_ID,
            created_at=at,
            updated_at=at,
        )
        last = 0
        for line in lines:
            last = self._line(line, voucher, series, day, narration, method, vendor_id)
        return Voucher(voucher, number, day, narration, total, last)

    def _line(self, line: Line, voucher: int, series: str, day: date, narration: str, method: str | None, vendor_id: int | None) -> int:
        self.balances[line.account] += line.paise
        income = series == RECEIPT or (series == JOURNAL and line.paise < 0)
        at = self._writer.now(day)
        return self._writer.put(
            "transactions",
            society_id=SOCIETY_ID,
            type="INCOME" if income else "EXPENSE",
            category=line.category,
            account_code=line.account,
            amount=rupees(abs(line.paise)),
            description=line.narration or narration,
            date=str(day),
            expense_month=line.expense_month,
            added_by=ADMIN_ID,
            debit_amount=rupees(max(line.paise, 0)),
            credit_amount=rupees(max(-line.paise, 0)),
            journal_entry_id=voucher,
            payment_method=method,
            is_reversed=0,
            vendor_id=vendor_id,
            flat_id=line.flat_id,
            created_at=at,
            updated_at=at,
        )
