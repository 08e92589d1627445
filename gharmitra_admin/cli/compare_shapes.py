"""Fills what ``--json`` prints of a comparison. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from gharmitra_admin.answers.comparison import ComparedTold, EntryTold, KindCompared, TableCompared
from gharmitra_admin.answers.failure import Told
from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.engine.parts.books.entry import Entry
from gharmitra_admin.engine.vault.comparing import Compared
from gharmitra_admin.wording import books, comparisons, values
from gharmitra_admin.wording.language import Words

LISTED = 1000  # so many entries are in the document; a spreadsheet file has all


def compared(words: Words, found: Compared, entries: Sequence[Entry], *, books_name: str, today: date) -> ComparedTold:
    """The answer of compare."""
    plain = values.plain_rupees
    number = found.comparison.entries_different
    follows = comparisons.consequences(words, found.comparison.consequences, found.then.created_at.date(), today)
    tables = [
        TableCompared(one.table, books.title(words, one.table), one.lost, one.returned, one.changed, plain(one.lost_paise))
        for one in found.comparison.tables
    ]
    kinds = [
        KindCompared(one.kind.value, one.lost, one.returned, one.changed, plain(one.lost_paise), plain(one.returned_paise))
        for one in found.comparison.kinds
    ]
    return ComparedTold(
        source=shown(found.now.filename) if found.now else shown(books_name),
        to=shown(found.then.filename),
        tables=tables,
        kinds=kinds,
        entries_different=number,
        entries=[_entry(one) for one in entries[:LISTED]],
        warnings=[Told("backup_damaged", sentence) for sentence in comparisons.damaged(words, found.then, found.now)]
        + [Told(line.code.value, line.message) for line in follows]
        + ([Told("entries_cut", comparisons.cut(words, LISTED, number))] if number > LISTED else [])
        + [Told("schema_differs", sentence) for sentence in books.schema(words, found.comparison)],
    )


def _entry(one: Entry) -> EntryTold:
    return EntryTold(
        kind=one.kind.value,
        direction=one.direction.value,
        society=one.society,
        date=one.date,
        number=one.number,
        flat=one.flat,
        amount=values.plain_rupees(one.paise),
        mode=one.mode,
        reference=one.reference,
        narration=one.narration,
        table=one.table,
        then_date=one.then_date,
        then_flat=one.then_flat,
        then_amount=values.plain_rupees(one.then_paise),
    )
