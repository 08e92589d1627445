"""A stored document goes when the last backup that names it has gone, never before, and never unrecorded."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from gharmitra_admin.engine import Code, Kind, Refused, Settings
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.parts.audit import Outcome
from gharmitra_admin.engine.parts.documents import unnamed
from tests.builders import society as societies
from tests.builders import uploads
from tests.builders.society import Society


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def two_backups(society: Society) -> tuple[str, str]:
    """One with the documents "old" and "both", one with "both" and "new"."""
    uploads.upload(society.paths, "old.pdf", b"old")
    uploads.upload(society.paths, "both.pdf", b"both")
    first = society.back_up().record.filename
    (society.paths.uploads / "old.pdf").unlink()
    uploads.upload(society.paths, "new.pdf", b"new")
    return first, society.back_up().record.filename


def test_it_goes_with_the_last_backup_that_names_it(society: Society) -> None:
    first, _ = two_backups(society)
    society.vault().delete(first)
    assert uploads.stored(society.paths) == {sha(b"both"), sha(b"new")}
    assert len(list((society.paths.documents / "lists").iterdir())) == 1
    events = [event for event in society.vault().audit_events() if event.action == unnamed.ACTION]
    assert [event.outcome for event in events] == ["started", "finished"]
    assert f"{sha(b'old')[:2]}/{sha(b'old')}" in str(events[0].details["removed"])
    assert not society.vault().audit_verify().problems


def test_rotation_takes_what_it_frees_and_only_that(tmp_path: Path) -> None:
    society = societies.make(tmp_path / "s", settings=Settings(policy=Policy(last=2, days=1)))
    for number in range(5):
        uploads.upload(society.paths, "logo.png", f"logo {number}".encode())
        uploads.upload(society.paths, f"{number}.pdf", str(number).encode())
        society.enter()
        society.back_up()
    kept = {sha(str(number).encode()) for number in range(5)} | {sha(b"logo 3"), sha(b"logo 4")}
    assert len(society.vault().records()) == 2
    assert uploads.stored(society.paths) == kept


@pytest.mark.parametrize("damage", ["manifest", "list", "set aside"])
def test_nothing_goes_while_something_that_names_cannot_be_read(society: Society, damage: str) -> None:
    first, second = two_backups(society)
    third = society.back_up().record.filename
    if damage == "manifest":
        (society.paths.manifests / f"{second}.json").write_bytes(b"{")
        (society.paths.manifests / f"{third}.json").write_bytes(b"{")
    elif damage == "list":
        for file in (society.paths.documents / "lists").iterdir():
            if b"new.pdf" in file.read_bytes():
                file.write_bytes(b"[]")
    else:
        (society.paths.manifests / f"{second}.json").rename(society.paths.manifests / f"{second}.json.damaged")
    uploads.upload(society.paths, "last.pdf", b"last")
    fourth = society.back_up().record.filename
    before = uploads.stored(society.paths)
    society.vault().delete(first)
    assert uploads.stored(society.paths) == before
    assert fourth in {record.filename for record in society.vault().records()}


def test_a_restore_under_way_names_its_documents(society: Society) -> None:
    first, _ = two_backups(society)
    said = json.loads((society.paths.manifests / f"{first}.json").read_text())["documents"]
    intent = {
        "action": "restore", "at": "2026-11-23T18:00:00+05:30", "way": "through_sqlite", "journal_mode": "wal",
        "backup": first, "backup_sha256": "0", "safety": None, "safety_sha256": None, "documents": said,
    }  # fmt: skip
    other = society.paths.backups / ".restore_other.db.json"
    other.write_text(json.dumps(intent))
    society.vault().delete(first)
    assert sha(b"old") in uploads.stored(society.paths)
    other.unlink()
    third = society.back_up().record.filename
    society.vault().label(third, "kept")
    assert unnamed.unnamed(society.paths)


def test_without_a_record_nothing_goes(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = two_backups(society)
    before = uploads.stored(society.paths)
    vault = society.vault()
    audit = vault._context.audit
    append = audit.append

    def refuse(action: str, *rest: object, **details: object) -> object:
        if action == unnamed.ACTION:
            raise Refused(Code.AUDIT_UNWRITABLE)
        return append(action, *rest, **details)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "append", refuse)
    with pytest.raises(Refused):
        vault.delete(first)
    assert uploads.stored(society.paths) == before


def test_two_societies_in_one_backups_folder_do_not_take_each_others(tmp_path: Path) -> None:
    shared = tmp_path / "backups"
    one, two = (societies.make(tmp_path / name) for name in ("one", "two"))
    ledger_two = two.paths.books.rename(two.paths.books.with_name("other.db"))
    one = Society(Paths.of(one.paths.books, shared), one.clock, one.settings)
    two = Society(Paths.of(ledger_two, shared), two.clock, two.settings)
    for society, mine in ((one, b"of one"), (two, b"of two")):
        uploads.upload(society.paths, "mine.pdf", mine)
        uploads.upload(society.paths, "same.pdf", b"same")
    first = one.back_up().record.filename
    two.clock.forward(minutes=5)
    two.back_up()
    one.clock.forward(minutes=20)
    (one.paths.uploads / "mine.pdf").unlink()
    (one.paths.uploads / "same.pdf").unlink()
    one.back_up()
    one.vault().delete(first)
    assert uploads.stored(one.paths) == {sha(b"of two"), sha(b"same")}


def test_a_removal_that_was_cut_off_is_finished(society: Society) -> None:
    first, _ = two_backups(society)
    gone = f"{sha(b'old')[:2]}/{sha(b'old')}"
    vault = society.vault()
    shutil.copy(society.paths.documents / gone, society.paths.home / "kept")
    vault.delete(first)
    shutil.copy(society.paths.home / "kept", society.paths.documents / gone)
    still = f"{sha(b'new')[:2]}/{sha(b'new')}"
    vault._context.audit.append(unnamed.ACTION, Outcome.STARTED, job="cut", removed=[gone, still])
    assert society.vault().notices == ()
    assert uploads.stored(society.paths) == {sha(b"both"), sha(b"new")}
    assert society.vault()._context.audit.open_jobs() == []


def test_what_a_killed_backup_stored_is_swept(society: Society) -> None:
    two_backups(society)
    stray = society.paths.documents / "ab" / ("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"stored by a backup that never came to be")
    (society.paths.documents / "readme.txt").write_bytes(b"a person's")
    (stray.parent / "notes.txt").write_bytes(b"a person's")
    society.vault()._context.audit.append("backup", Outcome.STARTED, job="cut", kind=Kind.MANUAL.value)
    society.vault()
    assert not stray.exists()
    assert (society.paths.documents / "readme.txt").exists()
    assert (stray.parent / "notes.txt").exists()
