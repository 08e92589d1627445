"""Every row that can be found in a damaged file: first along the trees, then on the pages that no tree reaches any more.

Leaves the rows in the new database. A page that lies where it does not belong, and a page whose place in its tree is lost, is told to its
table by what its rows look like. Rows of free pages, which were deleted or are an older state, never come back into a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gharmitra_admin.engine.base.job import CancelToken, Progress, Report, Stage
from gharmitra_admin.engine.parts.salvage import shape as shapes
from gharmitra_admin.engine.parts.salvage import trees
from gharmitra_admin.engine.parts.salvage.likeness import Likeness
from gharmitra_admin.engine.parts.salvage.raw import INTERIOR, Node, RawFile
from gharmitra_admin.engine.parts.salvage.records import Reader, Record, Value
from gharmitra_admin.engine.parts.salvage.rows import Rows, Why
from gharmitra_admin.engine.parts.salvage.schema import SEQUENCES, Item, Schema
from gharmitra_admin.engine.parts.salvage.shape import Shape
from gharmitra_admin.engine.parts.salvage.trees import FREE, IN_A_TREE, OF_INDEXES, OF_TABLES, OVERFLOW, Found, Tree, Uses
from gharmitra_admin.engine.parts.tables.pages import TABLE_LEAF

_ROWS_JUDGED = 60
_LINES_LEARNT = 200
_OF_A_HOLE = 6.0  # how much likelier a page is one of a table that misses a page with just these rowids
_OF_ITS_TREE = 2.0  # and of the table in whose tree it lies
_UNLIKE = -6.0  # for each value: a page of no table that is known


@dataclass(slots=True)
class Gathering:
    """What is known while rows are gathered."""

    raw: RawFile
    reader: Reader
    uses: Uses
    rows: Rows
    report: Report
    cancel: CancelToken
    known: dict[str, Likeness] = field(default_factory=dict)
    indexes: dict[str, Likeness] = field(default_factory=dict)
    walked: dict[str, Tree] = field(default_factory=dict)
    strays: list[tuple[int, str]] = field(default_factory=list)
    done: int = 0

    def table_is_whole(self, name: str) -> bool:
        return name in self.walked and self.walked[name].is_whole

    def tick(self) -> None:
        self.cancel.check()
        self.done += 1
        if self.done % 32 == 0:
            self.report(Progress(Stage.RESCUING, min(self.done, self.raw.count), self.raw.count))


def gather(
    raw: RawFile,
    reader: Reader,
    uses: Uses,
    schema: Schema,
    rows: Rows,
    examples: Mapping[str, list[tuple[Value, ...]]],
    *,
    report: Report,
    cancel: CancelToken,
) -> Gathering:
    """Find and write all rows. ``examples``: rows of a good backup, table by table, as records have them."""
    state = Gathering(raw, reader, uses, rows, report, cancel)
    made = rows.target.shapes
    for name, shape in made.items():
        state.known[name] = Likeness(shape)
        for values in examples.get(name, ()):
            state.known[name].learn(values)
    for name, lines in examples.items():
        if name not in made:
            _learn_index(state, name, lines)
    _along_trees(state, schema)
    _strays(state)
    if not all(state.table_is_whole(name) for name in made):
        _unreached(state)
    return state


def _along_trees(state: Gathering, schema: Schema) -> None:
    """Read every table from its root where that is known, and claim all other pages whose use is known."""
    roots = {item.name: item for item in schema.of_type("table")}
    for name, shape in state.rows.target.shapes.items():
        item = roots.get(name)
        if item is not None and item.root > 1 and (item.is_own or _root_fits(state, shape, item.root)):
            _from_tree(state, shape, item.root)
    if SEQUENCES in roots and state.rows.target.has_sequences():
        _from_sequences(state, roots[SEQUENCES])
    for item in schema.of_type("index"):
        if item.root > 1:
            _index(state, item)
    for number in state.reader.overflowed:
        state.uses.claim(number, OVERFLOW)
    state.uses.claim_free()
    for tree in state.walked.values():
        tree.settle()


def _root_fits(state: Gathering, shape: Shape, root: int) -> bool:
    """Whether the page at which the backup has a table's root is that of this table here too: its first rows look so."""
    kinds = OF_TABLES if shape.has_rowid else OF_INDEXES
    seen: set[int] = set()
    number, records, node = root, list[Record](), None
    while number not in seen and not state.uses.of(number):
        seen.add(number)
        data = state.raw.read(number)
        node = state.raw.node(number, data)
        if node is None or node.kind not in kinds or not 1 <= number <= state.raw.count:
            return False
        records = list(state.reader.records(data, node))
        if node.kind not in INTERIOR:
            break
        number = int.from_bytes(data[node.cells[0] : node.cells[0] + 4]) if node.cells else node.last_child
    if node is None or node.kind in INTERIOR:
        return False
    return (not records and number == root) or _best(state, node, records, shape.name) is shape


def _fits(shape: Shape, records: list[Record]) -> bool:
    """Whether most rows of a page can be rows of the table at all."""
    judged = records[:_ROWS_JUDGED]
    return 2 * sum(shape.accepts(record.values) or record.is_cut for record in judged) >= len(judged) > 0


def _from_tree(state: Gathering, shape: Shape, root: int) -> None:
    tree = state.walked[shape.name] = Tree(root)
    kinds = OF_TABLES if shape.has_rowid else OF_INDEXES
    for page in trees.walk(state.raw, tree, state.uses, kinds):
        state.tick()
        if shape.has_rowid and page.node.kind in INTERIOR:
            continue
        records = list(state.reader.records(page.data, page.node))
        if len(records) != len(page.node.cells):
            tree.is_whole = False
        if not records:
            continue
        at_home = [one for one in records if page.after < one.rowid <= page.upto] if shape.has_rowid else records
        if 2 * len(at_home) < len(records) or not _fits(shape, records):
            tree.miss(page.after, page.upto)
            state.strays.append((page.number, shape.name))
            continue
        if len(at_home) != len(records):
            tree.is_whole = False
            state.strays.append((page.number, shape.name))
        _save(state, shape, at_home, page)


def _save(state: Gathering, shape: Shape, records: list[Record], page: Found) -> None:
    likeness, tree = state.known[shape.name], state.walked[shape.name]
    for record in records:
        tree.is_whole = tree.is_whole and not record.is_cut
        if len(record.values) > len(shape.stored):
            state.rows.set_aside(shape.name, record, page.number, Why.RULE)
            continue
        if state.rows.save(shape, record, page.number):
            likeness.learn(record.values)


def _index(state: Gathering, item: Item) -> None:
    """Claim an index, and learn how its lines look: those of a lost page must not pass for rows of a table without rowids."""
    learns = any(not one.has_rowid for one in state.rows.target.shapes.values())
    lines: list[tuple[Value, ...]] = []
    for page in trees.walk(state.raw, Tree(item.root), state.uses, OF_INDEXES):
        state.cancel.check()
        if learns and len(lines) < _LINES_LEARNT:
            lines += [record.values for record in state.reader.records(page.data, page.node)]
    _learn_index(state, item.name, lines)


def _learn_index(state: Gathering, name: str, lines: list[tuple[Value, ...]]) -> None:
    if lines:
        known = state.indexes[name] = Likeness(shapes.of_index(name, max(map(len, lines))))
        for values in lines:
            known.learn(values)


def _from_sequences(state: Gathering, item: Item) -> None:
    first = state.raw.read(item.root)
    node = state.raw.node(item.root, first)
    if node is None or not (item.is_own or _are_sequences(state, list(state.reader.records(first, node)))):
        return
    for page in trees.walk(state.raw, Tree(item.root), state.uses, OF_TABLES):
        _sequences(state, list(state.reader.records(page.data, page.node)))


def _are_sequences(state: Gathering, records: list[Record]) -> bool:
    """Whether these are the lines in which SQLite keeps the numbers it has given out."""
    known = state.rows.target.shapes
    return bool(records) and all(
        len(one.values) == 2 and one.values[0] in known and isinstance(one.values[1], int) for one in records if not one.is_cut
    )


def _sequences(state: Gathering, records: list[Record]) -> None:
    """Numbers given out once are not given out again, also where their rows are gone."""
    connection = state.rows.target.connection
    for record in records:
        if record.is_cut or not _are_sequences(state, [record]):
            continue
        connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", record.values)
        if not connection.changes():
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", record.values)


def _strays(state: Gathering) -> None:
    """Pages that lay in a tree where they do not belong, and rows out of the order of their page."""
    for number, home in state.strays:
        state.tick()
        data = state.raw.read(number)
        node = state.raw.node(number, data)
        if node is not None:
            records = list(state.reader.records(data, node))
            _place(state, number, node, records, _best(state, node, records, home), is_unsure=False)


def _unreached(state: Gathering) -> None:
    """Pages that no tree reaches: rows whose place in a tree is lost, or of old."""
    for number in state.uses.unreached():
        state.tick()
        data = state.raw.read(number)
        node = state.raw.node(number, data)
        if node is None or not node.cells:
            continue
        records = list(state.reader.records(data, node))
        if _are_sequences(state, records) and state.rows.target.has_sequences():
            _sequences(state, records)
        elif records:
            _place(state, number, node, records, _best(state, node, records, None), is_unsure=not state.uses.free_is_told)
    for number in state.uses.unreached(FREE):
        _free(state, number)


def _free(state: Gathering, number: int) -> None:
    """Set aside what stood on a free page, where it is of a table that lost something; one that is whole lost nothing there."""
    state.tick()
    data = state.raw.read(number)
    node = state.raw.node(number, data)
    if node is None or not node.is_whole or not node.cells:
        return
    records = list(state.reader.records(data, node))
    best = _best(state, node, records, None) if len(records) == len(node.cells) else None
    if best is not None and best.name in state.known and not state.table_is_whole(best.name):
        for record in records:
            state.rows.set_aside(best.name, record, number, Why.FREE)


def _best(state: Gathering, node: Node, records: list[Record], home: str | None) -> Shape | None:
    """The table whose rows these look like most; None where they are like those of none."""
    best, most = None, _UNLIKE
    judged = records[:_ROWS_JUDGED]
    for name, likeness in [*state.known.items(), *state.indexes.items()]:
        shape = likeness.shape
        if shape.has_rowid != (node.kind in OF_TABLES) or not any(shape.accepts(record.values) for record in judged[:3]):
            continue
        told = [(record, likeness.of(record.values)) for record in judged]
        fitting = [(record, one) for record, one in told if one is not None]
        if 2 * len(fitting) < len(judged) or not fitting:
            continue
        each = sum(one / max(1, len(record.values)) for record, one in fitting) / len(fitting) + (_OF_ITS_TREE if name == home else 0)
        if shape.has_rowid and name in state.walked:
            tree = state.walked[name]
            each += _OF_A_HOLE * sum(tree.has_hole_for(record.rowid) for record in judged) / len(judged)
        if each > most:
            best, most = shape, each
    return best


def _place(state: Gathering, number: int, node: Node, records: list[Record], table: Shape | None, *, is_unsure: bool) -> None:
    if table is not None and table.name in state.indexes:
        return
    if table is None:
        if node.kind == TABLE_LEAF:
            for record in records:
                state.rows.set_aside(None, record, number, Why.NO_TABLE)
        return
    if state.table_is_whole(table.name) and state.uses.of(number) != IN_A_TREE:
        return  # an older state of rows that are all there
    for record in records:
        if len(record.values) > len(table.stored):
            state.rows.set_aside(table.name, record, number, Why.RULE)
        else:
            state.rows.save(table, record, number, is_unsure=is_unsure)
