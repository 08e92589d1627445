"""The pages of a closed database and how its trees hang together. Leaves nothing on disk.

Page layout: "Database File Format", sqlite.org/fileformat2.html, sections 1.3 to 1.6. Only interior pages are read to walk a tree: all
leaves of one tree lie at one depth, so that a hundred leaves cost one page.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import Code, Damaged, sorted_os_errors
from gharmitra_admin.engine.base.sqlite import Header

TABLE_INTERIOR, TABLE_LEAF, INDEX_INTERIOR, INDEX_LEAF = 0x05, 0x0D, 0x02, 0x0A
_INTERIOR = frozenset({TABLE_INTERIOR, INDEX_INTERIOR})
_LEAVES = frozenset({TABLE_LEAF, INDEX_LEAF})
_HEADER_BYTES = 100
_DEEPEST = 20  # SQLite's own limit (BTCURSOR_MAX_DEPTH)
LEAST_ROWID, GREATEST_ROWID = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of a table's tree; its rows have ``after < rowid <= upto``."""

    page: int
    after: int
    upto: int


class Pages:
    """A closed database file, read page by page through one descriptor."""

    def __init__(self, path: Path, descriptor: int, size: int, usable: int, count: int) -> None:
        self.path, self.size, self.usable, self.count = path, size, usable, count
        self._descriptor = descriptor

    def read(self, first: int, count: int = 1) -> bytes:
        """Read pages, the first of all being number 1. Raises Damaged where the file ends before them, NoAccess."""
        length = count * self.size
        with sorted_os_errors(self.path, writing=False):
            os.lseek(self._descriptor, (first - 1) * self.size, os.SEEK_SET)
            data = os.read(self._descriptor, length)
        if first < 1 or len(data) != length:
            raise Damaged(Code.BACKUP_DAMAGED, path=self.path, name=self.path.name)
        return data

    def leaves(self, root: int) -> Iterator[Leaf]:
        """Walk a table's tree from the least rowid to the greatest."""
        for number, leaf in enumerate(self._below(root, self._depth(root), LEAST_ROWID - 1, GREATEST_ROWID)):
            self._check(leaf.page, number)
            yield leaf

    def tree(self, root: int) -> Iterator[int]:
        """Name every page of a tree but those that long rows overflow into."""
        for number, page in enumerate(self._pages_below(root, self._depth(root))):
            self._check(page, number)
            yield page

    def free(self) -> Iterator[int]:
        """Name every page that is not used."""
        for number, page in enumerate(self._free()):
            self._check(page, number)
            yield page

    def _check(self, page: int, number: int) -> None:
        """Refuse a page that is not there, and a tree with more pages than the file."""
        if not 1 <= page <= self.count or number > self.count:
            raise self._torn()

    def _free(self) -> Iterator[int]:
        trunk = int.from_bytes(self.read(1)[32:36])
        for _ in range(self.count):
            if not trunk:
                return
            yield trunk
            data = self.read(trunk)
            number = int.from_bytes(data[4:8])
            if number > self.size // 4:
                raise self._torn()
            yield from (int.from_bytes(data[at : at + 4]) for at in range(8, 8 + 4 * number, 4))
            trunk = int.from_bytes(data[:4])

    def overflowing(self, leaf: int) -> Iterator[int]:
        """Name the first overflow page of every row of a table's leaf that has one."""
        data = self.read(leaf)
        start = _start(leaf)
        most, least = self.usable - 35, (self.usable - 12) * 32 // 255 - 23
        for at in _cells(data, start, 8):
            payload, after = _varint(data, at)
            if payload <= most:
                continue
            _rowid, body = _varint(data, after)
            here = least + (payload - least) % (self.usable - 4)
            end = body + (here if here <= most else least)
            yield int.from_bytes(data[end : end + 4])

    def chain(self, first: int) -> Iterator[int]:
        """Follow one row's overflow pages."""
        page = first
        for _ in range(self.count):
            if not page:
                return
            yield page
            page = int.from_bytes(self.read(page)[:4])

    def _depth(self, root: int) -> int:
        """Count the interior levels above the leaves."""
        page = root
        for depth in range(_DEEPEST):
            data, start = self.read(page), _start(page)
            if data[start] in _LEAVES:
                return depth
            if data[start] not in _INTERIOR:
                raise self._torn()
            page = self._children(data, start)[0][0]
        raise self._torn()

    def _children(self, data: bytes, start: int) -> list[tuple[int, int]]:
        """The pages below an interior page and, in a table, the greatest rowid in each; the last has none."""
        below = []
        for at in _cells(data, start, 12):
            child = int.from_bytes(data[at : at + 4])
            key = _signed(_varint(data, at + 4)[0]) if data[start] == TABLE_INTERIOR else 0
            below.append((child, key))
        below.append((int.from_bytes(data[start + 8 : start + 12]), 0))
        return below

    def _below(self, page: int, depth: int, after: int, upto: int) -> Iterator[Leaf]:
        if depth == 0:
            yield Leaf(page, after, upto)
            return
        children = self._children(self.read(page), _start(page))
        for place, (child, key) in enumerate(children):
            end = key if place < len(children) - 1 else upto
            yield from self._below(child, depth - 1, after, end)
            after = end

    def _pages_below(self, page: int, depth: int) -> Iterator[int]:
        yield page
        if depth:
            for child, _key in self._children(self.read(page), _start(page)):
                yield from self._pages_below(child, depth - 1)

    def _torn(self) -> Damaged:
        return Damaged(Code.BACKUP_DAMAGED, path=self.path, name=self.path.name)


@contextmanager
def opened(path: Path, *, never: files.Identity | None) -> Iterator[Pages]:
    """Open a closed database's pages. ``never``: the live books, which must not be opened so.

    Raises NotFound, Refused, Damaged, NoAccess.
    """
    descriptor = files.open_regular(path, never=never)
    try:
        with sorted_os_errors(path, writing=False):
            head, length = os.read(descriptor, _HEADER_BYTES), os.fstat(descriptor).st_size
        header = Header.parse(head)
        if header is None:
            raise Damaged(Code.BACKUP_DAMAGED, path=path, name=path.name)
        yield Pages(path, descriptor, header.page_size, header.page_size - head[20], length // header.page_size)
    finally:
        os.close(descriptor)


def _start(page: int) -> int:
    return _HEADER_BYTES if page == 1 else 0


def _cells(data: bytes, start: int, header: int) -> Iterator[int]:
    """Where the cells of a page begin."""
    first = start + header
    for place in range(int.from_bytes(data[start + 3 : start + 5])):
        at = int.from_bytes(data[first + 2 * place : first + 2 * place + 2])
        if at + 4 > len(data):
            return
        yield at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read one number of one to nine bytes; returns it and where the next begins."""
    value = 0
    for place in range(at, min(at + 8, len(data))):
        byte = data[place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    return value << 8 | data[min(at + 8, len(data) - 1)], at + 9


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
