"""The rows on one page of a damaged file, as far as they can be read. Leaves nothing on disk.

Cells and records: "Database File Format", sqlite.org/fileformat2.html, sections 1.6 and 2.1.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from gharmitra_admin.engine.parts.salvage.raw import Node, RawFile
from gharmitra_admin.engine.parts.tables.differences import Text
from gharmitra_admin.engine.parts.tables.pages import INDEX_INTERIOR, TABLE_INTERIOR, TABLE_LEAF

Value = None | int | float | str | bytes | Text
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
_LONGEST = 1 << 28  # bytes of a row; held in memory at once
_MOST_COLUMNS = 32_767
_TIMES_READ = 4  # all overflow chains together, as a multiple of the file: more is a file that means harm


@dataclass(frozen=True, slots=True)
class Record:
    """One row. ``is_cut``: its end could not be read, and the values there are missing or shorter."""

    rowid: int
    values: tuple[Value, ...]
    is_cut: bool = False


@dataclass(slots=True)
class Reader:
    """Reads records of one file, and remembers which pages rows overflow into."""

    raw: RawFile
    overflowed: set[int] = field(default_factory=set)
    budget: int = 0

    def __post_init__(self) -> None:
        self.budget = _TIMES_READ * self.raw.size_bytes + (1 << 20)

    def records(self, data: bytes, node: Node) -> Iterator[Record]:
        """Read every row of a page that can be read; cells that overlap others beyond the page's own size are passed over."""
        if node.kind == TABLE_INTERIOR:
            return
        room = 2 * len(data)
        for place in node.cells:
            found = self._record(data, node.kind, place)
            if found is None:
                continue
            record, length = found
            room -= length
            if room < 0:
                return
            yield record

    def _record(self, data: bytes, kind: int, place: int) -> tuple[Record, int] | None:
        at = place + 4 if kind == INDEX_INTERIOR else place
        size, at = varint(data, at)
        rowid = 0
        if kind == TABLE_LEAF:
            rowid, at = varint(data, at)
            rowid = rowid - (1 << 64) if rowid >> 63 else rowid
        usable = self.raw.layout.usable
        here = _local(size, usable, is_table=kind == TABLE_LEAF)
        if not 2 <= size <= min(self.raw.size_bytes, _LONGEST) or at + here > usable:
            # A length that cannot be: the record says how long it is as well.
            found = decoded(data[at:usable], self.raw.layout.encoding)
            return (Record(rowid, found[0]), usable - at) if found is not None and not found[1] else None
        payload = data[at : at + here]
        if here < size:
            payload = self._overflowing(payload, size, int.from_bytes(data[at + here : at + here + 4]))
        found = decoded(payload, self.raw.layout.encoding)
        if found is None or (found[1] and len(payload) == size):
            return None
        return Record(rowid, *found), at + here - place

    def _overflowing(self, start: bytes, size: int, page: int) -> bytes:
        """Follow a row's overflow pages; what cannot be reached is left away."""
        parts, length, seen = [start], len(start), set[int]()
        while length < size and 1 < page <= self.raw.count and page not in seen and self.budget > 0:
            seen.add(page)
            data = self.raw.read(page)
            self.budget -= len(data)
            parts.append(data[4 : min(self.raw.layout.usable, 4 + size - length)])
            length += len(parts[-1])
            page = int.from_bytes(data[:4])
        self.overflowed |= seen
        return b"".join(parts)


def _local(size: int, usable: int, *, is_table: bool) -> int:
    """How many bytes of a row stand on the page itself."""
    most = usable - 35 if is_table else (usable - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (usable - 12) * 32 // 255 - 23
    here = least + (size - least) % (usable - 4)
    return here if here <= most else least


def decoded(payload: bytes, encoding: str) -> tuple[tuple[Value, ...], bool] | None:
    """Read a record's values, and whether it goes on behind the payload's end; None where it is no record."""
    head, at = varint(payload, 0)
    if not at <= head <= len(payload) or head > 9 * _MOST_COLUMNS:
        return None
    body, end = head, len(payload)
    values: list[Value] = []
    while at < head:
        kind = payload[at]
        if kind < 0x80:
            at += 1
        else:
            kind, at = varint(payload, at)
        if kind in (10, 11):
            return None
        length = (kind - 12) >> 1 if kind >= 12 else _length(kind)
        if body + length > end:
            if kind >= 12 and body < end:
                values.append(_text(payload[body:], encoding) if kind & 1 else payload[body:])
            return tuple(values), True
        if kind >= 12:
            piece = payload[body : body + length]
            values.append(_text(piece, encoding) if kind & 1 else piece)
        else:
            values.append(_number(kind, payload, body, length))
        body += length
    return (tuple(values), False) if at == head else None


def _length(kind: int) -> int:
    return _INTEGER_BYTES[kind] if kind < 7 else 8 if kind == 7 else 0


def _number(kind: int, payload: bytes, body: int, length: int) -> Value:
    if kind == 0:
        return None
    if kind < 7:
        return int.from_bytes(payload[body : body + length], signed=True)
    if kind == 7:
        (value,) = struct.unpack_from(">d", payload, body)
        return None if value != value else float(value)  # noqa: PLR0124 - SQLite reads "not a number" as nothing
    return kind - 8


def _text(piece: bytes, encoding: str) -> str | Text:
    try:
        return piece.decode(encoding)
    except UnicodeDecodeError:
        return Text(piece)


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read one number of one to nine bytes, zeros behind the end; returns it and where the next begins."""
    value = 0
    for place in range(at, at + 8):
        byte = data[place] if place < len(data) else 0
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    return value << 8 | (data[at + 8] if at + 8 < len(data) else 0), at + 9
