"""What is different between the books and a backup, or two backups. Fields are only ever added."""

from __future__ import annotations

import msgspec

from gharmitra_admin.answers.failure import Told


class TableCompared(msgspec.Struct, frozen=True):
    """One table that differs, row by row; amounts are rupees with two decimals."""

    table: str
    title: str
    lost: int
    returned: int
    changed: int
    lost_amount: str | None


class KindCompared(msgspec.Struct, frozen=True):
    """Entries of one kind, each counted once; amounts of different kinds are not added together."""

    kind: str
    lost: int
    returned: int
    changed: int
    lost_amount: str | None
    returned_amount: str | None


class EntryTold(msgspec.Struct, frozen=True):
    """One entry: ``direction`` is left, back or changed; ``then_amount`` is what a changed one is worth in the backup."""

    kind: str
    direction: str
    society: str
    date: str
    number: str
    flat: str
    amount: str | None
    mode: str
    reference: str
    narration: str
    table: str
    then_date: str
    then_flat: str
    then_amount: str | None


class ComparedTold(msgspec.Struct, frozen=True):
    """What going from one database to another would change."""

    source: str = msgspec.field(name="from")
    to: str
    tables: list[TableCompared]
    kinds: list[KindCompared]
    entries_different: int
    entries: list[EntryTold]
    warnings: list[Told]
