"""Programs that read and write the same books all the time, each a process of its own with Python's own sqlite3."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_WORK = """
import select, sqlite3, sys
path, kind, name, keeps = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] == "keeps"
connection, number = None, 0
def write(c):
    global number
    number += 1
    c.execute("BEGIN IMMEDIATE")
    for account, amount in (("bank", 7), ("dues", -7)):
        c.execute("INSERT INTO ledger (account, amount, narration) VALUES (?, ?, ?)", (account, amount, f"{name}-{number}"))
        c.execute("UPDATE accounts SET balance = balance + ? WHERE account = ?", (amount, account))
    c.execute("COMMIT")
    print(f"{name}-{number}", flush=True)
def read(c):
    c.execute("BEGIN")
    seen = c.execute("SELECT sum(amount), count(*) % 2, (SELECT sum(balance) FROM accounts),"
                     " (SELECT coalesce(sum(amount), 0) FROM ledger WHERE account = 'bank' AND narration IS NOT NULL)"
                     " - (SELECT balance FROM accounts WHERE account = 'bank') FROM ledger").fetchone()
    c.execute("COMMIT")
    print("whole" if seen == (0, 0, 0, 0) else f"torn {seen}", flush=True)
while not select.select([sys.stdin], [], [], 0 if keeps else 0.05)[0]:
    try:
        connection = connection or sqlite3.connect(path, isolation_level=None, timeout=0.2)
        (write if kind == "writes" else read)(connection)
    except sqlite3.OperationalError as error:
        if connection is not None and connection.in_transaction:
            connection.execute("ROLLBACK")
        if "locked" not in str(error):
            print(f"failed {error}", flush=True)
    except sqlite3.Error as error:
        print(f"failed {error}", flush=True)
    if connection is not None and not keeps:
        connection.close()
        connection = None
"""


class Member(threading.Thread):
    """One of the processes, and what it says."""

    def __init__(self, words: list[str]) -> None:
        super().__init__(daemon=True)
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.said: list[str] = []
        self.has_said = threading.Event()
        self.start()

    def run(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.strip())
            self.has_said.set()

    def end(self) -> None:
        """Let it end its piece of work, and hear it to the end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.join(60)
        self.process.wait(60)


@dataclass
class Crowd:
    """The processes; after ``disperse`` what they saw: entries acknowledged to writers, and what the readers say."""

    members: list[Member]
    acknowledged: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)

    def wait_until_busy(self) -> None:
        """Every one of them has done something."""
        for member in self.members:
            assert member.has_said.wait(60)

    def disperse(self) -> None:
        for member in self.members:
            member.end()
            for line in member.said:
                (self.acknowledged if line.startswith("w") and line != "whole" else self.seen).add(line)


@contextmanager
def crowd(books: Path, *, writers: int = 4, readers: int = 4, keeps_open: bool) -> Iterator[Crowd]:
    """Let so many work on the books. ``keeps_open``: with one connection each; else one for each piece of work, with moments between."""
    kinds = [*(("writes", f"w{number}") for number in range(writers)), *(("reads", f"r{number}") for number in range(readers))]
    keeps = "keeps" if keeps_open else "closes"
    made = Crowd([Member([sys.executable, "-c", _WORK, str(books), kind, name, keeps]) for kind, name in kinds])
    try:
        yield made
    finally:
        for member in made.members:
            member.process.kill()
            member.process.wait(60)
            member.join(60)
            for stream in (member.process.stdin, member.process.stdout):
                if stream is not None and not stream.closed:
                    stream.close()
