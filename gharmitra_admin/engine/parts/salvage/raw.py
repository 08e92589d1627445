"""A damaged file, page by page: nothing in it is believed, no number in it is followed without a limit. Leaves nothing on disk.

Page layout: "Database File Format", sqlite.org/fileformat2.html, sections 1.3 to 1.6.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import sorted_os_errors
from gharmitra_admin.engine.base.job import NEVER, CancelToken
from gharmitra_admin.engine.base.sqlite import HEADER_BYTES, Header
from gharmitra_admin.engine.parts.tables.pages import INDEX_INTERIOR, INDEX_LEAF, TABLE_INTERIOR, TABLE_LEAF

INTERIOR = frozenset({TABLE_INTERIOR, INDEX_INTERIOR})
KINDS = frozenset({TABLE_INTERIOR, TABLE_LEAF, INDEX_INTERIOR, INDEX_LEAF})
ENCODINGS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_SIZES = tuple(1 << power for power in range(9, 17))
_SAMPLED_PAGES = 4000
_SMALLEST_CELL = 3


@dataclass(frozen=True, slots=True)
class Layout:
    """How the bytes are to be cut into pages. ``is_told``: the file's own first page says so; else it was found by trying."""

    page_size: int
    usable: int
    encoding: str
    user_version: int = 0
    application_id: int = 0
    free_trunk: int = 0
    free_count: int = 0
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """One page of a tree: where its cells begin, and in an interior page the last child."""

    kind: int
    cells: tuple[int, ...]
    last_child: int
    is_whole: bool  # every place it names is one where a cell can be


class RawFile:
    """The pages of a closed private copy."""

    def __init__(self, path: Path, descriptor: int, layout: Layout) -> None:
        self.path, self.layout = path, layout
        with sorted_os_errors(path, writing=False):
            self.size_bytes = os.fstat(descriptor).st_size
        self.count = -(-self.size_bytes // layout.page_size)
        self._descriptor = descriptor

    def read(self, number: int) -> bytes:
        """Read a page, the first being number 1; what the file has not got is zeros. Raises NoAccess."""
        size = self.layout.page_size
        if not 1 <= number <= self.count:
            return bytes(size)
        with sorted_os_errors(self.path, writing=False):
            os.lseek(self._descriptor, (number - 1) * size, os.SEEK_SET)
            return os.read(self._descriptor, size).ljust(size, b"\0")

    def node(self, number: int, data: bytes) -> Node | None:
        """Read the page as one of a tree; None where it cannot be one."""
        return node(data, HEADER_BYTES if number == 1 else 0, self.layout.usable)


def node(data: bytes, start: int, usable: int) -> Node | None:
    """Read a page of a tree as far as it can be read: places that cannot hold a cell are passed over."""
    kind = data[start]
    if kind not in KINDS:
        return None
    first = start + (12 if kind in INTERIOR else 8)
    told = int.from_bytes(data[start + 3 : start + 5])
    number = min(told, max(0, usable - first) // 2)
    places = struct.unpack_from(f">{number}H", data, first)
    # Where the number itself is wrong, the list runs on into the cells: each place counts as long as it lies behind its own entry.
    most = usable - _SMALLEST_CELL
    cells = tuple(dict.fromkeys(place for at, place in enumerate(places, 1) if first + 2 * at <= place <= most))
    last = int.from_bytes(data[start + 8 : start + 12]) if kind in INTERIOR else 0
    return Node(kind, cells, last, len(cells) == told and first + 2 * told <= min(cells, default=usable))


@contextmanager
def opened(
    path: Path, like: Layout | None, *, never: files.Identity | None = None, cancel: CancelToken = NEVER
) -> Iterator[RawFile | None]:
    """Open a closed file. ``like``: how a file of the same books is laid out, for where this one's first page is lost.

    Gives None where no page size makes pages of these bytes. Raises NoAccess, Cancelled.
    """
    descriptor = files.open_regular(path, never=never)
    try:
        with sorted_os_errors(path, writing=False):
            layout = layout_of(os.read(descriptor, HEADER_BYTES))
            layout = layout if layout is not None and _pages(descriptor, layout.page_size, cancel) else None
            layout = layout or _found(descriptor, like, cancel)
        yield RawFile(path, descriptor, layout) if layout is not None else None
    finally:
        os.close(descriptor)


def layout_of(header: bytes) -> Layout | None:
    """Read the layout from the first 100 bytes; None where they are not those of a database."""
    if Header.parse(header) is None or header[20] > 32:
        return None
    page_size = int.from_bytes(header[16:18])
    page_size = 65536 if page_size == 1 else page_size

    def number(offset: int) -> int:
        return int.from_bytes(header[offset : offset + 4])

    return Layout(
        page_size,
        page_size - header[20],
        ENCODINGS.get(number(56), "utf-8"),
        user_version=number(60),
        application_id=number(68),
        free_trunk=number(32),
        free_count=number(36),
        is_told=True,
    )


def _found(descriptor: int, like: Layout | None, cancel: CancelToken) -> Layout | None:
    """Try every page size: at the right one most pages are pages of trees. A smaller one cuts them, a larger one skips half."""
    found = {size: _pages(descriptor, size, cancel) for size in _SIZES}
    best = max(found, key=lambda size: (found[size], -size))
    if like is not None and found[like.page_size] and found[like.page_size] >= found[best]:
        best = like.page_size
    if not found[best]:
        return None
    reserved = like.page_size - like.usable if like is not None and like.page_size == best else 0
    versions = (like.user_version, like.application_id) if like is not None else (0, 0)
    return Layout(best, best - reserved, like.encoding if like else "utf-8", *versions)


def _pages(descriptor: int, size: int, cancel: CancelToken) -> int:
    """Count the pages of trees with something in them among the first pages of this size, the very first left out where others are."""
    length = os.fstat(descriptor).st_size
    count = 0
    for number in range(min(-(-length // size), _SAMPLED_PAGES * 4096 // size)):
        if number % 256 == 0:
            cancel.check()
        os.lseek(descriptor, number * size, os.SEEK_SET)
        data = os.read(descriptor, size).ljust(size, b"\0")
        one = node(data, HEADER_BYTES if number == 0 else 0, size)
        count += one is not None and one.is_whole and bool(one.cells) and _content_starts(data, number, one)
    return count


def _content_starts(data: bytes, number: int, one: Node) -> bool:
    """Whether the page says that its content begins before its first cell and behind its list of cells: chance hardly makes that true."""
    start = HEADER_BYTES if number == 0 else 0
    told = int.from_bytes(data[start + 5 : start + 7]) or 65536
    return start + 8 + 2 * len(one.cells) <= told <= min(one.cells)
