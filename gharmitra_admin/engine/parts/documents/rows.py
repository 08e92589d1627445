"""Which entries of the books name a document, and whether each names one that is there. Leaves nothing on disk.

Table and column names are GharMitra's. What it keeps there is a path from its own folder, ``uploads/vouchers/...``, or a web address.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import apsw

from gharmitra_admin.engine.base import names

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "voucher_attachments": ("file_url",),
    "resource_files": ("file_url",),
    "societies": ("logo_url", "reg_cert_url", "pan_card_url"),
    "noc_documents": ("file_url", "qr_code_url"),
    "payments": ("receipt_file_url",),
    "financial_years": ("audit_report_file_url",),
}
_UPLOADS = "uploads"
_AWAY = ("http:", "https:", "data:")


@dataclass(frozen=True, slots=True)
class Agreement:
    """How rows and files agree. ``attached``: files that rows name; ``missing`` of them are not there; ``unnamed``: there, and no row
    names them. ``outside``: rows that name a file of another folder, which belongs to no backup.
    """

    attached: int = 0
    missing: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def named(connection: apsw.Connection) -> tuple[str, ...]:
    """Read every name of a file in the books, as it stands there. Never raises for a strange schema."""
    found: list[str] = []
    for table, columns in COLUMNS.items():
        for column in columns:
            try:
                # In brackets a name that is no column is an error; in double quotes SQLite would take it for a text.
                rows = connection.execute(f"SELECT [{column}] FROM [{table}] WHERE typeof([{column}]) = 'text'")  # noqa: S608 - fixed names
                found += [value for (value,) in rows if isinstance(value, str) and value.strip()]
            except (apsw.Error, UnicodeDecodeError):
                continue
    return tuple(found)


def agree(rows: Iterable[str], there: Iterable[str]) -> Agreement:
    """Compare what rows name with the files that are there, both as printable paths inside ``uploads/``."""
    files, wanted, outside = set(there), set[str](), set[str]()
    for row in rows:
        if row.strip().lower().startswith(_AWAY):
            continue
        place = inside(row)
        wanted.add(place) if place is not None else outside.add(names.shown(row.strip()))
    return Agreement(len(wanted), tuple(sorted(wanted - files)), tuple(sorted(files - wanted)), tuple(sorted(outside)))


def inside(row: str) -> str | None:
    """Where in ``uploads/`` a row's file lies; None where it lies elsewhere."""
    parts = [part for part in row.strip().replace("\\", "/").split("/") if part not in {"", "."}]
    at = next((number for number, part in enumerate(parts) if part.lower() == _UPLOADS), None)
    if at is None or ".." in parts or at == len(parts) - 1:
        return None
    return "/".join(names.shown(part) for part in parts[at + 1 :])
