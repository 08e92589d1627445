"""What every hostile guest in the folder must leave as it was: the engine goes through all it does, and the good backups stay true."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass, field
from pathlib import Path

from gharmitra_admin.engine import BackupRecord, Status, VerifyResult
from tests.builders.society import Society, assert_whole


@dataclass
class Endured:
    """What the engine said of the guests, by the name it shows."""

    listed: dict[str, BackupRecord]
    verified: dict[str, VerifyResult]
    adopted: dict[str, VerifyResult]
    after: dict[str, BackupRecord] = field(default_factory=dict)


def mark(path: Path) -> tuple[object, ...]:
    """All of a name in a folder that must not change: kind, size, time and, of a small file, its bytes."""
    found = path.lstat()
    is_small = stat.S_ISREG(found.st_mode) and found.st_size < 1 << 24
    target = path.readlink() if stat.S_ISLNK(found.st_mode) else None
    return found.st_mode, found.st_ino, found.st_size, found.st_mtime_ns, target, path.read_bytes() if is_small else None


def endure(society: Society, guests: list[Path], elsewhere: Path) -> Endured:
    """List, check, adopt, rotate, look, copy: with these guests in the folder nothing may hang, fail or touch them."""
    good = [record for record in society.vault().records() if record.is_made]
    assert good, "a test needs a good backup that must survive"
    before = {guest: mark(guest) for guest in guests}
    books = mark(society.paths.books)
    vault = society.vault()
    listed = _by_name(vault.records())
    verified = {result.filename: result for result in vault.verify()}
    adopted = {result.filename: result for result in vault.adopt_unchecked()}
    vault.prune()
    vault.preview()
    vault.state()
    vault.health()
    elsewhere.mkdir(exist_ok=True)
    carried = vault.copy(good[0].filename, elsewhere)
    assert_whole(carried.path)
    newest = society.back_up().record
    assert newest.status is Status.CHECKED
    for guest, was in before.items():
        assert mark(guest) == was, guest
    assert mark(society.paths.books) == books
    for record in good:
        assert record.path.is_file()
        assert hashlib.sha256(record.path.read_bytes()).hexdigest() == record.sha256
        assert verified[record.filename].status is Status.CHECKED
    _no_side_files(society, guests)
    return Endured(listed, verified, adopted, _by_name(society.vault().records()))


def _by_name(records: list[BackupRecord]) -> dict[str, BackupRecord]:
    assert len({record.filename for record in records}) == len(records)
    return {record.filename: record for record in records}


def _no_side_files(society: Society, guests: list[Path]) -> None:
    sides = [path for path in society.paths.backups.rglob("*") if path.name.endswith(("-wal", "-shm", "-journal", ".part"))]
    assert [path.name for path in sides if path.is_file() and path not in guests] == []
