"""Whether every attached file is there and unchanged: rows, files and the newest backup beside one another."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest

from gharmitra_admin.engine import Alert, AlertCode, HealthReport, Paths, Settings, Severity
from gharmitra_admin.engine.parts.documents import rows
from gharmitra_admin.wording import health as wording
from gharmitra_admin.wording.headlines import Level
from gharmitra_admin.wording.language import Words
from tests.builders import uploads
from tests.builders.clock import FakeClock
from tests.builders.process import OtherProcess
from tests.builders.society import Society


def attach(society: Society, *urls: str) -> None:
    """Rows as GharMitra writes them, from another process."""
    with OtherProcess(society.paths.books) as other:
        other.run("CREATE TABLE IF NOT EXISTS voucher_attachments (id INTEGER PRIMARY KEY, file_url TEXT)")
        for url in urls:
            other.run(f"INSERT INTO voucher_attachments (file_url) VALUES ('{url}')")


def of_documents(report: HealthReport) -> list[Alert]:
    return [alert for alert in report.alerts if alert.code.value.startswith("documents_")]


def row(report: HealthReport) -> wording.Row:
    [found] = [row for row in wording.rows(Words(), report) if row.key == wording.DOCUMENTS]
    return found


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("uploads/vouchers/a.pdf", "vouchers/a.pdf"),
        ("/uploads/vouchers/a.pdf", "vouchers/a.pdf"),
        ("./uploads/vouchers/a.pdf", "vouchers/a.pdf"),
        ("uploads\\vouchers\\a.pdf", "vouchers/a.pdf"),
        ("C:\\GharMitra\\backend\\uploads\\society\\a b.png", "society/a b.png"),
        ("Uploads/a.pdf", "a.pdf"),
        ("uploads/uploads/a.pdf", "uploads/a.pdf"),
        ("uploads/../secret", None),
        ("uploads", None),
        ("static/a.pdf", None),
        ("", None),
    ],
)
def test_where_a_rows_file_lies(written: str, place: str | None) -> None:
    assert rows.inside(written) == place


def test_rows_and_files_are_compared() -> None:
    written = ["uploads/a.pdf", "uploads/a.pdf", "uploads/b.pdf", "https://x/c.pdf", "data:image/png;base64,AA", "static/d.pdf"]
    found = rows.agree(written, ["a.pdf", "e.pdf"])
    assert found == rows.Agreement(2, ("b.pdf",), ("e.pdf",), ("static/d.pdf",))


def test_a_strange_schema_names_nothing() -> None:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE TABLE voucher_attachments (file_url); CREATE TABLE societies (id); CREATE VIEW payments AS SELECT 1/0")
    connection.execute("INSERT INTO voucher_attachments VALUES (NULL), (1), (x'ff'), ('  '), ('uploads/a.pdf')")
    assert rows.named(connection) == ("uploads/a.pdf",)


def test_all_there_and_unchanged(society: Society) -> None:
    uploads.upload_many(society.paths, 3)
    attach(society, *(f"uploads/vouchers/000{number}.pdf" for number in range(3)))
    society.back_up()
    report = society.vault().health()
    assert of_documents(report) == []
    assert (row(report).level, row(report).sentence) == (Level.GOOD, "All 3 attached files are there, unchanged.")


def test_missing_changed_and_unnamed(society: Society) -> None:
    uploads.upload_many(society.paths, 4)
    attach(society, *(f"uploads/vouchers/000{number}.pdf" for number in range(3)), "uploads/vouchers/never.pdf")
    society.back_up()
    (society.paths.uploads / "vouchers/0000.pdf").unlink()
    uploads.upload(society.paths, "vouchers/0001.pdf", b"another bill")
    uploads.upload(society.paths, "vouchers/0003.pdf", b"nobody names it")
    report = society.vault().health()
    missing, changed = of_documents(report)
    assert (missing.code, missing.severity) == (AlertCode.DOCUMENTS_MISSING, Severity.LOOK)
    assert missing.values == {"names": ("vouchers/0000.pdf", "vouchers/never.pdf"), "kept": 1}
    assert (changed.code, changed.values["names"]) == (AlertCode.DOCUMENTS_CHANGED, ("vouchers/0001.pdf",))
    found = row(report)
    assert (found.level, found.sentence) == (Level.LOOK, "2 attached files are missing: vouchers/0000.pdf, vouchers/never.pdf.")
    assert [said for _, said in found.parts] == [
        "2 attached files are missing: vouchers/0000.pdf, vouchers/never.pdf. Ask who removed them. The newest backup has 1 of them.",
        "1 attached file has changed since the newest backup: vouchers/0001.pdf. Ask who replaced them. The backup has them as they were.",
        "1 file that no entry names.",
    ]


def test_before_the_first_backup_only_what_is_there_is_said(society: Society) -> None:
    uploads.upload_many(society.paths, 1)
    attach(society, "uploads/vouchers/0000.pdf")
    report = society.vault().health()
    assert row(report).sentence == "1 attached file is there."
    assert not society.paths.backups.exists()


def test_nothing_attached(society: Society) -> None:
    assert row(society.vault().health()).sentence == "No files are attached."


def test_a_stored_document_found_damaged_is_told(society: Society) -> None:
    uploads.upload_many(society.paths, 2)
    society.back_up()
    [one, _] = society.paths.documents.glob("??/*")
    one.write_bytes(b"x")
    society.vault().verify()
    [told] = of_documents(society.vault().health())
    assert (told.code, told.values["count"]) == (AlertCode.DOCUMENTS_LOST, 1)
    society.back_up()
    assert of_documents(society.vault().health()) == []


def test_the_real_societys_25_documents(real_books: Path) -> None:
    society = Society(Paths.of(real_books), FakeClock(), Settings())
    society.back_up()
    assert row(society.vault().health()).sentence == "All 25 attached files are there, unchanged."
