"""Where a treasurer looks things up, and in what order a table's columns tell her most. Leaves nothing on disk.

Table and column names are GharMitra's own. What is not named here keeps its own order and its own names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gharmitra_admin.engine.parts.books.meaning import meaning


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to look through: a table, or those of its rows that a condition picks. ``key`` is what words are found by."""

    key: str
    table: str
    condition: str = ""
    needs: tuple[str, ...] = ()
    newest_first: bool = False


_VOUCHER = "upper(coalesce(voucher_type, ''))"
PLACES = (
    Place("receipts", "payments", newest_first=True),
    Place("payments", "journal_entries", f"{_VOUCHER} = 'PAYMENT'", ("voucher_type",), newest_first=True),
    Place("journals", "journal_entries", f"{_VOUCHER} NOT IN ('RECEIPT', 'PAYMENT')", ("voucher_type",), newest_first=True),
    Place("bills", "maintenance_bills", newest_first=True),
    Place("flats", "flats"),
    Place("members", "members"),
    Place("accounts", "account_codes"),
    Place("vendors", "vendors"),
    Place("documents", "voucher_attachments", newest_first=True),
    Place("complaints", "complaints", newest_first=True),
    Place("meetings", "meetings", newest_first=True),
)
TABLE_PREFIX = "table:"

TABLES = frozenset(
    {"account_codes", "admin_guidelines_acknowledgments", "apartment_settings", "approval_requests", "approval_workflows", "assets"}
    | {"audit_adjustments", "audit_logs", "chat_rooms", "complaints", "custom_roles", "document_access_logs", "document_checklists"}
    | {"document_templates", "family_members", "financial_years", "fixed_expenses", "flats", "journal_entries", "maintenance_bills"}
    | {"meeting_agenda_items", "meeting_attendance", "meeting_resolutions", "meeting_votes", "meetings", "members", "members_archive"}
    | {"messages", "moveout_checklist", "moveout_requests", "noc_documents", "noc_generation_log", "online_payments", "opening_balances"}
    | {"payment_links", "payment_reminders", "payments", "permissions", "personal_arrears", "physical_documents_checklist"}
    | {"resource_files", "role_permissions", "societies", "society_settings", "supplementary_bill_flats", "supplementary_bills"}
    | {"template_categories", "template_usage_log", "transactions", "user_role_assignments", "users", "vendors", "voucher_attachments"}
    | {"water_expenses"}
)
"""Every table GharMitra makes."""

_KNOWN_BY = {
    "journal_entries": ("entry_number",),
    "maintenance_bills": ("flat_number", "month", "year"),
    "transactions": ("description",),
    "flats": ("flat_number",),
    "users": ("name",),
    "account_codes": ("code", "name"),
    "meetings": ("meeting_title",),
    "supplementary_bills": ("title",),
    "chat_rooms": ("name",),
    "custom_roles": ("role_name",),
    "online_payments": ("gateway_order_id",),
}
_FIRST: Mapping[str, tuple[str, ...]] = {
    "payments": (
        *("receipt_number", "payment_date", "flat_id", "amount", "payment_mode", "bill_id", "remarks"),
        *("transaction_reference", "bank_name", "status", "late_fee_charged"),
    ),
    "journal_entries": (
        *("entry_number", "date", "description", "received_from", "total_debit", "total_credit", "voucher_type"),
        *("expense_month", "is_reversed"),
    ),
    "maintenance_bills": ("flat_number", "month", "year", "amount", "arrears_amount", "total_amount", "status", "paid_date", "bill_number"),
    "transactions": (
        *("date", "journal_entry_id", "account_code", "description", "flat_id", "debit_amount", "credit_amount"),
        *("vendor_id", "payment_method", "is_reversed"),
    ),
    "flats": ("flat_number", "owner_name", "owner_phone", "owner_email", "area_sqft", "occupancy_status", "occupants", "bedrooms"),
    "members": ("name", "flat_id", "member_type", "phone_number", "email", "move_in_date", "move_out_date", "status"),
    "account_codes": ("code", "name", "type", "opening_balance", "current_balance", "category", "description"),
    "vendors": ("name", "category", "contact_person", "phone_number", "opening_balance", "current_balance"),
    "voucher_attachments": ("file_name", "journal_entry_id", "created_at", "file_size", "uploaded_by"),
    "complaints": ("title", "created_at", "user_id", "status", "priority", "type", "description", "resolution_notes"),
    "meetings": ("meeting_date", "meeting_title", "meeting_type", "meeting_number", "venue", "status", "attendees_count"),
    "users": ("name", "role", "email", "apartment_number", "phone_number"),
    "messages": ("created_at", "sender_name", "content", "room_id"),
    "online_payments": ("created_at", "customer_name", "flat_id", "total_amount", "status", "gateway_order_id", "gateway_payment_id"),
    "financial_years": ("year_name", "start_date", "end_date", "status", "closing_bank_balance", "closing_cash_balance"),
    "opening_balances": ("account_name", "opening_balance", "balance_type", "financial_year_id"),
    "audit_logs": ("created_at", "action_type", "entity_type", "entity_id", "user_id", "new_values", "old_values"),
}
_LAST = ("id", "society_id", "is_balanced", "created_by", "recorded_by", "added_by", "created_at", "updated_at")


def known_by(table: str) -> tuple[str, ...]:
    """The columns by which people know a row that another one points to."""
    return _KNOWN_BY.get(table) or meaning(table).label[:1]


def searched_by(table: str) -> tuple[str, ...]:
    """The columns by which people look for a row that another one points to: a flat also by its owner."""
    return ("flat_number", "owner_name") if table == "flats" else known_by(table)


def ordered(table: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of a table, the telling ones first and the program's own last; of a table that is not GharMitra's as they are."""
    if table not in TABLES:
        return tuple(columns)
    first = [name for name in _FIRST.get(table, ()) if name in columns]
    last = [name for name in _LAST if name in columns and name not in first]
    return (*first, *(name for name in columns if name not in first and name not in last), *last)


def by_key(key: str) -> Place | None:
    """Find a place by its key; every table is one too, under "table:" and its name."""
    if key.startswith(TABLE_PREFIX):
        table = key.removeprefix(TABLE_PREFIX)
        return Place(key, table, newest_first=table in TABLES and meaning(table).date is not None)
    return next((place for place in PLACES if place.key == key), None)
