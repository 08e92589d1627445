"""What GharMitra's tables mean to people: which hold entries, of what kind, with what amount, date and name. Leaves nothing on disk.

Table and column names are GharMitra's own. A table that is not named here is compared all the same, under its own name.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation


class EntryKind(enum.Enum):
    """What an entry is to a treasurer. Amounts of different kinds are never added together."""

    RECEIPT = "receipt"
    PAYMENT = "payment"
    JOURNAL = "journal"
    BILL = "bill"
    MEMBER = "member"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Meaning:
    """One table. ``kind`` None: its rows are parts of entries, or matter to the program only.

    ``amount``: the column with the rupees of a row; ``date``: the day it belongs to; ``label``: the columns people know a row by.
    """

    kind: EntryKind | None = None
    amount: str | None = None
    date: str | None = None
    label: tuple[str, ...] = ()


_OTHER = EntryKind.OTHER
_MEMBER = EntryKind.MEMBER
_MEANINGS = {
    "journal_entries": Meaning(EntryKind.JOURNAL, "total_debit", "date", ("entry_number", "description", "received_from")),
    "payments": Meaning(EntryKind.RECEIPT, "amount", "payment_date", ("receipt_number",)),
    "maintenance_bills": Meaning(EntryKind.BILL, "amount", None, ("bill_number", "flat_number", "month", "year")),
    "transactions": Meaning(None, "amount", "date", ("description", "account_code")),
    "online_payments": Meaning(None, "total_amount", "created_at", ("gateway_order_id", "customer_name")),
    "flats": Meaning(_MEMBER, None, None, ("flat_number", "owner_name")),
    "members": Meaning(_MEMBER, None, "move_in_date", ("name",)),
    "users": Meaning(_MEMBER, None, None, ("name", "email", "role")),
    "complaints": Meaning(_OTHER, None, "created_at", ("title",)),
    "meetings": Meaning(_OTHER, None, "meeting_date", ("meeting_number", "meeting_title")),
    "messages": Meaning(_OTHER, None, "created_at", ("content",)),
    "voucher_attachments": Meaning(_OTHER, None, "created_at", ("file_name",)),
    "resource_files": Meaning(_OTHER, None, "created_at", ("file_name",)),
    "opening_balances": Meaning(None, "opening_balance", None, ("account_name",)),
    "audit_adjustments": Meaning(None, "amount", "adjustment_date", ("adjustment_number",)),
    "account_codes": Meaning(None, None, None, ("code", "name")),
    "financial_years": Meaning(None, None, "start_date", ("year_name",)),
    "vendors": Meaning(None, None, None, ("name",)),
    "supplementary_bill_flats": Meaning(None, "amount", None, ()),
    "supplementary_bills": Meaning(None, None, "date", ("title",)),
    "water_expenses": Meaning(None, "total_amount", None, ("description", "month", "year")),
    "fixed_expenses": Meaning(None, "amount", None, ("name",)),
    "assets": Meaning(None, "original_cost", "purchase_date", ("asset_code", "name")),
    "societies": Meaning(None, None, None, ("name",)),
    "audit_logs": Meaning(None, None, "created_at", ("action_type", "entity_type", "entity_id")),
    "document_templates": Meaning(None, None, None, ("template_name",)),
}
_UNKNOWN = Meaning()
# What GharMitra writes by itself, so that it may differ though nobody has entered anything.
KEPT_BY_ITSELF = frozenset({"audit_logs", "document_templates"})


def meaning(table: str) -> Meaning:
    """Tell what a table means; nothing is known of one that is not GharMitra's."""
    return _MEANINGS.get(table, _UNKNOWN)


def paise(value: object) -> int | None:
    """An amount as whole paise, exactly as its digits say, a half rounded up; None where it is no amount."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        amount = Decimal(repr(value) if isinstance(value, float) else value) * 100
        return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)) if amount.is_finite() else None
    except InvalidOperation:
        return None
