"""What ``--json`` prints of a rescue. Fields are only ever added. Leaves nothing on disk."""

from __future__ import annotations

import msgspec

from gharmitra_admin.answers.failure import Told
from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.engine.vault.salvaging import Salvaged
from gharmitra_admin.wording import backups, books, salvages
from gharmitra_admin.wording.language import Words


class TableTold(msgspec.Struct, frozen=True):
    """One table. ``expected``, ``lost``, ``differing``: against the backup, null where there was none."""

    table: str
    title: str
    saved: int
    expected: int | None
    lost: int | None
    differing: int | None
    maybe_old: int
    set_aside: int
    cut: int


class SalvageTold(msgspec.Struct, frozen=True):
    """The answer of salvage. ``set_aside``: all rows in lost_and_found; ``compared_with``: the backup's name, or the file's path."""

    output: str
    size_bytes: int
    sha256: str
    integrity: str
    complete: bool
    saved: int
    lost: int | None
    maybe_old: int
    set_aside: int
    cut: int
    compared_with: str | None
    schema_from_backup: bool
    not_made: list[str]
    unreadable_bytes: int
    foreign_key_violations: int
    tables: list[TableTold]
    took_seconds: float
    warnings: list[Told]


def salvaged(words: Words, found: Salvaged) -> SalvageTold:
    result = found.result
    told = [
        TableTold(
            shown(one.table),
            shown(books.title(words, one.table)),
            one.saved,
            one.expected,
            one.lost,
            one.differing,
            one.unsure,
            one.set_aside,
            one.cut,
        )
        for one in result.tables
    ]
    led = found.guide.filename if found.guide else shown_path(result.guide) if result.guide else None
    notices = [Told(one.code.value, backups.notice(words, one)) for one in found.warnings]
    return SalvageTold(
        output=shown_path(result.path),
        size_bytes=result.size_bytes,
        sha256=result.sha256,
        integrity="ok",
        complete=result.is_complete,
        saved=result.saved,
        lost=result.lost,
        maybe_old=sum(one.unsure for one in result.tables),
        set_aside=result.set_aside + sum(one.set_aside for one in result.tables),
        cut=sum(one.cut for one in result.tables),
        compared_with=led,
        schema_from_backup=result.schema_from_guide,
        not_made=list(map(shown, result.left_out)),
        unreadable_bytes=result.unreadable_bytes,
        foreign_key_violations=result.foreign_key_violations,
        tables=told,
        took_seconds=round(result.took_seconds, 3),
        warnings=[*(Told("rescued", sentence) for sentence in salvages.doubts(words, found)), *notices],
    )
