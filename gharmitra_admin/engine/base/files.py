"""The disk: create, publish, hash and remove files so that a kill or a failing disk never leaves half a file under a final name.

Leaves what it is asked to; every temporary name begins with a dot and ends in ``.part``.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base.errors import Code, NotFound, Refused, sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore

CHUNK_BYTES = 1 << 20
PART = ".part"
_BINARY = getattr(os, "O_BINARY", 0)
_READ_FLAGS = os.O_RDONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NEW_FLAGS = os.O_RDWR | os.O_CREAT | os.O_EXCL | _BINARY
NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EINVAL})


@dataclass(frozen=True, slots=True)
class Identity:
    """Which file on which disk, whatever its name."""

    dev: int
    ino: int


def identity(path: Path) -> Identity | None:
    """Tell the identity of a file without opening it; None where there is none. Raises NoAccess."""
    try:
        with sorted_os_errors(path, writing=False):
            found = path.stat()
    except NotFound:
        return None
    return Identity(found.st_dev, found.st_ino)


def open_regular(path: Path, *, never: Identity | None) -> int:
    """Open for reading and return the descriptor, of regular files only: never a FIFO, device, folder or symbolic link.

    ``never`` is the identity of the live books, hard links of them included: closing any descriptor of theirs would drop
    SQLite's locks in this process (SQLite, "How To Corrupt", section 2.2). Raises NotFound, Refused, NoAccess.
    """
    with sorted_os_errors(path, writing=False):
        seen = path.lstat()
        if not stat.S_ISREG(seen.st_mode):
            raise Refused(Code.NOT_A_REGULAR_FILE, path=path)
        if never == Identity(seen.st_dev, seen.st_ino):
            raise Refused(Code.IS_THE_BOOKS, path=path)
        descriptor = os.open(path, _READ_FLAGS)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Refused(Code.NOT_A_REGULAR_FILE, path=path)
    return descriptor


def read_whole(path: Path, *, never: Identity | None = None, limit_bytes: int = 64 << 20) -> bytes:
    """Read a small file whole. Raises NotFound only where there is no such file; any other failure is NoAccess or Refused."""
    descriptor = open_regular(path, never=never)
    with sorted_os_errors(path, writing=False), os.fdopen(descriptor, "rb") as file:
        return file.read(min(limit_bytes, os.fstat(descriptor).st_size))  # asked for more, Python takes all that memory first


def create(path: Path) -> int:
    """Create a new private file and return its descriptor. Raises NoAccess where the name is taken."""
    with sorted_os_errors(path, writing=True):
        return os.open(path, _NEW_FLAGS, 0o600)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write every byte, however many calls it takes. Raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def write_new(path: Path, data: bytes) -> None:
    """Write a new file whole and make its bytes durable; a file half written is removed. Raises NoSpace, NoAccess."""
    descriptor = create(path)
    try:
        with sorted_os_errors(path, writing=True):
            write_all(descriptor, data)
            os.fsync(descriptor)
    except BaseException:
        os.close(descriptor)
        discard(path)
        raise
    os.close(descriptor)


def replace_whole(path: Path, data: bytes) -> None:
    """Replace a small file by new content: the old or the new is there after a kill, never half. Raises NoSpace, NoAccess."""
    hidden = hidden_name(path)
    remove(hidden)
    write_new(hidden, data)
    with discarded_on_failure([hidden]):
        take_place(hidden, path)


@contextmanager
def discarded_on_failure(paths: Iterable[Path]) -> Iterator[None]:
    """Where the block fails or is cancelled, remove what it was making; paths that the block itself adds to the list count too."""
    try:
        yield
    except BaseException:
        for path in paths:
            discard(path)
        raise


def hidden_name(path: Path) -> Path:
    """The temporary name of a file that is being made."""
    return path.with_name(f".{path.name}{PART}")


def final_name(hidden: Path) -> Path:
    """The name that a hidden file was going to have."""
    return hidden.with_name(hidden.name[1 : -len(PART)])


def publish(hidden: Path, final: Path) -> None:
    """Give a finished file its name, never over another file. Commit point: the new name. Raises NoAccess where it is taken.

    A link is made first because a rename would silently replace a file that another program put there meanwhile.
    """
    with sorted_os_errors(final, writing=True):
        if os.name == "nt":
            _patiently(os.rename, hidden, final)
            return
        try:
            os.link(hidden, final)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            if os.path.lexists(final):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final)) from error
            hidden.rename(final)
            return
        discard(hidden)  # where it stays, the next sweep removes it: the file has its name


def take_place(hidden: Path, final: Path) -> None:
    """Put a finished file in another one's place. Commit point: the name, durable. Raises NoAccess, also where Windows has it open."""
    with sorted_os_errors(final, writing=True):
        _patiently(os.replace, hidden, final)
    sync_folder(final.parent)


def copy_file(source: Path, target: Path, *, never: Identity | None, report: Report = ignore, cancel: CancelToken = NEVER) -> str:
    """Copy a closed file to a new name, durably, and return the SHA-256 of what was read. A half copy is removed."""
    reader = open_regular(source, never=never)
    try:
        total = os.fstat(reader).st_size
        writer = create(target)
        try:
            digest = _pump(reader, writer, source, target, Progress(Stage.CARRYING, 0, total), report, cancel)
        except BaseException:
            os.close(writer)
            discard(target)
            raise
        os.close(writer)
        return digest
    finally:
        os.close(reader)


def _pump(reader: int, writer: int, source: Path, target: Path, start: Progress, report: Report, cancel: CancelToken) -> str:
    from hashlib import sha256  # noqa: PLC0415 - the window paints before anything is hashed

    digest = sha256()
    done = 0
    while True:
        cancel.check()
        with sorted_os_errors(source, writing=False):
            data = os.read(reader, CHUNK_BYTES)
        if not data:
            break
        digest.update(data)
        with sorted_os_errors(target, writing=True):
            write_all(writer, data)
        done += len(data)
        report(Progress(start.stage, done, start.total))
    with sorted_os_errors(target, writing=True):
        os.fsync(writer)
    return digest.hexdigest()


def hash_file(path: Path, *, never: Identity | None, report: Report = ignore, cancel: CancelToken = NEVER) -> str:
    """Read a closed file to its end and return its SHA-256 as hex. Raises NotFound, Refused, NoAccess, Cancelled."""
    descriptor = open_regular(path, never=never)
    try:
        with sorted_os_errors(path, writing=False):
            return hash_descriptor(descriptor, report=report, cancel=cancel)
    finally:
        os.close(descriptor)


def hash_descriptor(descriptor: int, *, report: Report = ignore, cancel: CancelToken = NEVER) -> str:
    """Hash an open file from its start. Raises OSError, Cancelled."""
    from hashlib import sha256  # noqa: PLC0415 - the window paints before anything is hashed

    digest, done, total = sha256(), 0, os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    while data := os.read(descriptor, CHUNK_BYTES):
        cancel.check()
        digest.update(data)
        done += len(data)
        report(Progress(Stage.CHECKING, done, total))
    return digest.hexdigest()


def discard(path: Path) -> None:
    """Remove a temporary file if it is there; a failure to do so is left to the next sweep."""
    with suppress(OSError):
        path.unlink()


def remove(path: Path) -> None:
    """Remove a file; one that is gone, or whose name no disk holds, is as good. Raises NoAccess."""
    with sorted_os_errors(path, writing=True):
        try:
            _patiently(os.unlink, path)
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENAMETOOLONG}:
                raise
            return
    sync_folder(path.parent)


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can enter, with its parents; an existing one is left as it is.

    Mode 0700 also sets the owner's ACL on Windows (Python's documentation of ``os.mkdir``, since 3.11.10 and 3.12.4).
    Raises Refused where something else has the name or it is a symbolic link, NoAccess, NoSpace.
    """
    with sorted_os_errors(path, writing=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
            sync_folder(path.parent)
        mode = path.lstat().st_mode
        if not stat.S_ISDIR(mode):
            raise Refused(Code.FILE_IN_THE_WAY if stat.S_ISREG(mode) else Code.UNSAFE_FOLDER, path=path)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable. Raises NoAccess. Windows does so by itself and cannot be asked."""
    if os.name == "nt":
        return
    with sorted_os_errors(path, writing=True):
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_data(descriptor: int) -> None:
    """Make an open file's bytes durable. Raises OSError."""
    getattr(os, "fdatasync", os.fsync)(descriptor)


def free_bytes(folder: Path) -> int:
    """Tell the room left for this user on the disk of a folder. Raises NotFound, NoAccess."""
    with sorted_os_errors(folder, writing=False):
        return shutil.disk_usage(folder).free


@contextmanager
def scanned(folder: Path, *, follow: bool = True) -> Iterator[list[os.DirEntry[str]]]:
    """List a folder; an absent one, or a link and not ``follow``, is empty; any other failure is never "new". Raises NoAccess."""
    try:
        with sorted_os_errors(folder, writing=False), os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: os.fsencode(entry.name)) if follow or not folder.is_symlink() else []
    except NotFound:
        found = []
    yield found


def _patiently(action: object, *paths: Path) -> None:
    """Try again for a second where Windows says that another program holds the file (virus scanners do, for moments)."""
    assert callable(action)
    for wait_seconds in (0.01, 0.03, 0.1, 0.3, 0.6, None):
        try:
            action(*paths)
            return
        except PermissionError:
            if wait_seconds is None or os.name != "nt":
                raise
            time.sleep(wait_seconds)
