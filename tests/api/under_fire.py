"""Eight clients that write all the time to a protected backend, and what must hold of their entries whatever happens to a restore."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.builders.host import Answer, Host

ADMIN = "user-1"
WRITERS = 8
PROTECTED = "gharmitra_admin.api.protected:app"


@dataclass
class Writers:
    """``acknowledged``: notes that were answered 201; ``sent``: all that may have been written; ``odd``: answers nobody should get."""

    host: Host
    acknowledged: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    odd: list[str] = field(default_factory=list)
    busy: int = 0
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _end: threading.Event = field(default_factory=threading.Event)

    def write_once(self) -> bool:
        """Enter one note; whether it was acknowledged."""
        note = f"note {next(self._numbers)}"
        self.sent.add(note)
        try:
            answer = self.host.post("/api/receipts", json={"note": note}, timeout_seconds=30)
        except OSError:
            return False
        if answer.status == 201:
            self.acknowledged.add(note)
        elif answer.status == 503 and answer.headers["retry-after"]:
            self.busy += 1
            self._end.wait(0.02)
        else:
            self.odd.append(f"{answer.status} {answer.body[:200]!r}")
        return answer.status == 201

    @contextmanager
    def at_work(self) -> Iterator[None]:
        self._end.clear()
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._end.set()
            for thread in threads:
                thread.join(60)

    def _work(self) -> None:
        while not self._end.is_set():
            if not self.write_once():
                self._end.wait(0.02)


def notes_in(file: Path) -> set[str]:
    """The notes in a database, read by Python's own sqlite3 after its own full check."""
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], file
        return {row[0] for row in connection.execute("SELECT title FROM complaints")}


def back_up(host: Host) -> str:
    answer = host.post("/api/database/backup", token=ADMIN)
    assert answer.status == 200, answer.body
    return str(answer.json["filename"])


def restore(host: Host, name: str) -> Answer:
    return host.post("/api/database/restore", params={"filename": name}, token=ADMIN, timeout_seconds=120)


def restoring_child(host: Host) -> psutil.Process | None:
    """The process that does a restore now, past its plan."""
    for child in host.children():
        try:
            words = child.cmdline()
        except psutil.Error:
            continue
        if "restore" in words and "--yes" in words:
            return child
    return None
