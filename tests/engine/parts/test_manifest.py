"""The manifest: read by a person, by an older program and by a newer one, with the figures of every account."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from gharmitra_admin.engine import Paths, Settings, Vault
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.books.accounts import YearStatus
from gharmitra_admin.engine.parts.manifest import FullManifest, Manifest
from tests.builders import gharmitra
from tests.builders.clock import FakeClock
from tests.builders.society import Society


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """The vault of a small society with GharMitra's tables."""
    books = gharmitra.make(
        tmp_path / "society" / "gharmitra.db",
        gharmitra.society(1, "One CHS"),
        gharmitra.flat(1, "A-101"),
        gharmitra.account("1100", "Maintenance Dues Receivable", "ASSET"),
        gharmitra.account("4000", "Maintenance", "INCOME"),
        gharmitra.year("FY 2026-27", "2026-04-01", "2027-03-31"),
        gharmitra.voucher("JV-0001", "2026-05-01", ("1100", 4242, 0, 1), ("4000", 0, 4242)),
    )
    return Vault.open(Paths.of(books), settings=Settings(), clock=FakeClock(), who="treasurer", face="terminal", books_wait_seconds=1)


def path_of(vault: Vault, filename: str) -> Path:
    return manifests.manifest_path(vault.paths.manifests, filename)


def test_a_backup_knows_the_figures_of_every_account(vault: Vault) -> None:
    path = path_of(vault, vault.backup().record.filename)
    found = manifests.read_full(path).books
    assert found is not None
    (society,) = found.societies
    (year,) = society.years
    assert (society.name, year.name, year.status, year.closing("1100")) == ("One CHS", "2026-27", YearStatus.OPEN, 424200)
    assert [(flat.label, flat.paise) for flat in society.dues] == [("A-101", 424200)]
    assert found.as_on == FakeClock().local(FakeClock().now()).date().isoformat()


def test_it_is_one_line_at_the_end_of_a_file_that_a_person_can_read(vault: Vault) -> None:
    path = path_of(vault, vault.backup().record.filename)
    lines = path.read_text("utf-8").splitlines()
    assert lines[-1] == "}"
    assert lines[-2].startswith(' "books": {"version":1,')
    assert lines[1] == ' "version": 1,'
    assert json.loads(path.read_text("utf-8"))["books"]["societies"][0]["series"][0]["last"] == "JV-0001"


def test_a_list_reads_the_small_figures_only(vault: Vault) -> None:
    vault.backup()
    (record,) = vault.records()
    assert record.figures is not None
    assert record.figures.vouchers == 1
    assert type(record.manifest) is Manifest


def test_a_manifest_of_an_older_program_has_none_and_is_read_as_before(vault: Vault) -> None:
    path = path_of(vault, vault.backup().record.filename)
    said = json.loads(path.read_text("utf-8"))
    del said["books"]
    path.write_text(json.dumps(said), "utf-8")
    assert manifests.read_full(path).books is None
    assert [record.filename for record in vault.records()] == [said["filename"]]


def test_books_that_are_not_gharmitras_are_backed_up_without_figures(society: Society) -> None:
    path = path_of(society.vault(), society.back_up().record.filename)
    assert manifests.read_full(path).books is None
    assert path.read_text("utf-8").endswith('"books": null\n}\n')


def test_a_file_that_is_adopted_knows_them_too(vault: Vault) -> None:
    found = vault.paths.backups / "gharmitra_backup_20260101_120000.db"
    vault.paths.backups.mkdir()
    found.write_bytes(vault.paths.books.read_bytes())
    (result,) = vault.adopt_unchecked()
    assert result.problem is None
    assert manifests.read_full(path_of(vault, found.name)).books is not None


def test_a_copy_elsewhere_keeps_the_figures_and_what_a_newer_program_wrote(vault: Vault, other_drive: Path) -> None:
    name = vault.backup().record.filename
    path = path_of(vault, name)
    said = json.loads(path.read_text("utf-8")) | {"of_a_newer_program": 1}
    path.write_text(json.dumps(said), "utf-8")
    vault.copy(name, to=other_drive)
    assert manifests.manifest_path(other_drive, name).read_bytes() == path.read_bytes()


def test_written_and_read_again_it_is_the_same(vault: Vault) -> None:
    path = path_of(vault, vault.backup().record.filename)
    full = manifests.read_full(path)
    assert isinstance(full, FullManifest)
    assert manifests.encode(full) == path.read_bytes()
    assert msgspec.json.decode(path.read_bytes(), type=Manifest) == manifests.read(path)
