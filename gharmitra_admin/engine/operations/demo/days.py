"""The made-up society's two years, day by day: bills, receipts, expenses, journals, and what people write. Leaves rows only."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from gharmitra_admin.engine.operations.demo.bills import Bills
from gharmitra_admin.engine.operations.demo.chart import (
    ACCOUNTS,
    BANK,
    CASH,
    COUNTER_EXPENSES,
    COUNTER_INCOME,
    EXPENSES,
    NAMES,
    PETTY_CASH,
)
from gharmitra_admin.engine.operations.demo.ledger import JOURNAL, PAYMENT, Ledger, Line, Voucher
from gharmitra_admin.engine.operations.demo.people import Society
from gharmitra_admin.engine.operations.demo.writer import ADMIN_ID, SOCIETY_ID, Writer, month_name, rupees

_COMPLAINTS = ("Seepage in the bathroom ceiling", "Lift stops between floors", "Car parked in my place", "No water after nine at night",
               "Loud music on the terrace", "Street dogs at the gate", "Bulb on the staircase is out")  # fmt: skip
_MESSAGES = ("Water will be off on Sunday from ten to one.", "Please park inside the lines.", "The lift engineer comes tomorrow.",
             "Thank you all for the clean-up.", "Whose keys are at the gate?", "The minutes are on the notice board.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day of the books to the last, and how many small counter vouchers are entered in it besides."""

    first: date
    last: date
    counter_vouchers: int = 0

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range(self.days))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Told:
    """What the audit log and the documents refer to: bills raised (id, number, paise) and expenses paid."""

    bills: list[tuple[int, str, int]]
    expenses: list[Voucher]
    receipts: int


def tell(writer: Writer, society: Society, period: Period, rng: random.Random) -> Told:
    """Enter every day of the period. Raises Cancelled, apsw.Error."""
    ledger = Ledger(writer)
    bills = Bills(writer, ledger, society, rng, until=period.last)
    desk = _Desk(writer, ledger, society, rng)
    for number, day in enumerate(period):
        if day.day == 1 and number:
            bills.raise_all((day - timedelta(days=1)).replace(day=1), day)
        bills.receive(day)
        desk.pay_regular(day)
        for _ in range(period.counter_vouchers * (number + 1) // period.days - period.counter_vouchers * number // period.days):
            desk.counter(day)
        desk.month_and_year(day)
        desk.people_write(day)
        writer.step()
    _close(writer, ledger, period)
    return Told(bills.raised, desk.paid, bills.receipts)


class _Desk:
    """All that the office enters besides bills and receipts."""

    def __init__(self, writer: Writer, ledger: Ledger, society: Society, rng: random.Random) -> None:
        self.paid: list[Voucher] = []
        self._writer, self._ledger, self._society, self._rng = writer, ledger, society, rng
        self._room = 0
        self._cash = {account.code: account.opening * 100 for account in ACCOUNTS}

    def pay_regular(self, day: date) -> None:
        for expense in EXPENSES:
            if expense.day != day.day:
                continue
            paise = self._rng.randint(expense.least * 100, expense.most * 100)
            text = f"{expense.narration} for {month_name(day)} (Ref: CHQ{self._rng.randrange(10**6):06d})"
            lines = [Line(expense.account, paise, "Payment"), Line(BANK, -paise, "Payment")]
            vendor = self._society.vendors[expense.vendor]
            self.paid.append(
                self._ledger.enter(PAYMENT, day, text, lines, expense_month=month_name(day, ", "), method="bank", vendor_id=vendor)
            )

    def counter(self, day: date) -> None:
        """A small amount over the counter, in cash: income where the till is low, else a purchase."""
        till = self._cash[CASH] + self._ledger.balances[CASH]
        paise = self._rng.randrange(40, 600) * 50
        values = {"times": self._rng.randrange(2, 30), "book": self._rng.randrange(1000, 10_000)}
        if till < 500_000:
            account, text = self._rng.choice(COUNTER_INCOME)
            lines = [Line(CASH, paise, NAMES[CASH]), Line(account, -paise, NAMES[account])]
            self._ledger.enter(JOURNAL, day, text.format(**values), lines)
        else:
            account, text = self._rng.choice(COUNTER_EXPENSES)
            lines = [Line(account, paise, "Payment"), Line(CASH, -paise, "Payment")]
            self._ledger.enter(PAYMENT, day, text.format(**values), lines, method="cash")

    def month_and_year(self, day: date) -> None:
        """The journals of a month's last day, and of the year's."""
        if (day + timedelta(days=1)).day != 1:
            return
        self._journal(day, f"Cash withdrawn for petty expenses {month_name(day)}", PETTY_CASH, BANK, 600_000)
        self._journal(day, f"Stationery and sundries out of petty cash {month_name(day)}", "5017", PETTY_CASH, 585_050)
        self._journal(day, f"Bank charges {month_name(day)}", "5034", BANK, self._rng.randrange(8_000, 45_000))
        if day.month == 3:
            self._journal(day, f"Depreciation of lifts for the year ended {day.day} {month_name(day)}", "5142", "1590", 8_200_000)
            self._journal(day, f"Interest on fixed deposits for the year ended {day.day} {month_name(day)}", "1070", "4420", 8_160_000)

    def _journal(self, day: date, text: str, debit: str, credit: str, paise: int) -> None:
        lines = [Line(debit, paise, NAMES[debit]), Line(credit, -paise, NAMES[credit])]
        self._ledger.enter(JOURNAL, day, text, lines, expense_month=month_name(day, ", "))

    def people_write(self, day: date) -> None:
        if day.day in (4, 14, 23):
            self._complaint(day)
        if day.weekday() == 6:
            self._message(day)
        if day.day == 10:
            self._meeting(day)

    def _complaint(self, day: date) -> None:
        flat, what, at = self._rng.choice(self._society.flats), self._rng.choice(_COMPLAINTS), self._writer.now(day)
        self._writer.put(
            "complaints",
            society_id=SOCIETY_ID,
            user_id=self._rng.randint(1, self._society.users),
            type="OTHER",
            scope="INDIVIDUAL",
            title=what,
            description=f"{what}. Flat {flat.number}, {flat.owner}.",
            status="OPEN",
            priority="MEDIUM",
            created_at=at,
            updated_at=at,
        )

    def _message(self, day: date) -> None:
        at = self._writer.now(day)
        self._room = self._room or self._writer.put("chat_rooms", society_id=SOCIETY_ID, name="General", type="GENERAL", created_at=at)
        self._writer.put(
            "messages", room_id=self._room, sender_id=ADMIN_ID, sender_name="Office", content=self._rng.choice(_MESSAGES), created_at=at
        )

    def _meeting(self, day: date) -> None:
        at = self._writer.now(day)
        self._writer.put(
            "meetings",
            society_id=SOCIETY_ID,
            meeting_type="MC",
            meeting_number=f"MC/{day.year}/{day.month:03d}",
            meeting_date=str(day),
            meeting_time="18:00",
            meeting_title=f"Managing committee, {month_name(day)}",
            venue="Society office",
            notice_sent=1,
            notice_sent_to="all_members",
            status="SCHEDULED",
            total_members_present=0,
            quorum_met=0,
            minutes_approved=0,
            created_by=ADMIN_ID,
            created_at=at,
            updated_at=at,
        )


def _close(writer: Writer, ledger: Ledger, period: Period) -> None:
    """Write the heads of account with what they come to: opening on its natural side, plus debits less credits."""
    at = writer.now(period.last)
    for account in ACCOUNTS:
        writer.put(
            "account_codes",
            society_id=SOCIETY_ID,
            code=account.code,
            name=account.name,
            type=account.type,
            category=account.category,
            opening_balance=account.opening,
            current_balance=rupees(account.opening * 100 + ledger.balances[account.code]),
            is_fixed_expense=0,
            created_at=at,
            updated_at=at,
        )
