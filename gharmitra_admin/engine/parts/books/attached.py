"""Files that rows of the books name: vouchers' papers, certificates, reports. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "voucher_attachments": ("file_url",),
    "resource_files": ("file_url",),
    "noc_documents": ("file_url", "qr_code_url"),
    "payments": ("receipt_file_url",),
    "financial_years": ("audit_report_file_url",),
    "societies": ("logo_url", "reg_cert_url", "pan_card_url", "upi_qr_code_url"),
}
Row = Mapping[str, object]
IsThere = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Attached:
    """One file by its place in GharMitra's folder, and what people call it."""

    url: str
    name: str


class Attachments:
    """Takes rows that differ, and keeps which files only one side names."""

    def __init__(self) -> None:
        self._now: dict[str, str] = {}
        self._then: dict[str, str] = {}

    def add(self, table: str, now: Row | None, then: Row | None) -> None:
        for row, found in ((now, self._now), (then, self._then)):
            if row is not None:
                found.update(_files(table, row))

    def without_row(self) -> tuple[Attached, ...]:
        """The files that no row would name any more."""
        return tuple(Attached(url, name) for url, name in sorted(self._now.items()) if url not in self._then)

    def without_file(self, is_there: IsThere) -> tuple[Attached, ...]:
        """The files whose rows come back, but which are not there."""
        return tuple(Attached(url, name) for url, name in sorted(self._then.items()) if url not in self._now and not is_there(url))


def _files(table: str, row: Row) -> Iterator[tuple[str, str]]:
    for column in COLUMNS[table]:
        url = row.get(column)
        if isinstance(url, str) and url and "://" not in url:
            name = row.get("file_name")
            yield url, name if isinstance(name, str) and name else url.replace("\\", "/").rsplit("/", 1)[-1]


def anywhere(_url: str) -> bool:
    """The answer of a caller who does not know where the files lie: none is told to be away."""
    return True


def below(home: Path) -> IsThere:
    """Look for files in GharMitra's own folder, never outside it; nothing is opened."""

    def is_there(url: str) -> bool:
        parts = [part for part in url.replace("\\", "/").split("/") if part not in {"", "."}]
        if ".." in parts or any(":" in part for part in parts):
            return False
        try:
            return home.joinpath(*parts).is_file()
        except (OSError, ValueError):
            return False

    return is_there
