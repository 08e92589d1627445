"""Books of every shape of table that a database can have, made by Python's own sqlite3 in another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_MAKE = r"""
import random, sqlite3, sys
path, seed, page_size, encoding, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], int(sys.argv[5])
chance = random.Random(seed)
c = sqlite3.connect(path)
c.executescript(f"PRAGMA page_size={page_size}; PRAGMA encoding='{encoding}'; PRAGMA user_version=7; PRAGMA application_id=-5")
c.executescript('''
CREATE TABLE ledger (id INTEGER PRIMARY KEY, account TEXT NOT NULL, amount INTEGER NOT NULL, narration TEXT);
CREATE INDEX ledger_by_account ON ledger (account);
CREATE TABLE accounts (account TEXT, number INTEGER, balance REAL, PRIMARY KEY (number, account)) WITHOUT ROWID;
CREATE TABLE documents (name TEXT UNIQUE, body BLOB, "odd ""name" NUMERIC DEFAULT 3.5);
CREATE UNIQUE INDEX documents_by_body ON documents (body) WHERE body IS NOT NULL;
CREATE TABLE receipts (id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT, twice INTEGER GENERATED ALWAYS AS (id * 2) STORED,
    half TEXT AS (number || '!') VIRTUAL, note);
CREATE TABLE anything (a, b, c, d);
CREATE TABLE empty (x);
CREATE VIEW balances AS SELECT account, sum(amount) FROM ledger GROUP BY account;
CREATE TRIGGER no_more AFTER INSERT ON ledger BEGIN DELETE FROM anything WHERE a = new.id; END;
''')
def value():
    return chance.choice([
        None, 0, 1, -1, chance.randrange(-2**63, 2**63), chance.randrange(-300, 300), chance.random(), -0.0, 1e300, float('inf'),
        '', 'x', '12', 'रसीद ' * chance.randrange(4), 'nul\0in it', chance.randbytes(chance.choice([0, 3, 40, 5000])).hex(), b'', b'12',
        chance.randbytes(chance.choice([1, 100, 9000]))])
for n in range(rows):
    account = chance.choice(['bank', 'dues'])
    c.execute('INSERT INTO ledger (account, amount, narration) VALUES (?, ?, ?)', (account, n, chance.randbytes(20).hex()))
    c.execute('INSERT INTO accounts VALUES (?, ?, ?)', ('a%d' % n + 'y' * (n % 60), n // 3, n / 3))
    c.execute('INSERT OR IGNORE INTO documents VALUES (?, ?, ?)', ('d%d' % n, chance.randbytes(chance.choice([0, 60, 7000])), value()))
    c.execute('INSERT INTO receipts (number, note) VALUES (?, ?)', ('RV-%d' % n, value()))
    anything = (chance.randrange(-2**62, 2**62), value(), value(), value(), value())
    c.execute('INSERT INTO anything (rowid, a, b, c, d) VALUES (?, ?, ?, ?, ?)', anything)
if rows:
    c.execute("INSERT INTO anything VALUES (CAST(x'ff41fe' AS TEXT), 1, 2, 3)")
c.execute("ALTER TABLE ledger ADD COLUMN mode TEXT NOT NULL DEFAULT 'cash'")
c.execute("INSERT INTO ledger (account, amount, mode) VALUES ('bank', 5, 'online')")
c.execute('DELETE FROM receipts WHERE id > ?', (rows * 9 // 10,))
c.execute('DELETE FROM documents WHERE rowid % 3 = 0')
c.execute('DELETE FROM ledger WHERE id BETWEEN ? AND ?', (rows // 4, rows // 2))
c.commit()
"""


def make(path: Path, *, seed: int = 1, page_size: int = 4096, encoding: str = "UTF-8", rows: int = 400) -> Path:
    """Make them; about five times ``rows`` rows, of which some were deleted again, so that there are free pages."""
    subprocess.run([sys.executable, "-c", _MAKE, str(path), str(seed), str(page_size), encoding, str(rows)], check=True)
    return path
