"""Files: nothing half written has a final name, nothing is written over, nothing but regular files is opened."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import stat
from pathlib import Path

import pytest

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import BadInput, Cancelled, Code, EngineError, NoAccess, NotFound, Refused
from gharmitra_admin.engine.base.job import CancelToken, Progress, Stage

posix = pytest.mark.skipif(os.name == "nt", reason="FIFOs, sockets and links for everybody exist on POSIX only")


def no_links(_source: object, target: object) -> None:
    """A disk without links, as FAT is."""
    raise OSError(errno.EPERM, os.strerror(errno.EPERM), str(target))


@pytest.fixture(params=["links", "no links"])
def disk(request, tmp_path, monkeypatch) -> Path:
    """A folder on a disk that has links, and on one that has none."""
    if request.param == "no links":
        monkeypatch.setattr(files.os, "link", no_links)
    return tmp_path


# ---- opening


def opened(path: Path, never: files.Identity | None = None) -> bytes:
    descriptor = files.open_regular(path, never=never)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def test_a_regular_file_is_opened(tmp_path):
    (tmp_path / "a").write_bytes(b"a\r\nb\x1a\0")
    assert opened(tmp_path / "a", files.Identity(1, 1)) == b"a\r\nb\x1a\0"


def test_an_absent_file_is_not_found(tmp_path):
    with pytest.raises(NotFound) as caught:
        files.open_regular(tmp_path / "none", never=None)
    assert (caught.value.code, caught.value.path) == (Code.FILE_NOT_FOUND, tmp_path / "none")


@posix
@pytest.mark.timeout(10)
@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "dangling link", "link to itself", "socket"])
def test_nothing_but_a_regular_file_is_opened(tmp_path, kind, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real").write_bytes(b"x")
    target = tmp_path / "target"
    if kind == "fifo":
        os.mkfifo(target)
    elif kind == "folder":
        target.mkdir()
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("target")
    else:
        target.symlink_to({"link": "real", "dangling link": "none", "link to itself": "target"}[kind])
    with pytest.raises(Refused) as caught:
        files.open_regular(target, never=None)
    assert (caught.value.code, caught.value.path) == (Code.NOT_A_REGULAR_FILE, target)


@posix
@pytest.mark.timeout(10)
def test_a_file_that_becomes_a_fifo_between_the_look_and_the_opening_is_refused(tmp_path, monkeypatch):
    target = tmp_path / "target"
    target.write_bytes(b"x")
    real_open = os.open

    def swapped(path, flags, *rest):
        target.unlink()
        os.mkfifo(target)
        return real_open(path, flags, *rest)

    monkeypatch.setattr(files.os, "open", swapped)
    with pytest.raises(Refused) as caught:
        files.open_regular(target, never=None)
    assert caught.value.code is Code.NOT_A_REGULAR_FILE


def test_the_live_books_are_never_opened_under_any_name(tmp_path):
    books, other = tmp_path / "books.db", tmp_path / "other.db"
    books.write_bytes(b"x")
    os.link(books, other)
    live = files.identity(books)
    for path in (books, other):
        for use in (files.open_regular, files.hash_file, files.read_whole):
            with pytest.raises(Refused) as caught:
                use(path, never=live)
            assert (caught.value.code, caught.value.path) == (Code.IS_THE_BOOKS, path)
        with pytest.raises(Refused):
            files.copy_file(path, tmp_path / "copy", never=live)
    assert not (tmp_path / "copy").exists()


def test_a_look_at_an_identity_opens_nothing(tmp_path):
    assert files.identity(tmp_path / "none") is None
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").write_bytes(b"x")
    assert files.identity(tmp_path / "a") != files.identity(tmp_path / "b")


def test_a_name_too_long_is_named_so(tmp_path):
    with pytest.raises(BadInput) as caught:
        files.open_regular(tmp_path / ("x" * 300), never=None)
    assert caught.value.code is Code.NAME_TOO_LONG


# ---- making and publishing


def test_a_hidden_name_leads_back():
    path = Path("folder") / "a.db"
    hidden = files.hidden_name(path)
    assert hidden.name == ".a.db.part"
    assert files.final_name(hidden) == path


def test_publish_gives_the_name(disk):
    hidden = files.hidden_name(disk / "a.db")
    hidden.write_bytes(b"new")
    files.publish(hidden, disk / "a.db")
    assert {path.name: path.read_bytes() for path in disk.iterdir()} == {"a.db": b"new"}


@pytest.mark.parametrize("there", ["file", "empty file", "folder", "dangling link"])
def test_publish_never_writes_over_anything(disk, there):
    final = disk / "a.db"
    if there == "folder":
        final.mkdir()
    elif there == "dangling link":
        if os.name == "nt":
            pytest.skip("links are not for everybody on Windows")
        final.symlink_to(disk / "none")
    else:
        final.write_bytes(b"" if there == "empty file" else b"old")
    was = final.lstat()
    hidden = files.hidden_name(final)
    hidden.write_bytes(b"new")
    with pytest.raises(NoAccess) as caught:
        files.publish(hidden, final)
    assert caught.value.path == final
    assert caught.value.reason is not None
    assert caught.value.reason.errno == errno.EEXIST
    assert (final.lstat().st_ino, final.lstat().st_size) == (was.st_ino, was.st_size)
    assert hidden.read_bytes() == b"new"
    assert not (disk / "none").exists()


def test_create_never_opens_what_is_there(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(NoAccess):
        files.create(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"old"


@posix
def test_what_is_made_is_private(tmp_path):
    files.write_new(tmp_path / "a", b"x")
    files.make_private_folder(tmp_path / "folder")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(_descriptor, _data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "write", full)
    with pytest.raises(EngineError) as caught:
        files.write_new(tmp_path / "a", b"x")
    assert (caught.value.code, caught.value.path) == (Code.DISK_FULL, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_short_writes_are_gone_on_with(tmp_path, monkeypatch):
    real_write = os.write
    monkeypatch.setattr(files.os, "write", lambda descriptor, data: real_write(descriptor, data[:3]))
    files.write_new(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


# ---- replacing


def test_replace_whole_puts_the_new_in_place_of_the_old(tmp_path):
    for content in (b"one", b"two"):
        files.replace_whole(tmp_path / "a.json", content)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": content}


def test_replace_whole_clears_away_what_a_kill_left(tmp_path):
    files.hidden_name(tmp_path / "a.json").write_bytes(b"half")
    files.replace_whole(tmp_path / "a.json", b"whole")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": b"whole"}


@pytest.mark.parametrize("fails", ["write", "fsync", "replace"])
def test_replace_whole_leaves_the_old_where_the_disk_fails(tmp_path, monkeypatch, fails):
    (tmp_path / "a.json").write_bytes(b"old")

    def broken(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(files.os, fails, broken)
    with pytest.raises(NoAccess) as caught:
        files.replace_whole(tmp_path / "a.json", b"new")
    assert caught.value.reason is not None
    assert caught.value.reason.errno == errno.EIO
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.json": b"old"}


@posix
def test_replace_whole_replaces_a_link_and_not_what_it_leads_to(tmp_path):
    (tmp_path / "other").write_bytes(b"theirs")
    (tmp_path / "a.json").symlink_to(tmp_path / "other")
    files.replace_whole(tmp_path / "a.json", b"ours")
    assert (tmp_path / "other").read_bytes() == b"theirs"
    assert not (tmp_path / "a.json").is_symlink()


def test_remove_is_content_where_there_is_nothing(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    files.remove(tmp_path / "a")
    files.remove(tmp_path / "a")
    files.remove(tmp_path / ("x" * 300))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_removed_as_a_file(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(NoAccess):
        files.remove(tmp_path / "a")
    files.discard(tmp_path / "a")
    assert (tmp_path / "a").is_dir()


# ---- copying and hashing


def test_a_copy_is_equal_and_tells_its_hash_and_its_progress(tmp_path):
    data = os.urandom(files.CHUNK_BYTES * 2 + 17)
    (tmp_path / "a").write_bytes(data)
    told: list[Progress] = []
    digest = files.copy_file(tmp_path / "a", tmp_path / "b", never=None, report=told.append)
    assert (tmp_path / "b").read_bytes() == data
    assert digest == hashlib.sha256(data).hexdigest() == files.hash_file(tmp_path / "b", never=None)
    assert [progress.done for progress in told] == [files.CHUNK_BYTES, files.CHUNK_BYTES * 2, len(data)]
    assert {(progress.stage, progress.total) for progress in told} == {(Stage.CARRYING, len(data))}


def test_a_cancelled_copy_leaves_nothing(tmp_path):
    (tmp_path / "a").write_bytes(os.urandom(files.CHUNK_BYTES * 3))
    token = CancelToken()
    with pytest.raises(Cancelled):
        files.copy_file(tmp_path / "a", tmp_path / "b", never=None, report=lambda _: token.ask(), cancel=token)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_cancelled_hash_stops(tmp_path):
    (tmp_path / "a").write_bytes(os.urandom(files.CHUNK_BYTES * 3))
    token = CancelToken()
    seen: list[Progress] = []

    def ask(progress: Progress) -> None:
        seen.append(progress)
        token.ask()

    with pytest.raises(Cancelled):
        files.hash_file(tmp_path / "a", never=None, report=ask, cancel=token)
    assert len(seen) == 1


def test_a_copy_never_writes_over_a_file(tmp_path):
    (tmp_path / "a").write_bytes(b"new")
    (tmp_path / "b").write_bytes(b"old")
    with pytest.raises(NoAccess):
        files.copy_file(tmp_path / "a", tmp_path / "b", never=None)
    assert (tmp_path / "b").read_bytes() == b"old"


# ---- folders


def test_a_folder_that_is_not_there_is_empty_and_one_that_cannot_be_read_is_an_error(tmp_path):
    with files.scanned(tmp_path / "none") as found:
        assert found == []
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(NoAccess), files.scanned(tmp_path / "file"):
        pytest.fail("a file was listed as a folder")


@posix
def test_a_linked_folder_is_followed_only_where_that_is_wanted(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "inner").write_bytes(b"x")
    (tmp_path / "link").symlink_to("real")
    with files.scanned(tmp_path / "link") as found:
        assert [entry.name for entry in found] == ["inner"]
    for name, seen in (("link", []), ("real", ["inner"])):
        with files.scanned(tmp_path / name, follow=False) as found:
            assert [entry.name for entry in found] == seen


@pytest.mark.parametrize("there", ["file", "link"])
def test_a_private_folder_is_never_made_of_something_else(tmp_path, there):
    if there == "file":
        (tmp_path / "a").write_bytes(b"x")
    elif os.name == "nt":
        pytest.skip("links are not for everybody on Windows")
    else:
        (tmp_path / "real").mkdir()
        (tmp_path / "a").symlink_to("real")
    with pytest.raises(Refused) as caught:
        files.make_private_folder(tmp_path / "a")
    code = Code.FILE_IN_THE_WAY if there == "file" else Code.UNSAFE_FOLDER
    assert (caught.value.code, caught.value.path) == (code, tmp_path / "a")


@posix
def test_a_folder_that_is_there_keeps_its_rights(tmp_path):
    (tmp_path / "a").mkdir(mode=0o755)
    (tmp_path / "a").chmod(0o755)
    files.make_private_folder(tmp_path / "a")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o755
