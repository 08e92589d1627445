"""The trees of a damaged file: walked from their roots, each page once, with what is missing in them. Leaves nothing on disk."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from gharmitra_admin.engine.parts.salvage.raw import INTERIOR, Node, RawFile
from gharmitra_admin.engine.parts.salvage.records import varint
from gharmitra_admin.engine.parts.tables.pages import (
    GREATEST_ROWID,
    INDEX_INTERIOR,
    INDEX_LEAF,
    LEAST_ROWID,
    TABLE_INTERIOR,
    TABLE_LEAF,
)

UNREACHED, IN_A_TREE, FREE, OVERFLOW = range(4)
_MOST_HOLES = 100_000
_DEEPEST = 20  # SQLite's own limit (BTCURSOR_MAX_DEPTH)
OF_TABLES, OF_INDEXES = frozenset({TABLE_INTERIOR, TABLE_LEAF}), frozenset({INDEX_INTERIOR, INDEX_LEAF})


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a tree; in a table its rows should have ``after < rowid <= upto``."""

    number: int
    data: bytes
    node: Node
    after: int
    upto: int


@dataclass(slots=True)
class Tree:
    """What a walk of one tree found out. ``holes``: the rowids whose pages are missing."""

    root: int
    is_whole: bool = True
    holes: list[tuple[int, int]] = field(default_factory=list)

    def miss(self, after: int, upto: int) -> None:
        """Note that a page with these rowids is missing; beyond all reason many holes become one."""
        self.is_whole = False
        self.holes.append((after, upto))
        if len(self.holes) > _MOST_HOLES:
            self.settle()
            if len(self.holes) > _MOST_HOLES // 2:
                self.holes = [(self.holes[0][0], self.holes[-1][1])]

    def settle(self) -> None:
        """Put the holes in order and join those that touch, so that one can be found by halves."""
        joined: list[tuple[int, int]] = []
        for after, upto in sorted(self.holes):
            if joined and after <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(joined[-1][1], upto)
            else:
                joined.append((after, upto))
        self.holes = joined

    def has_hole_for(self, rowid: int) -> bool:
        """Whether the page of this row is missing; asked after ``settle``."""
        place = bisect_left(self.holes, (rowid, LEAST_ROWID - 1)) - 1
        return place >= 0 and rowid <= self.holes[place][1]


class Uses:
    """What each page is known to be used for."""

    def __init__(self, raw: RawFile) -> None:
        self._raw = raw
        self._of = bytearray(raw.count + 1)
        self.free_is_told = False

    def of(self, number: int) -> int:
        return self._of[number] if 1 <= number <= self._raw.count else UNREACHED

    def claim(self, number: int, use: int) -> bool:
        """Say that a page is used so, unless it is none or something else has it."""
        if not 1 <= number <= self._raw.count or self._of[number]:
            return False
        self._of[number] = use
        return True

    def unreached(self, use: int = UNREACHED) -> Iterator[int]:
        yield from (number for number in range(1, self._raw.count + 1) if self._of[number] == use)

    def claim_free(self) -> None:
        """Follow the list of free pages; ``free_is_told``: it is there, ends, and is as long as the first page says."""
        layout = self._raw.layout
        trunk, number = layout.free_trunk, 0
        while trunk and self.claim(trunk, FREE):
            data = self._raw.read(trunk)
            listed = min(int.from_bytes(data[4:8]), layout.usable // 4 - 2)
            pages = [int.from_bytes(data[at : at + 4]) for at in range(8, 8 + 4 * listed, 4)]
            number += 1 + sum(self.claim(page, FREE) for page in pages)
            trunk = int.from_bytes(data[:4])
        self.free_is_told = layout.is_told and not trunk and number == layout.free_count


def walk(raw: RawFile, tree: Tree, uses: Uses, kinds: frozenset[int]) -> Iterator[Found]:
    """Give every page of a tree, each once in the whole file; what is wrong with the tree is noted in it."""
    refused: set[int] = set()
    waiting = [(iter([(tree.root, LEAST_ROWID - 1, GREATEST_ROWID)]), 0)]
    while waiting:
        children, depth = waiting[-1]
        child = next(children, None)
        if child is None:
            waiting.pop()
            continue
        number, after, upto = child
        if number in refused or uses.of(number) or not 1 <= number <= raw.count:
            tree.miss(after, upto)
            continue
        data = raw.read(number)
        node = raw.node(number, data)
        if node is None or node.kind not in kinds or depth > _DEEPEST or not uses.claim(number, IN_A_TREE):
            refused.add(number)
            tree.miss(after, upto)
            continue
        tree.is_whole = tree.is_whole and node.is_whole
        yield Found(number, data, node, after, upto)
        if node.kind in INTERIOR:
            waiting.append((_children(tree, data, node, after, upto), depth + 1))


def _children(tree: Tree, data: bytes, node: Node, after: int, upto: int) -> Iterator[tuple[int, int, int]]:
    """The pages below, in order, with their rowids; where these are not in order the tree is not whole and the limits are the parent's."""
    is_table = node.kind == TABLE_INTERIOR
    least = after
    for place in node.cells:
        child = int.from_bytes(data[place : place + 4])
        if not is_table:
            yield child, after, upto
            continue
        key = varint(data, place + 4)[0]
        key = key - (1 << 64) if key >> 63 else key
        if least <= key <= upto:
            yield child, least, key
            least = key
        else:
            tree.is_whole = False
            yield child, after, upto
    if not node.is_whole:
        tree.miss(after, upto)
    yield node.last_child, least, upto
