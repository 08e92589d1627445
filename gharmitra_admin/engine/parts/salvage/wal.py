"""What stands in a -wal and has not reached the main file yet, written into a private copy of that file.

Leaves the copy as SQLite would show it. Layout: "WAL-mode File Format", sqlite.org/walformat.html.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import sorted_os_errors
from gharmitra_admin.engine.base.job import CancelToken

_HEADER_BYTES, _FRAME_BYTES = 32, 24
_MAGIC = 0x377F0682  # its last bit says in which byte order the checksums are
_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class _Committed:
    """Where the newest state of each page stands in the -wal, and how many pages the file has then."""

    places: dict[int, int]
    page_count: int
    page_size: int


def apply(copy: Path, wal: Path, cancel: CancelToken) -> bool:
    """Write all committed frames of a -wal into the copy of its main file; tells whether there were any.

    Raises NoAccess, NoSpace, Cancelled.
    """
    reader = files.open_regular(wal, never=None)
    try:
        with sorted_os_errors(wal, writing=False):
            found = _committed(reader, cancel)
        if found is None:
            return False
        with sorted_os_errors(copy, writing=True), copy.open("r+b") as file:
            for page, place in found.places.items():
                cancel.check()
                file.seek((page - 1) * found.page_size)
                file.write(_at(reader, place, found.page_size))
            file.truncate(found.page_count * found.page_size)
        return True
    finally:
        os.close(reader)


def _committed(reader: int, cancel: CancelToken) -> _Committed | None:
    """Read frames as long as their salts and running checksums are right; those behind the last commit were never committed."""
    length = os.fstat(reader).st_size
    header = _at(reader, 0, _HEADER_BYTES)
    if len(header) < _HEADER_BYTES:
        return None
    magic, _version, page_size, _sequence = struct.unpack(">4I", header[:16])
    order = ">" if magic & 1 else "<"
    sums = _sums(header[:24], (0, 0), order)
    if magic & ~1 != _MAGIC or page_size & (page_size - 1) or not 512 <= page_size <= 65536 or sums != struct.unpack(">2I", header[24:]):
        return None
    places: dict[int, int] = {}
    waiting: dict[int, int] = {}
    page_count, at = 0, _HEADER_BYTES
    while at + _FRAME_BYTES + page_size <= length:
        cancel.check()
        frame = _at(reader, at, _FRAME_BYTES + page_size)
        page, committed = struct.unpack(">2I", frame[:8])
        sums = _sums(frame[_FRAME_BYTES:], _sums(frame[:8], sums, order), order)
        if frame[8:16] != header[16:24] or sums != struct.unpack(">2I", frame[16:24]) or not page:
            break
        waiting[page] = at + _FRAME_BYTES
        if committed:
            places |= waiting
            waiting, page_count = {}, committed
        at += _FRAME_BYTES + page_size
    kept = {page: place for page, place in places.items() if page <= page_count}
    return _Committed(kept, page_count, page_size) if page_count else None


def _sums(data: bytes, before: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = before
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & _MASK
        two = (two + second + one) & _MASK
    return one, two


def _at(descriptor: int, offset: int, length: int) -> bytes:
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, length)
