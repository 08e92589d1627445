"""What must hold after each run of a sweep, as a list of what does not: empty where all is well.

Files are judged by Python's own sqlite3 and hashlib in a process of their own, never by the engine that made them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gharmitra_admin.engine.parts import catalogue
from gharmitra_admin.engine.parts.catalogue import Status
from tests.builders.society import Society
from tests.faults import sweep
from tests.faults.child import names_its_file
from tests.faults.sweep import Ended, Fault, Prepared

_LOOK = """
import hashlib, json, pathlib, sqlite3, sys
def look(path):
    try:
        connection = sqlite3.connect(path.as_uri() + "?mode=ro&immutable=1", uri=True)
        found = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return found and connection.execute("SELECT sum(amount), count(*) >= 300 FROM ledger").fetchone() == (0, 1)
    except sqlite3.Error:
        return False
paths = [pathlib.Path(word) for word in sys.argv[1:]]
print(json.dumps({str(path): [look(path), hashlib.sha256(path.read_bytes()).hexdigest()] for path in paths}))
"""
_UNKNOWN = "the reason is not known"


class Before:
    """A fresh society as it is before the fault."""

    def __init__(self, society: Society) -> None:
        self.books = _books(society)
        self.sidecars = _sidecars(society)
        self.listed = {record.filename: record.sha256 for record in catalogue.read(society.paths, clock=society.clock).records}
        self.events = len(_events(society))


def violations(prepared: Prepared, fault: Fault, folder: Path, *, then: Callable[[Society], None] | None = None) -> list[str]:
    """Run one backup into one fault, and then one more without it; tell everything that does not hold.

    ``then``: what else happens right after the fault.
    """
    society = prepared.fresh(folder)
    before = Before(society)
    if then is not None:
        sweep.sync(society)
    ended = prepared.meet(fault, society)
    if then is not None:
        then(society)
    found = [f"at once: {line}" for line in _at_once(society, before)]
    published = set(_visible(society)) - set(before.listed)
    if not fault.kills:
        found += _of_what_was_told(society, before, fault, ended, published)
    cut_off = _open_jobs(society)
    next_told = sweep.next_run(society)
    found += [f"after the next run: {line}" for line in _after_next(society, before, next_told, published)]
    found += [f"after the next run: {line}" for line in _jobs_wrong(society, cut_off)]
    return [f"{fault}: {line}" for line in found]


def _at_once(society: Society, before: Before) -> Iterator[str]:
    """What holds before anybody has tidied up."""
    yield from _files(society)
    yield from _books_changed(society, before)
    removing = _named_in_removals(society)
    listing = catalogue.read(society.paths, clock=society.clock)
    yield from (f"{record.filename} is listed as {record.problem}" for record in listing.records if record.status is Status.DAMAGED)
    yield from (f"{it.filename} is listed as gone" for it in listing.vanished if it.filename not in removing)
    visible = _visible(society)
    yield from (f"{name} is gone, and no line says so" for name in before.listed if name not in visible and name not in removing)


def _only_the_holder_is_unknown(fault: Fault, ended: Ended) -> bool:
    """A full disk that had no room for who holds the lock: of no consequence once the job is over (``SocietyLock``).

    The sync of its folder cannot be told from others by its line; a hidden failure of those is found where the drive reports an error.
    """
    own = ("/.lock.json", "/..lock.json.part")
    return fault.what == "error=ENOSPC" and all(any(name in line for name in own) or _is_sync_of_folder(line) for line in ended.met)


def _is_sync_of_folder(line: str) -> bool:
    return "fsync(" in line and "/backups>" in line


def _of_what_was_told(society: Society, before: Before, fault: Fault, ended: Ended, published: set[str]) -> Iterator[str]:
    told = ended.told
    if told is None or "Traceback" in ended.stderr:
        yield f"no word to the user: {ended.stderr[-800:]}"
    elif told["ok"]:
        good = {record.filename for record in catalogue.read(society.paths, clock=society.clock).records if record.is_good}
        if told["filename"] not in published & good:
            yield "success that did not happen"
        # What failed once while the society was opened is done again by the backup itself.
        warned = set(told["warnings"]) - {"interrupted_earlier"}
        if not warned and not (fault.point.opening and not fault.for_ever) and not _only_the_holder_is_unknown(fault, ended):
            yield f"not a word of {ended.met[0]}"
        missing = before.listed.keys() - _visible(society).keys()
        if missing and "no backup was removed" in told["message"]:
            yield f"{missing} was removed, and told is: {told['message']}"
        if missing - set(told["removed"]) and "Removing old backups could not be finished" not in told["message"]:
            yield f"not a word of {missing}"
        yield from (f"no cause: {line}" for line in told["message"].splitlines() if "could " in line and not _has_cause(line))
    else:
        if published:
            yield f"{published} stands in the list of a backup that failed"
        if not names_its_file(told["path"], told["message"]) or _UNKNOWN in told["message"]:
            yield f"no file or no cause: {told}"


def _has_cause(line: str) -> bool:
    return any(cause in line for cause in ("the drive is full", "the drive reports an error"))


def _after_next(society: Society, before: Before, told: Mapping[str, Any], published: set[str]) -> Iterator[str]:
    if not told["ok"] or set(told["warnings"]) - {"interrupted_earlier"}:
        yield f"it does not work by itself: {told}"
        return
    yield from _files(society)
    yield from _books_changed(society, before)
    if _sidecars(society) - before.sidecars:
        yield f"left beside the books: {_sidecars(society)}"
    removed = _named_in_removals(society)
    yield from _listed_wrongly(society, {*before.listed, *published, told["filename"]} - removed, before)
    written = sorted(path.relative_to(society.paths.backups) for name in removed for path in society.paths.backups.rglob(f"*{name}*"))
    if written:
        yield f"half removed: {written}"
    hidden = [path for path in society.paths.backups.rglob("*") if path.name.endswith(".part") or path.name in {".scratch", ".lock.json"}]
    if hidden:
        yield f"left over: {hidden}"
    yield from _record_wrong(society, before, told)


def _listed_wrongly(society: Society, expected: set[str], before: Before) -> Iterator[str]:
    listing = catalogue.read(society.paths, clock=society.clock)
    listed = {record.filename for record in listing.records}
    if listed != expected or listing.vanished:
        yield f"listed {listed}, expected {expected}, vanished {listing.vanished}"
    yield from (f"{record.filename} is {record.status}" for record in listing.records if record.status is not Status.CHECKED)
    earlier = {record.filename: record.sha256 for record in listing.records if before.listed.get(record.filename)}
    if not earlier.items() <= before.listed.items():
        yield f"earlier backups are other ones now: {earlier}, {before.listed}"
    manifests = {path.name.removesuffix(".json") for path in society.paths.manifests.glob("*.db.json")}
    if manifests != listed:
        yield f"manifests {manifests} for {listed}"


def _record_wrong(society: Society, before: Before, told: Mapping[str, Any]) -> Iterator[str]:
    """The chain is whole, and the next run stands in it."""
    report = society.vault().audit_verify()
    if report.problems:
        yield f"the activity record: {report.problems}"
    good = [event for event in _events(society)[before.events :] if (event["action"], event["outcome"]) == ("backup", "finished")]
    if told["filename"] not in {event["details"].get("filename") for event in good}:
        yield "the next run is not in the activity record"


def _jobs(society: Society) -> dict[str, tuple[str, list[str]]]:
    """What each job of the activity record is, and its outcomes in their order."""
    jobs: dict[str, tuple[str, list[str]]] = {}
    for event in _events(society):
        jobs.setdefault(event["job"], (event["action"], []))[1].append(event["outcome"])
    return jobs


def _open_jobs(society: Society) -> set[str]:
    return {job for job, (_, outcomes) in _jobs(society).items() if outcomes == ["started"]}


def _jobs_wrong(society: Society, cut_off: set[str]) -> Iterator[str]:
    """Every job has its one end: "interrupted" where it was cut off, and a removal is finished."""
    for job, (action, outcomes) in _jobs(society).items():
        if outcomes == ["failed"]:
            continue  # a turn that could not begin
        ends = ("finished",) if action == "remove" else ("interrupted",) if job in cut_off else ("finished", "failed", "interrupted")
        if outcomes not in [["started", end] for end in ends]:
            yield f"in the activity record {action} is {outcomes}"


def _files(society: Society) -> Iterator[str]:
    """Every visible backup is whole and balanced, and its bytes are those of its manifest, hidden or not."""
    visible = _visible(society)
    done = subprocess.run([sys.executable, "-c", _LOOK, *map(str, visible.values())], check=True, capture_output=True, text=True)
    looked = json.loads(done.stdout)
    for name, path in visible.items():
        is_whole, sha256 = looked[str(path)]
        if not is_whole:
            yield f"{name} is not whole"
        if sha256 != _promised(society, name):
            yield f"{name} is not what its manifest says"


def _promised(society: Society, name: str) -> str | None:
    for manifest in (society.paths.manifests / f"{name}.json", society.paths.manifests / f".{name}.json.part"):
        if manifest.is_file() and manifest.stat().st_size:
            return str(json.loads(manifest.read_bytes())["sha256"])
    return None


def _visible(society: Society) -> dict[str, Path]:
    return {path.name: path for folder in society.paths.folders_of_backups for path in folder.glob("*.db") if not path.name.startswith(".")}


def _books(society: Society) -> dict[str, tuple[bytes, int]]:
    """Bytes and time of the books and of a -wal that has anything in it."""
    books = society.paths.books
    files = [path for path in (books, books.with_name(f"{books.name}-wal")) if path.exists() and path.stat().st_size]
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def _books_changed(society: Society, before: Before) -> Iterator[str]:
    now = _books(society)
    yield from (f"{name} changed" for name in sorted({*now, *before.books}) if now.get(name) != before.books.get(name))


def _sidecars(society: Society) -> set[str]:
    return {path.name for path in society.paths.home.glob(f"{society.paths.books.name}-*")}


def _events(society: Society) -> list[dict[str, Any]]:
    if not society.paths.audit.exists():
        return []
    return [msgspec.json.decode(line, type=dict[str, Any]) for line in society.paths.audit.read_bytes().splitlines() if line]


def _named_in_removals(society: Society) -> set[str]:
    """The backups of which a line says that they are being removed: written before the first of their files goes."""
    removals: Iterable[dict[str, Any]] = (event for event in _events(society) if event["action"] == "remove")
    return {line.split()[0] for event in removals if event["outcome"] == "started" for line in event["details"]["removed"]}
