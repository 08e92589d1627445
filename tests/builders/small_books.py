"""Small books with all that a society has: flats, members, bills and their posting, receipts, payments, papers, and tables of strangers."""

from __future__ import annotations

from pathlib import Path

from tests.builders import gharmitra, plain_compare, receipts

EXTRA = """
    CREATE TABLE votes(meeting INT, flat TEXT, vote, PRIMARY KEY(meeting, flat)) WITHOUT ROWID;
    CREATE TABLE papers(code TEXT PRIMARY KEY NOT NULL, body BLOB);
    CREATE TABLE log(line, at);
    INSERT INTO votes VALUES(1, 'A-1', 'yes'), (1, 'A-2', NULL), (2, 'A-1', x'00');
    INSERT INTO papers VALUES('a', x'ff'), ('b', NULL), ('c', 'text');
    INSERT INTO log VALUES(1, 2), (1, 2), (NULL, NULL), ('x', 1.5)
"""
USER = """
    INSERT INTO users (id, society_id, email, password_hash, name, apartment_number, role, terms_accepted, privacy_accepted, created_at,
    updated_at) VALUES ({n}, 1, 'm{n}@x', 'h', 'N', '-', 'RESIDENT', 1, 1, {at})
"""
COMPLAINT = """
    INSERT INTO complaints (id, society_id, user_id, type, scope, title, description, status, priority, created_at, updated_at)
    VALUES ({n}, 1, 1, 't', 's', 'lift {n}', 'd', 'OPEN', 'LOW', {at})
"""
PAPER = """
    INSERT INTO voucher_attachments (id, society_id, journal_entry_id, file_name, file_url, uploaded_by, created_at)
    VALUES ({n}, 1, {n}, 'p{n}.pdf', 'uploads/p{n}.pdf', 1, '2026')
"""
BILL = """
    INSERT INTO maintenance_bills (society_id, flat_id, flat_number, month, year, amount, maintenance_amount, water_amount, fixed_amount,
    sinking_fund_amount, repair_fund_amount, corpus_fund_amount, arrears_amount, late_fee_amount, total_amount, status, is_posted,
    created_at, updated_at) VALUES (1, {n}, 'A-{n}', {month}, 2026, {n}00.45, 0, 0, 0, 0, 0, 0, 0, 0, {n}00.45, 'UNPAID', 1, {at})
"""
POSTING = """
    INSERT INTO transactions (society_id, type, category, account_code, amount, description, date, added_by, debit_amount, credit_amount,
    journal_entry_id, is_reversed, flat_id, created_at, updated_at)
    SELECT 1, 'INCOME', 'c', '1100', 5, '{words}{n}', '2026', 1, {n}00.45, 0, max(id), 0, {n}, {at} FROM journal_entries
"""


def make(path: Path) -> Path:
    """Six flats, two months of bills, their posting, receipts as GharMitra enters them, some of everything else."""
    scripts = [gharmitra.society(1, "One"), gharmitra.society(2, "Two"), EXTRA]
    for flat in range(1, 7):
        scripts += [gharmitra.flat(flat, f"A-{flat}"), *(one.format(n=flat, at=gharmitra.AT) for one in (USER, COMPLAINT, PAPER))]
    for month in (9, 10):
        scripts.append(gharmitra.voucher(f"JV-{month:04d}", f"2026-{month:02d}-01"))
        words = plain_compare.POSTING + plain_compare.MONTHS[month - 1] + " 2026 - Flat: A-"
        scripts += [one.format(n=flat, month=month, words=words, at=gharmitra.AT) for flat in range(1, 7) for one in (BILL, POSTING)]
    scripts += [gharmitra.voucher(f"PV-{number:04d}", "2026-10-10", ("5000", "50.05", 0), ("1020", 0, "50.05")) for number in range(1, 5)]
    gharmitra.make(path, *scripts)
    receipts.add_receipts(path, 7)
    return path
