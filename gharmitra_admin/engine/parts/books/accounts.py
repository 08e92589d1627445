"""The figures of the books as an accountant asks for them, the way a manifest keeps them. Leaves nothing on disk.

Every amount is in whole paise, a debit above zero, a credit below. A financial year of GharMitra's runs from April to March unless its
own table says otherwise. Balance-sheet accounts open with what they closed with; income and expense open at nothing each year, and what
they came to is ``brought_forward``. Lines of reversed vouchers count, as their reversals do: together they come to nothing.
"""

from __future__ import annotations

import enum

import msgspec

from gharmitra_admin.engine.parts.books.dues import FlatDues

VERSION = 1
RESULT_TYPES = frozenset({"INCOME", "EXPENSE"})  # of accounts that open at nothing each year


class YearStatus(enum.Enum):
    """How far GharMitra has closed a financial year."""

    OPEN = "open"
    PROVISIONALLY_CLOSED = "provisionally closed"
    FINALLY_CLOSED = "finally closed"


class Account(msgspec.Struct, frozen=True, array_like=True):
    """A head of account that has figures. ``type`` is GharMitra's, in capitals; both empty where only the ledger knows the code."""

    code: str
    name: str
    type: str


class AccountFigures(msgspec.Struct, frozen=True, array_like=True):
    """One account in one financial year, by voucher date."""

    code: str
    opening: int
    debit: int
    credit: int
    closing: int


class Movement(msgspec.Struct, frozen=True, array_like=True):
    """What an account got, and gave."""

    code: str
    debit: int
    credit: int


class YearFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """One financial year, its accounts as on its last day. ``status`` None: GharMitra has no such year.

    ``vouchers`` are dated in it, ``later_vouchers`` after it. ``brought_forward``: what income and expense of all earlier years came to,
    a surplus below zero. Accounts without any figure are left out.
    """

    name: str
    first: str
    last: str
    status: YearStatus | None
    accounts: tuple[AccountFigures, ...]
    vouchers: int = 0
    later_vouchers: int = 0
    brought_forward: int = 0

    @property
    def debit(self) -> int:
        return sum(account.debit for account in self.accounts)

    @property
    def credit(self) -> int:
        return sum(account.credit for account in self.accounts)

    def closing(self, code: str) -> int:
        """What an account closed with; 0 where it has no figures."""
        return next((account.closing for account in self.accounts if account.code == code), 0)


class Missing(msgspec.Struct, frozen=True, array_like=True):
    """Voucher numbers that are not there, from one to another."""

    first: str
    last: str
    count: int


class SeriesFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """The vouchers of one series by their numbers. Missing: between its first and its last, the first hundred gaps of them.

    ``cancelled``: reversed by a later voucher; ``reversals``: vouchers that reverse one of this series ("RV-0007-R").
    """

    prefix: str
    count: int
    first: str
    last: str
    missing_count: int = 0
    missing: tuple[Missing, ...] = ()
    cancelled: int = 0
    reversals: int = 0


class SocietyFigures(msgspec.Struct, frozen=True, omit_defaults=True):
    """The books of one society. ``name`` is empty where only the ledger knows it.

    ``later_vouchers`` are dated after the day of the figures, ``later`` is what those of that day's own year moved. ``dues``: flats
    that owe or have paid ahead; ``dues_of_no_flat``: the rest of the members' account. ``unbalanced``: vouchers whose lines or totals
    do not balance, the first twenty of them by number. ``opening_difference``: what the first openings do not balance by.
    ``undated_lines`` are in no year, ``unread_amounts`` count as 0, ``loose_lines`` belong to no voucher and come to ``loose``.
    """

    id: int
    name: str
    accounts: tuple[Account, ...] = ()
    years: tuple[YearFigures, ...] = ()
    later_vouchers: int = 0
    later: tuple[Movement, ...] = ()
    series: tuple[SeriesFigures, ...] = ()
    vouchers: int = 0
    dues: tuple[FlatDues, ...] = ()
    dues_of_no_flat: int = 0
    flats: int = 0
    members: int = 0
    documents: int = 0
    unbalanced_count: int = 0
    unbalanced: tuple[str, ...] = ()
    opening_difference: int = 0
    undated_lines: int = 0
    unread_amounts: int = 0
    loose_lines: int = 0
    loose: int = 0

    def year_of(self, day: str) -> YearFigures | None:
        """The financial year that a day (ISO 8601) is in."""
        return next((year for year in self.years if year.first <= day <= year.last), None)

    def name_of(self, code: str) -> str:
        """What an account is called; empty where it is not known."""
        return next((account.name for account in self.accounts if account.code == code), "")


class BooksFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All societies of one file. ``as_on``: the local day on which they were reckoned."""

    version: int = VERSION
    as_on: str
    societies: tuple[SocietyFigures, ...]

    def to_date(self, society: SocietyFigures) -> dict[str, int]:
        """What every account comes to on the day of the figures, later entries left out; income and expense since that year began."""
        year = society.year_of(self.as_on)
        later = {one.code: one.debit - one.credit for one in society.later}
        return {account.code: account.closing - later.get(account.code, 0) for account in year.accounts} if year else {}
