"""Restores under the sweep: societies in the states a restore meets, and what must hold after each kill or failing call.

The books are judged by Python's own sqlite3, on a copy with all that lies beside them, as the next program would open them.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gharmitra_admin.engine.parts import catalogue
from gharmitra_admin.engine.parts import intent as intents
from gharmitra_admin.engine.parts.catalogue import Status
from gharmitra_admin.engine.parts.manifest import Kind
from tests.builders import damage
from tests.builders import society as societies
from tests.builders.backend import Backend
from tests.builders.process import OtherProcess
from tests.builders.society import Society
from tests.faults import sweep
from tests.faults.sweep import Fault, Prepared

NAME = "gharmitra_backup_20261123_180000.db"
STATES = ("at rest", "killed backend", "rollback", "hot journal", "other page size", "whole file", "damaged pages", "undo")
_LOOK = """
import hashlib, json, sqlite3, sys
try:
    c = sqlite3.connect(sys.argv[1])
    found = [row for (row,) in c.execute("PRAGMA integrity_check")]
    rows = repr(sorted(map(repr, c.execute("SELECT * FROM ledger")))) + repr(sorted(map(repr, c.execute("SELECT * FROM accounts"))))
    print(json.dumps([found == ["ok"], hashlib.sha256(rows.encode()).hexdigest()]))
except sqlite3.Error as error:
    print(json.dumps([False, str(error)]))
"""


@dataclass(frozen=True)
class Ready:
    """A recorded restore, and what the books hold before and after it. ``old`` None: they are not whole before; ``raw``: their bytes.

    ``name``: the backup that is put back; ``action``: restore or undo.
    """

    prepared: Prepared
    old: str | None
    raw: bytes
    new: str
    mode: int
    name: str
    action: str


def prepare(folder: Path, state: str, *, broken: str | None = None) -> Ready:
    """Make a society whose books went on after its only backup, and record a restore of that backup, or the undo of one.

    ``killed backend``: the last entries stand in the -wal only, and the server that wrote them was killed.
    """
    rollback = state in {"rollback", "hot journal"}
    society = societies.make(folder / "prepared", entries=60, journal="delete" if rollback else "wal")
    society.back_up()
    if state == "other page size":
        _other_page_size(society)
    for _ in range(3):
        society.enter()
    name, action = (_restored(society), intents.UNDO) if state == "undo" else (NAME, intents.RESTORE)
    old = _left(society, state, folder)
    prepared = Prepared(society, (), (), broken, job=("--undo",) if action == intents.UNDO else ("--restore", name))
    new = content(society.paths.backups / name)
    assert new is not None
    assert old != new
    recorded = sweep.record(prepared, prepared.fresh(folder / "recorded"))
    return Ready(recorded, old, society.paths.books.read_bytes(), new, 1 if rollback else 2, name, action)


def _left(society: Society, state: str, folder: Path) -> str | None:
    """Leave the books as the state says; what they hold, None where they are not whole."""
    books = society.paths.books
    if state in {"killed backend", "whole file"}:
        _kill_a_backend(books, folder / "server")
    if state == "hot journal":
        damage.hot_journal(books)
    old = content(books)
    assert old is not None
    if state == "whole file":
        damage.lost_header(books)
    if state == "damaged pages":
        damage.damaged_pages(books)
    return content(books)


def _kill_a_backend(books: Path, folder: Path) -> None:
    folder.mkdir()
    with Backend(folder, pooled=True, database=books) as server:
        for _ in range(3):
            server.ask("POST", "/enter")
    assert books.with_name(f"{books.name}-wal").stat().st_size


def _restored(society: Society) -> str:
    """Go back to the backup and enter something there; the name of the safety backup that an undo would put back."""
    safety = society.vault().restore(NAME).safety
    assert safety is not None
    society.enter()
    society.clock.forward(minutes=1)
    return safety


def _other_page_size(society: Society) -> None:
    with OtherProcess(society.paths.books) as other:
        other.run("PRAGMA journal_mode=delete", "PRAGMA page_size=8192", "VACUUM", "PRAGMA journal_mode=wal")


def content(books: Path) -> str | None:
    """A hash of all rows as the next program would see them; None where the books are not whole."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal", "-journal"):
            side = books.with_name(books.name + suffix)
            if side.exists():
                shutil.copy(side, folder)
        done = subprocess.run([sys.executable, "-c", _LOOK, str(Path(folder) / books.name)], check=True, capture_output=True, text=True)
        is_whole, found = json.loads(done.stdout)
        return found if is_whole else None


def violations(ready: Ready, fault: Fault, folder: Path, *, then: Callable[[Society], None] | None = None) -> list[str]:
    """Run one restore into one fault, then open the society again, then restore without a fault; tell what does not hold.

    ``then``: what else happens right after the fault.
    """
    society = ready.prepared.fresh(folder)
    if then is not None:
        sweep.sync(society)
    ended = ready.prepared.meet(fault, society)
    if then is not None:
        then(society)
    return [f"{fault}: {line}" for line in aftermath(society, ready, ended.told)]


def aftermath(society: Society, ready: Ready, told: Mapping[str, Any] | None) -> list[str]:
    """What does not hold after a restore that ``told`` this, or nothing at all."""
    at_once = content(society.paths.books)
    found = list(_at_once(society, ready, at_once, told))
    half = _outcomes(society).get(ready.action) == "failed" and intents.path_of(society.paths).exists()
    cut_off = _outcomes(society).get(ready.action) == "started" or half
    opened = sweep.look_again(society)
    found += [f"after the next opening: {line}" for line in _opened(society, ready, at_once, opened, cut_off=cut_off)]
    return found + [f"restored again: {line}" for line in _again(society, ready)]


def _at_once(society: Society, ready: Ready, books: str | None, told: Mapping[str, Any] | None) -> Iterator[str]:
    if books not in {ready.old, ready.new} or (books is None and society.paths.books.read_bytes() != ready.raw):
        yield "the books are neither the old nor the new ones"
    yield from _backups(society, ready, books)
    if told is None:
        return
    if told["ok"] and books != ready.new:
        yield "success that did not happen"
    if not told["ok"] and books != ready.old and told["code"] != "restore_half":
        yield f"it said that it failed, and the books are the new ones: {told}"


def _backups(society: Society, ready: Ready, books: str | None) -> Iterator[str]:
    """What was replaced is there as it was, before the first byte of it goes."""
    records = catalogue.read(society.paths, clock=society.clock).records
    yield from (f"{one.filename} is {one.problem}" for one in records if one.status is Status.DAMAGED and not one.set_apart)
    if content(society.paths.backups / ready.name) != ready.new:
        yield "the backup itself changed"
    if books != ready.new:
        return
    if ready.old is None:
        if not list(society.paths.set_apart.glob("*.db")):
            yield "nothing of the old books is there"
    elif ready.old not in {content(one.path) for one in records if one.kind is Kind.PRE_RESTORE}:
        yield "no safety backup of the old books is there"


def _opened(society: Society, ready: Ready, before: str | None, told: Mapping[str, Any], *, cut_off: bool) -> Iterator[str]:
    books = content(society.paths.books)
    if not told["ok"]:
        yield f"it does not open: {told}"
        return
    was_begun = ready.old is None and before is None and books == ready.new  # a whole file is finished, for nothing else can be done
    if books != before and not was_begun:
        yield f"the books changed: {told}"
    said = [code for code in told["warnings"] if code.startswith("restore_")]
    wanted = [] if not cut_off else ["restore_finished"] if books == ready.new else ["restore_cut_off"]
    if said != wanted:
        yield f"told {said}, not {wanted}"
    outcome = _outcomes(society).get(ready.action)
    if cut_off and outcome != ("finished" if books == ready.new else "interrupted"):
        yield f"recorded as {outcome}"
    left = [path.name for path in (*society.paths.backups.rglob("*.part"), *society.paths.home.glob(".*.part")) if path.is_file()]
    if left or intents.path_of(society.paths).exists() or society.paths.scratch.exists():
        yield f"left over: {left}"
    if society.vault().audit_verify().is_broken:
        yield "the activity record is broken"
    if books is not None and society.paths.books.read_bytes()[18] != ready.mode:
        yield "another journal mode"


def _again(society: Society, ready: Ready) -> Iterator[str]:
    clock = copy.deepcopy(society.clock)  # the runs of a sweep share theirs, and it must stand still for the next one
    clock.forward(minutes=20)
    try:
        Society(society.paths, clock, society.settings).vault().restore(ready.name)
    except Exception as error:
        yield f"{error!r}"
        return
    if content(society.paths.books) != ready.new:
        yield "the books are not those of the backup"
    if society.paths.books.read_bytes()[18] != ready.mode:
        yield "another journal mode"
    if sides := list(society.paths.home.glob("gharmitra.db-*")):
        yield f"beside the books: {sides}"


def _outcomes(society: Society) -> dict[str, str]:
    """The last outcome of each action."""
    if not society.paths.audit.exists():
        return {}
    lines = [json.loads(line) for line in society.paths.audit.read_bytes().splitlines() if line.endswith(b"}")]
    return {line["action"]: line["outcome"] for line in lines}
