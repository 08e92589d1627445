"""Entries as people know them: what their rows say, the names of flat and society, what only unchanged rows tell.

Leaves nothing on disk.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

import apsw

from gharmitra_admin.engine.parts.books import whose
from gharmitra_admin.engine.parts.books.entry import Detail, Direction, Entry, Row, of_row, text
from gharmitra_admin.engine.parts.books.gathered import Group
from gharmitra_admin.engine.parts.books.ledger import STRANGE
from gharmitra_admin.engine.parts.books.meaning import EntryKind

_WITHOUT_AMOUNT = frozenset({EntryKind.MEMBER, EntryKind.OTHER})
_ANY = "SELECT 1 FROM pragma_index_list(?) AS l JOIN pragma_index_info(l.name) AS i WHERE i.seqno = 0 AND i.name = ? LIMIT 1"


class Names:
    """One side: its flats and societies by their numbers, and single rows looked up."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._societies: dict[object, str] | None = None
        self._flats: dict[object, str] | None = None
        self._is_quick: dict[tuple[str, str], bool] = {}

    def society(self, number: object) -> str:
        if self._societies is None:
            self._societies = {mark.number: mark.name for mark in whose.societies(self._connection)}
        return self._societies.get(number, "")

    def flat(self, number: object) -> str:
        if self._flats is None:
            self._flats = self._read_flats()
        return self._flats.get(number, "")

    def row(self, table: str, **wanted: object) -> Detail | None:
        """What a row says that is found by an index; None where there is none, of either."""
        column, value = next(iter(wanted.items()))
        if value is None or not self._has_index(table, column):
            return None
        where = " AND ".join(f"{name} IS ?" for name in wanted)
        try:
            cursor = self._connection.execute(f"SELECT * FROM main.{table} WHERE {where} LIMIT 1", tuple(wanted.values()))  # noqa: S608 - names of ours
            found = cursor.fetchone()
            row: Row = {} if found is None else dict(zip((one[0] for one in cursor.get_description()), found, strict=True))
        except (*STRANGE, apsw.ExecutionCompleteError, TypeError):
            return None
        return of_row(table, row) if row else None

    def _has_index(self, table: str, column: str) -> bool:
        """Whether looking up one row is quick: no book of a strange schema is read once for every entry."""
        if (table, column) not in self._is_quick:
            self._is_quick[table, column] = self._connection.execute(_ANY, (table, column)).fetchone() is not None
        return self._is_quick[table, column]

    def _read_flats(self) -> dict[object, str]:
        try:
            return {
                number: text(label) for number, label in self._connection.execute("SELECT id, flat_number FROM main.flats LIMIT 100000")
            }
        except STRANGE:
            return {}


def entries_of(group: Group, now: Names, then: Names) -> Iterator[Entry]:
    """Tell the entry of a group; two where one of a number leaves and another of the same number comes back."""
    if group.is_changed:
        mine, yours = _whole(group, group.now, now), _whole(group, group.then, then)
        yield replace(
            _entry(group, Direction.CHANGED, mine, now, mine.paise),
            then_date=yours.date,
            then_flat=yours.flat or then.flat(yours.flat_id),
            then_paise=None if group.kind in _WITHOUT_AMOUNT else yours.paise,
            is_same_making=mine.entered == yours.entered,
        )
        return
    if group.lost:
        yield _entry(group, Direction.LEFT, _whole(group, group.now, now), now, group.lost_paise)
    if group.returned:
        yield _entry(group, Direction.BACK, _whole(group, group.then, then), then, group.returned_paise)


def _entry(group: Group, direction: Direction, said: Detail, names: Names, worth: int | None) -> Entry:
    return Entry(
        kind=group.kind,
        direction=direction,
        society=names.society(group.society),
        date=said.date,
        number=said.number,
        flat=said.flat or names.flat(said.flat_id),
        paise=None if group.kind in _WITHOUT_AMOUNT else worth,
        mode=said.mode,
        reference=said.reference,
        narration=said.narration,
        table=said.table,
    )


def _whole(group: Group, parts: tuple[Detail | None, Detail | None, Detail | None], names: Names) -> Detail:
    """Put together what main row, payment and line say; what did not differ is looked up."""
    main, paid, line = parts
    key = _key(group.key)
    if key[0] == "voucher":
        main = main or names.row("journal_entries", entry_number=key[2], society_id=key[1])
        if group.kind is EntryKind.RECEIPT:
            paid = paid or names.row("payments", receipt_number=key[2], society_id=key[1])
    elif key[0] == "bill":
        main = main or names.row("maintenance_bills", flat_id=key[1], year=key[2], month=key[3])
        line = None  # of the posting; the bill says it all
    said = [part for part in (paid, main, line) if part is not None]
    flat_id = next((part.flat_id for part in said if part.flat_id is not None), None)
    narration = next((part.narration for part in (main, paid, line) if part is not None and part.narration), "")
    return Detail(
        entered=" ".join(part.entered for part in (main, paid) if part is not None),
        date=_first(said, "date"),
        number=_first(said, "number"),
        flat_id=flat_id,
        flat=_first(said, "flat"),
        mode=_first(said, "mode"),
        reference=_first(said, "reference"),
        narration=narration,
        paise=next((part.paise for part in (paid, main, line) if part is not None and part.paise is not None), None),
        table=_first(said, "table"),
    )


def _first(parts: list[Detail], name: str) -> str:
    return next((said for part in parts if (said := getattr(part, name))), "")


def _key(packed: str) -> tuple[object, ...]:
    """The key that a group was gathered under."""
    try:
        key = ast.literal_eval(packed)
    except (ValueError, SyntaxError):  # an infinity has no literal
        return ("",)
    return key if isinstance(key, tuple) else ("",)
