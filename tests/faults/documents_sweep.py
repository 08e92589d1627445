"""Backups and restores of a society with documents under the sweep, and what must hold of the documents after each kill or error.

The store is judged with hashlib and the lists as they lie there, never by the engine that made them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from gharmitra_admin.engine.parts import catalogue
from gharmitra_admin.engine.parts.documents import unnamed
from tests.builders import society as societies
from tests.builders import uploads
from tests.builders.society import Society
from tests.faults import restore_sweep, sweep
from tests.faults.restore_sweep import NAME, Ready
from tests.faults.sweep import Fault, Point, Prepared


def prepare_backup(folder: Path, *, broken: str | None = None) -> Prepared:
    """A backup that stores two documents, one of them large, and whose rotation takes the last name of a third."""
    society = societies.make(folder / "prepared", entries=150)
    uploads.upload_many(society.paths, 4)
    uploads.upload(society.paths, "leaves.pdf", b"named by the first backup only")
    society.back_up()
    (society.paths.uploads / "leaves.pdf").unlink()
    society.enter()
    society.back_up()
    uploads.upload(society.paths, "vouchers/new.pdf", b"new")
    uploads.upload(society.paths, "vouchers/large.pdf", b"large" * 500_000)
    society.enter()
    prepared = Prepared(society, (), (), broken)
    return sweep.record(prepared, prepared.fresh(folder / "recorded"))


def prepare_restore(folder: Path, *, broken: str | None = None) -> Ready:
    """A restore that puts back two documents that are gone and two that were changed, beside one that is new."""
    society = societies.make(folder / "prepared", entries=60)
    uploads.upload_many(society.paths, 6)
    society.back_up()
    for number in range(2):
        (society.paths.uploads / f"vouchers/000{number}.pdf").unlink()
        uploads.upload(society.paths, f"vouchers/000{number + 2}.pdf", b"changed since")
    uploads.upload(society.paths, "vouchers/new.pdf", b"new")
    society.enter()
    old, new = restore_sweep.content(society.paths.books), restore_sweep.content(society.paths.backups / NAME)
    assert new is not None
    assert old not in {None, new}
    prepared = Prepared(society, (), (), broken, job=("--restore", NAME))
    recorded = sweep.record(prepared, prepared.fresh(folder / "recorded"))
    return Ready(recorded, old, society.paths.books.read_bytes(), new, 2, NAME, "restore")


def on_documents(prepared: Prepared) -> list[Point]:
    """The calls that change the store, or what lies in ``uploads/``."""
    places = ("backups/documents", "uploads")
    return [point for point in prepared.points if point.call in sweep.CHANGING and point.path.startswith(places)]


def backup_violations(prepared: Prepared, fault: Fault, folder: Path) -> list[str]:
    """Run one backup into one fault, then one without; tell what does not hold of the documents."""
    society = prepared.fresh(folder)
    before = uploads.lying(society.paths)
    ended = prepared.meet(fault, society)
    found = [f"at once: {line}" for line in _store(society)]
    if ended.told is not None and not ended.told["ok"] and list(society.paths.documents.rglob("*.part")):
        found.append("at once: it failed, and half a document is left")
    told = sweep.next_run(society)
    if not told["ok"]:
        found.append(f"the next run: {told}")
    found += [f"after the next run: {line}" for line in (*_store(society), *_tidy(society))]
    if uploads.lying(society.paths) != before:
        found.append("the uploads themselves changed")
    return [f"{fault}: {line}" for line in found]


def _store(society: Society) -> Iterator[str]:
    """Every backup of the list has all its documents, and nothing untrue has a name in the store."""
    for path in society.paths.documents.glob("??/*"):
        if not path.name.startswith(".") and hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
            yield f"{path.name[:12]} is not whole"
    for record in catalogue.read(society.paths, clock=society.clock).records:
        listed = society.paths.manifests / f"{record.path.name}.json"
        if listed.exists():
            yield from _of_one(society, listed)


def _of_one(society: Society, listed: Path) -> Iterator[str]:
    said = json.loads(listed.read_bytes())["documents"]
    data = (society.paths.documents / "lists" / f"{said['list_sha256']}.json").read_bytes()
    if hashlib.sha256(data).hexdigest() != said["list_sha256"]:
        yield f"the list of {listed.name} is not whole"
    for document in json.loads(data):
        if not (society.paths.documents / document["sha256"][:2] / document["sha256"]).exists():
            yield f"{document['path']} of {listed.name} is gone"


def _tidy(society: Society) -> Iterator[str]:
    yield from (f"left over: {path.name}" for path in society.paths.home.rglob("*.part"))
    yield from (f"stored for nobody: {name}" for name in unnamed.unnamed(society.paths) if not name.startswith("lists/"))


def restore_violations(ready: Ready, fault: Fault, folder: Path) -> list[str]:
    """Run one restore into one fault, open the society again, then restore without a fault; tell what does not hold."""
    society = ready.prepared.fresh(folder)
    old, backup = uploads.lying(society.paths), _held(society)
    new = {**old, **backup}
    ended = ready.prepared.meet(fault, society)
    found = [f"at once: {line}" for line in (*_store(society), *_whole(society, old, new))]
    told = sweep.look_again(society)
    books = restore_sweep.content(society.paths.books)
    if books not in {ready.old, ready.new}:
        found.append("the books are neither the old nor the new ones")
    is_told = any("documents_not_put_back" in (one or {}).get("warnings", ()) for one in (ended.told, told))
    if uploads.lying(society.paths) != (new if books == ready.new else old) and not is_told:
        found.append(f"the documents do not follow the books: {told}")
    found += [f"after the next opening: {line}" for line in (*_store(society), *_whole(society, old, new))]
    found += [f"left over: {path}" for path in society.paths.uploads.rglob(".*")]
    found += [f"restored again: {line}" for line in restore_sweep._again(society, ready)]
    if uploads.lying(society.paths) != new:
        found.append("restored again: the documents are not those of the backup")
    return [f"{fault}: {line}" for line in found]


def _held(society: Society) -> dict[str, bytes]:
    said = json.loads((society.paths.manifests / f"{NAME}.json").read_bytes())["documents"]
    listed = json.loads((society.paths.documents / "lists" / f"{said['list_sha256']}.json").read_bytes())
    return {one["path"]: (society.paths.documents / one["sha256"][:2] / one["sha256"]).read_bytes() for one in listed}


def _whole(society: Society, old: dict[str, bytes], new: dict[str, bytes]) -> Iterator[str]:
    """Each document is there as it was or as the backup has it, whole; none that was there is gone."""
    now = uploads.lying(society.paths)
    yield from (f"{name} is gone" for name in old if name not in now)
    for name, data in now.items():
        if not Path(name).name.startswith(".restoring-") and data not in {old.get(name), new.get(name)}:
            yield f"{name} is neither the old nor the new one"
