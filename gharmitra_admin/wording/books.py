"""Tables, kinds of entries and rupees as a treasurer calls them."""

from __future__ import annotations

from gharmitra_admin.engine.operations.compare import Comparison, TableDifference
from gharmitra_admin.engine.parts.books.entries import KindDifference
from gharmitra_admin.engine.parts.books.meaning import EntryKind
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words, mark

KINDS = {
    EntryKind.RECEIPT: mark("Receipts"),
    EntryKind.PAYMENT: mark("Payments"),
    EntryKind.JOURNAL: mark("Journal vouchers"),
    EntryKind.BILL: mark("Bills"),
    EntryKind.MEMBER: mark("Members, flats and logins"),
    EntryKind.OTHER: mark("Complaints, meetings, messages and documents"),
}
_TITLES = {
    "journal_entries": mark("Vouchers"),
    "payments": mark("Receipts"),
    "maintenance_bills": mark("Bills"),
    "transactions": mark("Ledger lines"),
    "online_payments": mark("Online payments"),
    "flats": mark("Flats"),
    "members": mark("Members"),
    "users": mark("Logins"),
    "complaints": mark("Complaints"),
    "meetings": mark("Meetings"),
    "messages": mark("Messages"),
    "voucher_attachments": mark("Documents of vouchers"),
    "resource_files": mark("Documents"),
    "opening_balances": mark("Opening balances"),
    "audit_adjustments": mark("Audit adjustments"),
    "account_codes": mark("Accounts and their balances"),
    "financial_years": mark("Financial years"),
    "vendors": mark("Vendors"),
    "supplementary_bills": mark("Supplementary bills"),
    "supplementary_bill_flats": mark("Supplementary bills, flat by flat"),
    "water_expenses": mark("Water expenses"),
    "fixed_expenses": mark("Fixed expenses"),
    "assets": mark("Assets"),
    "societies": mark("The society's own details"),
    "society_settings": mark("Settings of the society"),
    "audit_logs": mark("GharMitra's own activity list"),
    "document_templates": mark("Document templates"),
    "admin_guidelines_acknowledgments": mark("Guidelines read by admins"),
    "apartment_settings": mark("Settings of billing"),
    "approval_requests": mark("Approvals asked for"),
    "approval_workflows": mark("Steps of approval"),
    "chat_rooms": mark("Chat rooms"),
    "custom_roles": mark("Roles"),
    "document_access_logs": mark("Who opened which document"),
    "document_checklists": mark("Papers of members"),
    "family_members": mark("Family members"),
    "meeting_agenda_items": mark("Agenda of meetings"),
    "meeting_attendance": mark("Attendance at meetings"),
    "meeting_resolutions": mark("Resolutions of meetings"),
    "meeting_votes": mark("Votes at meetings"),
    "members_archive": mark("Members who left"),
    "moveout_checklist": mark("Moving out, step by step"),
    "moveout_requests": mark("Requests to move out"),
    "noc_documents": mark("NOCs"),
    "noc_generation_log": mark("NOCs printed"),
    "payment_links": mark("Payment links"),
    "payment_reminders": mark("Payment reminders"),
    "permissions": mark("Rights"),
    "personal_arrears": mark("Arrears carried by members"),
    "physical_documents_checklist": mark("Papers kept in the office"),
    "role_permissions": mark("Rights of roles"),
    "template_categories": mark("Kinds of templates"),
    "template_usage_log": mark("Templates used"),
    "user_role_assignments": mark("Roles of logins"),
}


def title(words: Words, table: str) -> str:
    """A table's title; one that is not GharMitra's keeps its own name."""
    return words.say(_TITLES[table]) if table in _TITLES else table


def cost(words: Words, found: Comparison) -> str:
    """How many entries going back would touch."""
    number = found.entries_different
    if number == 0 and not found.tables:
        return words.say("Nothing is different.")
    return words.count("{number} entry will be different.", "{number} entries will be different.", number)


def kind(words: Words, one: KindDifference) -> str:
    """One kind of entries: what leaves, comes back, changes back."""
    parts = []
    if one.lost:
        parts.append(_counted(words, words.count("{number} leaves the books", "{number} leave the books", one.lost), one.lost_paise))
    if one.returned:
        parts.append(_counted(words, words.count("{number} comes back", "{number} come back", one.returned), one.returned_paise))
    if one.changed:
        parts.append(words.count("{number} changes back", "{number} change back", one.changed))
    return words.say("{kind}: {parts}", kind=words.say(KINDS[one.kind]), parts=", ".join(parts))


def _counted(words: Words, said: str, paise: int | None) -> str:
    return said if paise is None else words.say("{said} ({amount})", said=said, amount=values.rupees(words, paise))


def schema(words: Words, found: Comparison) -> list[str]:
    """What only one side has and so was not compared, or is gone as a whole."""
    told = [words.say("The backup has no table {table}; all of it leaves the books.", table=one) for one in found.tables_only_now]
    told += [words.say("The books have no table {table}; it comes back.", table=one) for one in found.tables_only_then]
    return told + [sentence for one in found.tables for sentence in _columns(words, one)]


def _columns(words: Words, one: TableDifference) -> list[str]:
    named = title(words, one.table)
    told = []
    if one.only_now:
        told.append(words.say("{table}: the backup has no {columns}.", table=named, columns=", ".join(one.only_now)))
    if one.only_then:
        told.append(words.say("{table}: the books have no {columns}.", table=named, columns=", ".join(one.only_then)))
    return told
