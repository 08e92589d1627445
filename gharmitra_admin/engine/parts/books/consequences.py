"""What going back to a backup has as consequences beside the entries: codes and values, no sentences. Leaves nothing on disk."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import apsw

from gharmitra_admin.engine.parts.books import attached, dues_change, logins, numbers, online, whose
from gharmitra_admin.engine.parts.books.attached import Attached, Attachments, IsThere
from gharmitra_admin.engine.parts.books.dues_change import Dues, DuesChange
from gharmitra_admin.engine.parts.books.logins import LoginChange
from gharmitra_admin.engine.parts.books.numbers import Numbers, NumbersAgain
from gharmitra_admin.engine.parts.books.online import Online, OnlineGone

TABLES = frozenset({*numbers.COLUMNS, *attached.COLUMNS, online.TABLE, *dues_change.TABLES})
Row = Mapping[str, object]


class ConsequenceCode(enum.Enum):
    """One word for each kind of consequence; the sentence is made in ``wording``."""

    SOCIETIES = "societies"
    DUES = "dues_change"
    NUMBERS = "numbers_again"
    ONLINE = "online_gone"
    LOGINS = "logins_change"
    DOCUMENTS_WITHOUT_ROW = "documents_without_row"
    DOCUMENTS_WITHOUT_FILE = "documents_without_file"


@dataclass(frozen=True, slots=True)
class Consequences:
    """All of them; empty where there are none. ``societies``: every one in the backup. ``passwords``: how many logins get an older one."""

    societies: tuple[str, ...] = ()
    dues: tuple[DuesChange, ...] = ()
    numbers: tuple[NumbersAgain, ...] = ()
    online: tuple[OnlineGone, ...] = ()
    logins: tuple[LoginChange, ...] = ()
    passwords: int = 0
    documents_without_row: tuple[Attached, ...] = ()
    documents_without_file: tuple[Attached, ...] = ()

    def codes(self) -> tuple[ConsequenceCode, ...]:
        """Tell which kinds there are, in the order in which they are told. One society alone needs no word."""
        there = {
            ConsequenceCode.SOCIETIES: len(self.societies) > 1,
            ConsequenceCode.DUES: self.dues,
            ConsequenceCode.NUMBERS: self.numbers,
            ConsequenceCode.ONLINE: self.online,
            ConsequenceCode.LOGINS: self.logins or self.passwords,
            ConsequenceCode.DOCUMENTS_WITHOUT_ROW: self.documents_without_row,
            ConsequenceCode.DOCUMENTS_WITHOUT_FILE: self.documents_without_file,
        }
        return tuple(code for code, is_so in there.items() if is_so)


class Gathering:
    """Takes the rows of ``TABLES`` that differ, one by one, and tells the consequences at the end."""

    def __init__(self, now: apsw.Connection, then: apsw.Connection, is_there: IsThere) -> None:
        self._now, self._then, self._is_there = now, then, is_there
        self._dues, self._numbers, self._online, self._attachments = Dues(now, then), Numbers(then), Online(), Attachments()

    def add(self, table: str, now: Row | None, then: Row | None) -> None:
        """Take one row; ``now`` None where only the backup has it, ``then`` None where only the books have it."""
        if table in dues_change.TABLES:
            self._dues.add(table, now, then)
        if table in numbers.COLUMNS:
            self._numbers.add(table, now, then)
        if table in attached.COLUMNS:
            self._attachments.add(table, now, then)
        if table == online.TABLE:
            self._online.add(now, then)

    def end(self, differing: frozenset[str]) -> Consequences:
        """Tell them. ``differing``: the tables that differ; what none of them bears on is not read. Raises apsw.Error for damage."""
        changed, passwords = logins.changed(self._now, self._then) if differing & logins.TABLES else ((), 0)
        return Consequences(
            societies=tuple(mark.name for mark in whose.societies(self._then)),
            dues=self._dues.changes(),
            numbers=self._numbers.again(),
            online=self._online.gone(),
            logins=changed,
            passwords=passwords,
            documents_without_row=self._attachments.without_row(),
            documents_without_file=self._attachments.without_file(self._is_there),
        )
