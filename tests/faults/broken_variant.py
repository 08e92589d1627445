"""The same engine with one thing done in the wrong order, each a mistake that is easily made: the sweep must find every one.

Kept so that the sweep itself is known to work: a net that catches nothing proves nothing. Only ``sweep_child`` puts them in, in a
process of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.operations import backup, rotate
from gharmitra_admin.engine.operations.restore import write
from gharmitra_admin.engine.parts import intent, leftovers, manifest, snapshot
from gharmitra_admin.engine.parts.audit import Outcome
from gharmitra_admin.engine.parts.documents import store
from gharmitra_admin.engine.parts.live_books import exclusive


def named_first() -> None:
    """The copy grows under its final name, as a plain ``sqlite3 .backup`` does."""
    hidden_name, publish = files.hidden_name, files.publish

    def in_the_open(path: Path) -> Path:
        return path if path.suffix == ".db" else hidden_name(path)

    def already_there(hidden: Path, final: Path) -> None:
        if hidden != final:
            publish(hidden, final)

    files.hidden_name, files.publish = in_the_open, already_there


def manifest_first() -> None:
    """The manifest gets its name before the file that it speaks of."""
    publish = files.publish

    def other_way_round(paths: Any, hidden: Path, written: Any, **_: Any) -> Any:
        listed = manifest.manifest_path(paths.manifests, written.filename)
        files.write_new(files.hidden_name(listed), manifest.encode(written))
        publish(files.hidden_name(listed), listed)
        publish(hidden, paths.backups / written.filename)
        return paths.backups / written.filename

    backup.publish = other_way_round  # type: ignore[assignment]


def removed_unrecorded() -> None:
    """Rotation removes the file first and writes of it afterwards: a kill between leaves a manifest of nothing."""

    def file_first(paths: Any, records: Any, audit: Any, *, job: str, why: str) -> tuple[str, ...]:
        for record in records:
            files.remove(record.path)
            audit.append(leftovers.REMOVE, Outcome.FINISHED, job=job, why=why, removed=[record.filename])
            leftovers.forget(paths, record.path.name)
        return tuple(record.filename for record in records)

    rotate.remove = file_first


def failed_sync_hidden() -> None:
    """An fsync that failed is passed over, as if the bytes were on the disk."""
    sync_file, sync_folder = snapshot.NewCopy.sync, files.sync_folder

    def not_looked_at(copy: snapshot.NewCopy) -> None:
        with suppress(EngineError):
            sync_file(copy)

    def folder_not_looked_at(path: Path) -> None:
        with suppress(EngineError):
            sync_folder(path)

    snapshot.NewCopy.sync, files.sync_folder = not_looked_at, folder_not_looked_at  # type: ignore[assignment, method-assign]


def nothing_durable() -> None:
    """Every write is left to the system's own time, as a plain copy leaves it."""
    opened = exclusive.opened

    @contextmanager
    def unsynced(*words: Any, **more: Any) -> Iterator[Any]:
        with opened(*words, **more) as books:
            books.connection.execute("PRAGMA synchronous=OFF")
            yield books

    exclusive.opened = unsynced
    snapshot.NewCopy.sync = snapshot.NewCopy.sync_data = lambda _copy: None  # type: ignore[method-assign]
    files.sync_folder = lambda _path: None
    os.fsync = lambda _descriptor: None  # type: ignore[assignment]


def no_intent() -> None:
    """A restore writes down nothing of what it is about to do."""
    intent.write = lambda _paths, _intent: None


def saved_last() -> None:
    """The safety backup gets its name only when the books are written already."""
    through_sqlite = write.through_sqlite

    def written_first(paths: Any, books: Any, wanted: Any, safety: Path, intent: Any, **more: Any) -> None:
        hidden = files.hidden_name(safety)
        safety.rename(hidden)
        through_sqlite(paths, books, wanted, hidden, intent, **more)
        hidden.rename(safety)

    write.through_sqlite = written_first


def side_files_left() -> None:
    """A whole new file gets the books' name while the -wal of the old ones lies beside it, as a plain copy leaves it."""
    write.SIDE_FILES = ()  # type: ignore[assignment]
    write.problem_of = lambda *_, **__: None


def copied_over() -> None:
    """The books are overwritten byte by byte, as GharMitra's own restore does it."""

    def over(books: exclusive.ExclusiveBooks, source: Path, **_: object) -> None:
        data = source.read_bytes()
        with books.path.open("r+b", buffering=0) as file:
            for offset in range(0, len(data), 4096):
                file.seek(offset)
                file.write(data[offset : offset + 4096])
            file.truncate(len(data))

    exclusive.write_over = over
    write.problem_of = lambda *_, **__: None


def documents_in_the_open() -> None:
    """A document grows in the store under its final name, as a plain copy does."""
    hidden_name, name = files.hidden_name, store.name
    files.hidden_name = lambda path: path if path.parent.parent.name == store.FOLDER and not path.suffix else hidden_name(path)
    store.name = lambda hidden, target: None if hidden == target else name(hidden, target)


def documents_forgotten() -> None:
    """A restore writes down which books it is about to write, and nothing of their documents."""
    write_down = intent.write
    intent.write = lambda paths, one: write_down(paths, msgspec.structs.replace(one, documents=None))


VARIANTS: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        variant.__name__: variant
        for variant in (
            named_first,
            manifest_first,
            removed_unrecorded,
            failed_sync_hidden,
            nothing_durable,
            no_intent,
            saved_last,
            side_files_left,
            copied_over,
            documents_in_the_open,
            documents_forgotten,
        )
    }
)
