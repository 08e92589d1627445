"""Which rows of two databases need no look, since the very pages that hold them are the same. Leaves nothing on disk.

Two copies of the same books differ in few pages. A leaf that stands under one page number in both trees, with the same bytes there and in
whatever its rows overflow into, holds the same rows in both: what differs lies in the other leaves, of one side or the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from gharmitra_admin.engine.base.job import NEVER, CancelToken, Progress, Report, Stage, ignore
from gharmitra_admin.engine.parts.tables.pages import Leaf, Pages

_READ_BYTES = 1 << 20
Range = tuple[int, int]  # after < rowid <= upto


@dataclass(frozen=True, slots=True)
class SamePages:
    """Two databases of one page size, and where their bytes differ: one byte for each page, 1 where they do."""

    one: Pages
    other: Pages
    differs: bytearray
    is_overflow_in_doubt: bool

    def ranges(self, one_root: int, other_root: int) -> list[Range]:
        """The rowids among which all differing rows of a table lie, in order and apart from each other."""
        in_one, in_other = self._marked(self.one.tree(one_root).pages), self._marked(self.other.tree(other_root).pages)
        found = [*self._unlike(self.one, one_root, in_other), *self._unlike(self.other, other_root, in_one)]
        return _joined(found)

    def is_same_tree(self, one_root: int, other_root: int) -> bool:
        """Whether a tree is the same in both, page for page."""
        if one_root != other_root or self.is_overflow_in_doubt:
            return False
        return not any(map(self.differs.__getitem__, self.one.tree(one_root).pages))

    def _marked(self, pages: Iterable[int]) -> bytearray:
        marks = bytearray(len(self.differs))
        for page in pages:
            marks[page] = 1
        return marks

    def _unlike(self, pages: Pages, root: int, in_the_other: bytearray) -> Iterator[Range]:
        if not self.is_overflow_in_doubt:
            yield from ((leaf.after, leaf.upto) for leaf in pages.leaves(root, self._differing_or_not_in(in_the_other)))
            return
        for leaf in pages.leaves(root):
            if not in_the_other[leaf.page] or self.differs[leaf.page] or self._overflows_otherwise(pages, leaf):
                yield leaf.after, leaf.upto

    def _differing_or_not_in(self, marks: bytearray) -> bytes:
        """A byte for each page, 1 where it differs or has no mark: all pages at once, as one long number."""
        length = len(marks)
        every = int.from_bytes(b"\1" * length)
        return (int.from_bytes(self.differs) | every ^ int.from_bytes(marks)).to_bytes(length)

    def _overflows_otherwise(self, pages: Pages, leaf: Leaf) -> bool:
        return any(self.differs[page] for first in pages.overflowing(leaf.page) for page in pages.chain(first))


def look(
    one: Pages,
    other: Pages,
    one_roots: Iterable[int],
    other_roots: Iterable[int],
    *,
    report: Report = ignore,
    cancel: CancelToken = NEVER,
) -> SamePages | None:
    """Compare two databases page by page; None where their pages are of different size. ``roots``: of all tables and indexes."""
    if one.size != other.size or one.usable != other.usable:
        return None
    differs = _differing(one, other, report, cancel)
    my_roots, your_roots = frozenset(one_roots), frozenset(other_roots)
    _share(one, other, my_roots & your_roots, differs)
    rest = bytearray(differs)
    for pages, roots in ((one, my_roots), (other, your_roots)):
        for root in roots:
            for page in pages.tree(root).pages:
                rest[page] = 0
        for page in pages.free():
            rest[page] = 0
    return SamePages(one, other, differs, is_overflow_in_doubt=any(rest))


def _share(one: Pages, other: Pages, roots: Iterable[int], differs: bytearray) -> None:
    """Walk a tree once only that hangs together the same way in both, as most do."""
    for root in roots:
        tree = one.tree(root)
        if not any(map(differs.__getitem__, tree.pages[: tree.inner])):
            other.take_tree(root, tree)


def _differing(one: Pages, other: Pages, report: Report, cancel: CancelToken) -> bytearray:
    least, most, size = min(one.count, other.count), max(one.count, other.count), one.size
    differs = bytearray(most + 1)
    step = max(1, _READ_BYTES // size)
    with ThreadPoolExecutor(1) as beside:
        for first in range(1, least + 1, step):
            cancel.check()
            count = min(step, least + 1 - first)
            reading = beside.submit(other.read, first, count)
            mine = one.read(first, count)
            yours = reading.result()
            if mine != yours:
                for place in range(count):
                    part = slice(place * size, (place + 1) * size)
                    differs[first + place] = mine[part] != yours[part]
            report(Progress(Stage.COMPARING, first * size, least * size))
    for page in range(least + 1, most + 1):
        differs[page] = 1
    return differs


def _joined(ranges: list[Range]) -> list[Range]:
    joined: list[Range] = []
    for after, upto in sorted(ranges):
        if joined and after <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(upto, joined[-1][1])
        else:
            joined.append((after, upto))
    return joined
