"""Documents taken into a backup: stored once, listed, and nothing in ``uploads/`` can hang or mislead it."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gharmitra_admin.engine import BackupResult, Kind, NoSpace, NoticeCode
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.parts import documents
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.documents import seen, store, taking
from gharmitra_admin.engine.parts.documents.listing import Document
from tests.builders import uploads
from tests.builders.society import Society


def listed(society: Society, result: BackupResult) -> dict[str, bytes]:
    """What a backup holds of ``uploads/``: every name with its bytes out of the store."""
    assert result.record.manifest is not None
    assert result.record.manifest.documents is not None
    found = documents.read_list(society.paths.documents, result.record.manifest.documents)
    return {document.path: store.place(society.paths.documents, document.sha256).read_bytes() for document in found}


def hidden(society: Society) -> list[Path]:
    return [path for path in society.paths.backups.rglob("*") if path.name.endswith(".part")]


def test_every_document_is_stored_once_by_its_hash(society: Society) -> None:
    there = uploads.upload_many(society.paths, 7)
    there["society/society_1_logo.png"] = uploads.upload(
        society.paths, "society/society_1_logo.png", there["vouchers/0003.pdf"]
    ).read_bytes()
    first, second = society.back_up(), society.back_up()
    assert listed(society, first) == listed(society, second) == there
    assert uploads.stored(society.paths) == {hashlib.sha256(data).hexdigest() for data in there.values()}
    assert len(uploads.stored(society.paths)) == 7
    assert (first.warnings, hidden(society)) == ((), [])
    assert len(list((society.paths.documents / "lists").iterdir())) == 1


def test_without_uploads_nothing_is_left_for_them(society: Society) -> None:
    result = society.back_up()
    assert result.record.manifest is not None
    assert result.record.manifest.documents == manifests.Documents(0, 0, "")
    assert not society.paths.documents.exists()


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_the_store_is_private(society: Society) -> None:
    uploads.upload_many(society.paths, 1)
    society.back_up()
    for path in (society.paths.documents, *society.paths.documents.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("change", ["new", "changed", "removed", "renamed"])
def test_a_quiet_backup_is_made_where_only_a_document_differs(society: Society, change: str) -> None:
    uploads.upload_many(society.paths, 3)
    society.back_up()
    assert society.back_up(kind=Kind.AUTOMATIC).unchanged
    one = society.paths.uploads / "vouchers/0001.pdf"
    if change == "new":
        uploads.upload(society.paths, "vouchers/new.pdf", b"new")
    elif change == "changed":
        uploads.upload(society.paths, "vouchers/0001.pdf", one.read_bytes()[::-1])
    elif change == "removed":
        one.unlink()
    else:
        one.rename(one.with_name("other.pdf"))
    result = society.back_up(kind=Kind.AUTOMATIC)
    assert not result.unchanged
    assert listed(society, result) == uploads.lying(society.paths)
    assert society.back_up(kind=Kind.AUTOMATIC).unchanged


def test_only_another_time_is_no_change(society: Society) -> None:
    uploads.upload_many(society.paths, 2)
    society.back_up()
    os.utime(society.paths.uploads / "vouchers/0001.pdf")
    assert society.back_up(kind=Kind.AUTOMATIC).unchanged


def test_same_size_and_time_but_other_bytes_is_seen(society: Society) -> None:
    """What a program writes back under the old time differs in its change time, which nobody can set."""
    uploads.upload_many(society.paths, 2)
    society.back_up()
    settle(society)
    path = uploads.upload(society.paths, "vouchers/0001.pdf", b"X" * len(uploads.lying(society.paths)["vouchers/0001.pdf"]))
    os.utime(path, ns=(uploads.LONG_AGO_NS + 1, uploads.LONG_AGO_NS + 1))
    assert listed(society, society.back_up()) == uploads.lying(society.paths)


def settle(society: Society) -> None:
    """Let the cache be trusted, as it is once the ticks of the clock that wrote it have passed."""
    [cache] = society.paths.documents.glob(".seen_*.json")
    later = cache.stat().st_mtime_ns + 10_000_000_000
    os.utime(cache, ns=(later, later))


def test_what_did_not_change_is_not_read_again(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads.upload_many(society.paths, 5)
    society.back_up()
    settle(society)
    read: list[str] = []
    hashed = taking._settled_hash
    monkeypatch.setattr(taking, "_settled_hash", lambda upload, *rest: read.append(upload.name) or hashed(upload, *rest))
    uploads.upload(society.paths, "vouchers/0002.pdf", b"another")
    result = society.back_up()
    assert read == ["vouchers/0002.pdf"]
    assert listed(society, result) == uploads.lying(society.paths)


@pytest.mark.parametrize("rubbish", [b"", b"{", b'{"a": 1}', b"\0" * 100, b"[[[[" * 10000])
def test_a_cache_of_rubbish_costs_only_time(society: Society, rubbish: bytes) -> None:
    uploads.upload_many(society.paths, 3)
    society.back_up()
    [cache] = society.paths.documents.glob(".seen_*.json")
    cache.write_bytes(rubbish)
    result = society.back_up()
    assert listed(society, result) == uploads.lying(society.paths)
    assert seen.Seen.of(society.paths)._known


def test_a_stored_document_that_is_gone_or_cut_short_is_stored_again(society: Society) -> None:
    there = uploads.upload_many(society.paths, 3)
    first = society.back_up()
    settle(society)
    gone, short, _ = sorted(society.paths.documents.glob("??/*"))
    gone.unlink()
    short.write_bytes(b"x")
    assert listed(society, society.back_up(kind=Kind.AUTOMATIC)) == there
    assert listed(society, first) == there


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs are POSIX's")
def test_links_fifos_and_sockets_are_named_and_never_opened(society: Society, tmp_path: Path) -> None:
    there = uploads.upload_many(society.paths, 2)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_bytes(b"secret")
    folder = society.paths.uploads / "vouchers"
    os.mkfifo(folder / "fifo.pdf")
    (folder / "link.pdf").symlink_to(secret / "key")
    (folder / "folder").symlink_to(secret, target_is_directory=True)
    (folder / "round").symlink_to(folder, target_is_directory=True)
    os.link(society.paths.books, folder / "books.pdf")
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(folder)
        one.bind("socket.pdf")
        os.chdir(here)
        result = society.back_up()
    assert listed(society, result) == there
    [told] = [notice for notice in result.warnings if notice.code is NoticeCode.DOCUMENTS_SKIPPED]
    assert told.values["names"] == tuple(f"vouchers/{name}" for name in told_names(told.values["names"]))
    assert set(told_names(told.values["names"])) == {"fifo.pdf", "link.pdf", "folder", "round", "books.pdf", "socket.pdf"}
    assert result.record.manifest is not None
    assert result.record.manifest.documents is not None
    assert result.record.manifest.documents.skipped == 6


def told_names(names: object) -> list[str]:
    assert isinstance(names, tuple)
    return [name.rpartition("/")[2] for name in names]


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="these names exist only where names are bytes")
@pytest.mark.parametrize(
    "name", [b"\xff\xfe.pdf", b"two\nlines.pdf", b"back\\slash.pdf", b"\x1b[31mred.pdf", b"-rf", "\u202egnp.exe".encode(), b"x" * 255]
)
def test_hostile_names_are_kept_and_shown_plainly(society: Society, name: bytes) -> None:
    folder = society.paths.uploads / "vouchers"
    folder.mkdir(parents=True)
    with open(os.fsencode(folder) + b"/" + name, "wb") as file:
        file.write(b"content")
    result = society.back_up()
    [(shown, data)] = listed(society, result).items()
    assert data == b"content"
    assert shown.isprintable()
    [document] = documents.read_list(society.paths.documents, result.record.manifest.documents)  # type: ignore[union-attr, arg-type]
    assert os.fsencode(documents.listing.inside(document)) == b"vouchers/" + name


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not Path("/usr/bin/setpriv").exists(), reason="needs to give up root"
)
def test_a_document_that_may_not_be_read_is_told_and_costs_no_backup(society: Society) -> None:
    """As another user than root, who may read everything."""
    there = uploads.upload_many(society.paths, 3)
    (society.paths.uploads / "vouchers/0001.pdf").chmod(0)
    locked = society.paths.uploads / "locked"
    locked.mkdir(mode=0)
    for path in (society.paths.home, *society.paths.home.rglob("*")):
        os.chown(path, 65534, 65534)
    for path in (*society.paths.home.parents,):
        if path.stat().st_uid == 0 and path.stat().st_mode & 0o005 != 0o005 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o005)
    script = (
        "import sys; from pathlib import Path; from gharmitra_admin.engine import Paths, Settings, SystemClock, Vault;"
        "v = Vault.open(Paths.of(Path(sys.argv[1])), settings=Settings(), clock=SystemClock(), who='x', face='terminal');"
        "r = v.backup(); print(r.record.manifest.documents.count, sorted(r.warnings[0].values['names']))"
    )
    words = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable, "-c", script, str(society.paths.books)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, env={**os.environ, "HOME": str(society.paths.home)})
    if "ModuleNotFoundError" in done.stderr or ("Permission denied" in done.stderr and not done.stdout):
        pytest.skip("another user may not read this Python's libraries here")
    assert done.stdout == "2 ['locked', 'vouchers/0001.pdf']\n", done.stderr
    assert len(there) == 3


def test_a_document_that_vanishes_or_is_written_meanwhile_is_told(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads.upload_many(society.paths, 3)
    opened, growing = files.open_regular, society.paths.uploads / "vouchers/0001.pdf"

    def meddle(path: Path, **said: files.Identity | None) -> int:
        """Somebody else's hand in the moment of opening."""
        if path.name == "0000.pdf":
            path.unlink(missing_ok=True)
        descriptor = opened(path, **said)
        if path == growing and growing.stat().st_size < 500:
            with growing.open("ab") as file:
                file.write(b"more" * 100)
        return descriptor

    monkeypatch.setattr(files, "open_regular", meddle)
    result = society.back_up()
    [told] = result.warnings
    assert (told.code, told.values["names"]) == (NoticeCode.DOCUMENTS_SKIPPED, ("vouchers/0000.pdf",))
    assert listed(society, result) == uploads.lying(society.paths)


def test_one_that_is_written_all_the_time_is_left_out_and_told(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads.upload_many(society.paths, 2)
    hashed, growing = files.hash_descriptor, society.paths.uploads / "vouchers/0001.pdf"

    def meddle(descriptor: int, **said: object) -> str:
        if os.fstat(descriptor).st_ino == growing.stat().st_ino:
            with growing.open("ab") as file:
                file.write(b"more")
        return hashed(descriptor, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(files, "hash_descriptor", meddle)
    result = society.back_up()
    assert [told.values["names"] for told in result.warnings] == [("vouchers/0001.pdf",)]
    assert set(listed(society, result)) == {"vouchers/0000.pdf"}


def test_no_room_for_the_documents_keeps_nothing_half(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads.upload_many(society.paths, 2)
    before = society.back_up()
    stored = uploads.stored(society.paths)
    for number in range(4):
        uploads.upload(society.paths, f"vouchers/late{number}.pdf", str(number).encode() * 100)
    write, count = files.write_all, 0

    def full(descriptor: int, data: bytes | memoryview) -> None:
        nonlocal count
        count += bytes(data[:1]) in {b"0", b"1", b"2", b"3"} and len(data) == 100
        if count == 3:
            raise OSError(errno.ENOSPC, "no room")
        write(descriptor, data)

    monkeypatch.setattr(files, "write_all", full)
    with pytest.raises(NoSpace):
        society.vault().backup()
    monkeypatch.undo()
    assert uploads.stored(society.paths) == stored
    assert hidden(society) == []
    assert [record.filename for record in society.vault().records()] == [before.record.filename]
    assert len(listed(society, society.back_up())) == 6


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "a//b", "", ".", "a/\\x2f", "a/\\x00"])
def test_no_list_leads_out_of_uploads(path: str) -> None:
    with pytest.raises(Exception, match=r"bad_name|^$"):
        documents.listing.inside(Document(path, 1, 1, "a" * 64))


def test_a_list_that_was_edited_is_no_list(society: Society) -> None:
    uploads.upload_many(society.paths, 2)
    result = society.back_up()
    [file] = (society.paths.documents / "lists").iterdir()
    file.write_bytes(file.read_bytes().replace(b"0001.pdf", b"0009.pdf"))
    with pytest.raises(Exception, match="document_list_damaged"):
        listed(society, result)
    assert society.back_up(kind=Kind.AUTOMATIC).unchanged
    assert listed(society, result) == uploads.lying(society.paths)


def test_a_link_to_a_larger_drive_is_followed_but_never_to_the_books(society: Society, tmp_path: Path) -> None:
    elsewhere = tmp_path / "large"
    elsewhere.mkdir()
    (elsewhere / "a.pdf").write_bytes(b"a")
    society.paths.uploads.symlink_to(elsewhere, target_is_directory=True)
    assert listed(society, society.back_up()) == {"a.pdf": b"a"}
    society.paths.uploads.unlink()
    society.paths.uploads.symlink_to(society.paths.home, target_is_directory=True)
    result = society.back_up()
    assert listed(society, result) == {}
    assert [told.code for told in result.warnings] == [NoticeCode.DOCUMENTS_SKIPPED]
