"""The pages of a database that stands still, and how its trees hang together. Leaves nothing on disk.

Page layout: "Database File Format", sqlite.org/fileformat2.html, sections 1.3 to 1.6. Only interior pages are read to walk a tree: all
leaves of one tree lie at one depth, so that a hundred leaves cost one page.
"""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.base.errors import Code, Damaged, sorted_os_errors
from gharmitra_admin.engine.base.sqlite import Header
from gharmitra_admin.engine.parts import snapshot
from gharmitra_admin.engine.parts.live_books import LiveBooks

TABLE_INTERIOR, TABLE_LEAF, INDEX_INTERIOR, INDEX_LEAF = 0x05, 0x0D, 0x02, 0x0A
_INTERIOR = frozenset({TABLE_INTERIOR, INDEX_INTERIOR})
_LEAVES = frozenset({TABLE_LEAF, INDEX_LEAF})
_HEADER_BYTES = 100
_page_number = struct.Struct(">I").unpack_from
_DEEPEST = 20  # SQLite's own limit (BTCURSOR_MAX_DEPTH)
LEAST_ROWID, GREATEST_ROWID = -(1 << 63), (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf of a table's tree; its rows have ``after < rowid <= upto``."""

    page: int
    after: int
    upto: int


@dataclass(frozen=True, slots=True)
class Tree:
    """The pages of one tree, those that hold it together first: so many are ``inner``, the root always."""

    pages: array[int]
    inner: int


Read: TypeAlias = Callable[[int, int], bytes]  # offset, length


class Pages:
    """A database file, read page by page."""

    def __init__(self, path: Path, read: Read, size: int, usable: int, count: int) -> None:
        self.path, self.size, self.usable, self.count = path, size, usable, count
        self._read = read
        self._trees: dict[int, Tree] = {}

    def read(self, first: int, count: int = 1) -> bytes:
        """Read pages, the first of all being number 1. Raises Damaged where the file ends before them, NoAccess."""
        if not 1 <= first <= self.count + 1 - count:
            raise self._torn()
        data = self._read((first - 1) * self.size, count * self.size)
        if len(data) != count * self.size:
            raise self._torn()
        return data

    def leaves(self, root: int, wanted: bytes | None = None) -> Iterator[Leaf]:
        """Walk a table's tree from the least rowid to the greatest; of ``wanted`` only, which has a byte for each page that is not 0."""
        if wanted is not None:
            self.tree(root)  # its pages are there, and no more than the file has
        for number, leaf in enumerate(self._below(root, self._depth(root), LEAST_ROWID - 1, GREATEST_ROWID, wanted)):
            self._check(leaf.page, number)
            yield leaf

    def tree(self, root: int) -> Tree:
        """Name every page of a tree but those that long rows overflow into; walked once and then known."""
        if root not in self._trees:
            self._trees[root] = self._walked(root)
        return self._trees[root]

    def take_tree(self, root: int, tree: Tree) -> None:
        """Know a tree from another database, in which the pages that hold it together are the same."""
        self._trees[root] = tree

    def _walked(self, root: int) -> Tree:
        self._check(root, 0)
        pages, level = array("I", (root,)), array("I", (root,))
        for _ in range(self._depth(root)):
            below = array("I")
            for page in level:
                below.extend(self._pages_under(self.read(page), _start(page)))
                if len(pages) + len(below) > self.count:
                    raise self._torn()
            if not below or min(below) < 1 or max(below) > self.count:
                raise self._torn()
            pages.extend(below)
            level = below
        return Tree(pages, max(1, len(pages) - len(level)))

    def _pages_under(self, data: bytes, start: int) -> list[int]:
        """The pages right below an interior page, without their keys."""
        try:
            cells = struct.unpack_from(f">{int.from_bytes(data[start + 3 : start + 5])}H", data, start + 12)
            return [_page_number(data, at)[0] for at in (*cells, start + 8)]
        except struct.error as error:
            raise self._torn() from error

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

    def _below(self, page: int, depth: int, after: int, upto: int, wanted: bytes | None) -> Iterator[Leaf]:
        if depth == 0:
            if wanted is None or wanted[page]:
                yield Leaf(page, after, upto)
            return
        data, start = self.read(page), _start(page)
        if depth == 1 and wanted is not None and not any(map(wanted.__getitem__, self._pages_under(data, start))):
            return
        children = self._children(data, start)
        for place, (child, key) in enumerate(children):
            end = key if place < len(children) - 1 else upto
            yield from self._below(child, depth - 1, after, end, wanted)
            after = end

    def _torn(self) -> Damaged:
        return Damaged(Code.BACKUP_DAMAGED, path=self.path, name=self.path.name)


@contextmanager
def opened(path: Path, *, never: files.Identity | None) -> Iterator[Pages]:
    """Open a closed database's pages. ``never``: the live books, which must not be opened so.

    Raises NotFound, Refused, Damaged, NoAccess.
    """
    descriptor = files.open_regular(path, never=never)

    def read(offset: int, length: int) -> bytes:
        with sorted_os_errors(path, writing=False):
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, length)

    try:
        with sorted_os_errors(path, writing=False):
            length = os.fstat(descriptor).st_size
        yield _pages(path, read, length)
    finally:
        os.close(descriptor)


def of_held(books: LiveBooks) -> Pages:
    """The pages of a held moment of the books whose main file is all of it, read on the connection that holds it.

    Raises Damaged, NoAccess.
    """
    with sqlite.sorted_sqlite_errors(books.path):
        page_size, page_count = int(books.connection.pragma("page_size")), int(books.connection.pragma("page_count"))

    def read(offset: int, length: int) -> bytes:
        return snapshot.read_main(books, page_size, offset, length)

    return _pages(books.path, read, page_size * page_count)


def _pages(path: Path, read: Read, length: int) -> Pages:
    head = read(0, _HEADER_BYTES)
    header = Header.parse(head)
    if header is None:
        raise Damaged(Code.BACKUP_DAMAGED, path=path, name=path.name)
    return Pages(path, read, header.page_size, header.page_size - head[20], length // header.page_size)


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
