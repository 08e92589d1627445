"""GharMitra's own activity list is put back with the books: what it said since the backup is carried into our record first.

Leaves lines in the activity record, each with some of the rows that would be gone.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path

import msgspec

from gharmitra_admin.engine.base import files, sqlite
from gharmitra_admin.engine.parts import tables
from gharmitra_admin.engine.parts.audit import Audit, Outcome

TABLE = "audit_logs"
ACTION = "carried_over"
_ROWS_IN_ONE_LINE = 20
_LONGEST_ROW = 1500


def discarded_rows(audit: Audit, replaced: Path, backup: Path, *, never: files.Identity | None) -> int:
    """Carry over the rows of audit_logs that only the replaced books have, and tell how many. Raises Damaged, NoAccess, NoSpace."""
    count = 0
    rows = _lost(replaced, backup, never)
    while some := list(islice(rows, _ROWS_IN_ONE_LINE)):
        count += len(some)
        audit.append(ACTION, Outcome.FINISHED, job=secrets.token_hex(4), table=TABLE, rows=some)
    return count


def _lost(replaced: Path, backup: Path, never: files.Identity | None) -> Iterator[str]:
    """Each row as one line of JSON."""
    with ExitStack() as stack:
        my_pages = stack.enter_context(tables.opened(replaced, never=never))
        your_pages = stack.enter_context(tables.opened(backup, never=never))
        stack.enter_context(sqlite.sorted_sqlite_errors(replaced))
        mine = stack.enter_context(closing(sqlite.open_closed(replaced)))
        yours = stack.enter_context(closing(sqlite.open_closed(backup)))
        now, then = tables.shapes(mine), tables.shapes(yours)
        if TABLE not in now:
            return
        if TABLE not in then:
            side = tables.Side(mine, now[TABLE])
            yield from (_line(side.shape.columns, row) for row in tables.rows(side, side.shape.columns))
            return
        same = tables.look(my_pages, your_pages, tables.roots(mine), tables.roots(yours))
        columns = tables.common_columns(now[TABLE], then[TABLE])
        for change in tables.changes(tables.Side(mine, now[TABLE]), tables.Side(yours, then[TABLE]), same):
            if change.now is not None and change.then is None:
                yield _line(columns, change.now)


def _line(columns: tuple[str, ...], row: tuple[object, ...]) -> str:
    values = {name: _plain(tables.shown(value)) for name, value in zip(columns, row, strict=True)}
    return msgspec.json.encode(values).decode()[:_LONGEST_ROW]


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else repr(value)
