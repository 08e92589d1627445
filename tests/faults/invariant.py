"""What holds after every fault, whatever it was: the first line of the fault catalogue as one helper.

Old backups still listed and hash-true; books untouched; a failure that names the file and the cause in plain words; a line in the
activity record; no success told; the next run works without hand work.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from gharmitra_admin.engine import Code, EngineError
from gharmitra_admin.engine.parts import catalogue
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.wording import errors as wording
from gharmitra_admin.wording.language import Words
from tests.builders.society import Society, assert_whole
from tests.faults import child
from tests.faults.child import Told, names_its_file

_UNKNOWN = "the reason is not known"


def told_by(error: EngineError) -> Told:
    """What an error of this process tells."""
    reason = str(error.reason) if error.reason is not None else None
    path = None if error.path is None else str(error.path)
    return Told(False, code=error.code.value, path=path, reason=reason, message=wording.message(Words(), error).message)


class Invariant:
    """Taken before a fault, asked after it."""

    def __init__(self, society: Society) -> None:
        self._society = society
        self.books = self._bytes_of_books()
        self.backups = {record.filename: record.sha256 for record in self._listed()}
        self._events = len(society.vault().audit_events())

    def holds(self, told: Told | EngineError, *codes: Code, path: Path | None = None, books_as_they_were: bool = True) -> None:
        """Assert everything but the next run. ``path``: the file the failure must name; without it any file will do."""
        told = told_by(told) if isinstance(told, EngineError) else told
        self.assert_told(told, *codes, path=path)
        self.assert_backups_kept()
        assert len(self._listed()) == len(self.backups), "a backup that failed stands in the list"
        if books_as_they_were:
            self.assert_books_untouched()
        self.assert_failure_recorded(told)

    def assert_told_in(self, error: EngineError, *codes: Code, path: Path | None) -> None:
        """Assert what an error of this process tells, and that the activity record has it."""
        told = told_by(error)
        self.assert_told(told, *codes, path=path)
        self.assert_failure_recorded(told)

    def assert_told(self, told: Told, *codes: Code, path: Path | None) -> None:
        assert not told.ok, f"success that did not happen: {told}"
        assert told.code in {code.value for code in codes}, told
        assert told.path is not None, f"no file named: {told}"
        assert path is None or told.path == str(path), told
        assert told.message, told
        # A copy that was removed twice has no file left to name: what was wrong with it is the cause.
        assert names_its_file(told.path, told.message) or told.code == Code.COPY_DAMAGED.value, told.message
        assert _UNKNOWN not in told.message, told.message

    def assert_backups_kept(self) -> None:
        """Every earlier backup is in the list, as good as before, and its bytes are those it was made of."""
        listed = {record.filename: record for record in self._listed()}
        for filename, sha256 in self.backups.items():
            assert filename in listed, f"{filename} is gone"
            assert_good(listed[filename], sha256)

    def assert_books_untouched(self) -> None:
        now = self._bytes_of_books()
        assert now == self.books, f"changed: {[name for name in {*now, *self.books} if now.get(name) != self.books.get(name)]}"

    def assert_failure_recorded(self, told: Told) -> None:
        """The activity record has the failure with its code, and is whole."""
        vault = self._society.vault()
        fresh = vault.audit_events()[self._events :]
        failed = [event for event in fresh if event.action == "backup" and event.outcome == "failed"]
        assert [event.details["code"] for event in failed] == [told.code]
        assert not [event for event in fresh if event.action == "backup" and event.outcome == "finished"]
        assert not vault.audit_verify().is_broken

    def assert_next_run_works(self) -> BackupRecord:
        """A run without the fault makes a good backup, nothing hidden or half done is left, and the earlier ones are still there."""
        self._society.clock.forward(minutes=1)
        told = child.back_up(self._society)
        assert told.ok, told
        self.assert_backups_kept()
        [made] = [record for record in self._listed() if record.filename == told.filename]
        assert_good(made, made.sha256)
        assert_whole(made.path)
        assert_tidy(self._society)
        return made

    def _listed(self) -> tuple[BackupRecord, ...]:
        return catalogue.read(self._society.paths, clock=self._society.clock).records

    def _bytes_of_books(self) -> dict[str, bytes]:
        """The main file and what belongs to it. A -shm is only an index for running processes."""
        beside = self._society.paths.home.glob(f"{self._society.paths.books.name}*")
        found = {path.name: path.read_bytes() for path in beside if not path.name.endswith("-shm")}
        return {name: data for name, data in found.items() if data or not name.endswith(("-wal", "-journal"))}


def assert_good(record: BackupRecord, sha256: str | None) -> None:
    assert record.status in {Status.CHECKED, Status.PROVEN}, record
    assert record.sha256 == sha256 == hashlib.sha256(record.path.read_bytes()).hexdigest()


def assert_tidy(society: Society) -> None:
    """No hidden part, no scratch folder, no note of a lock that nobody holds, and files and manifests that agree."""
    found = [path for path in society.paths.backups.rglob("*") if path.name.endswith(".part") or path.name in {".scratch", ".lock.json"}]
    assert found == []
    folders = society.paths.folders_of_backups
    names = {path.name for folder in folders if folder.is_dir() for path in folder.glob("*.db")}
    manifests = {path.name.removesuffix(".json") for path in society.paths.manifests.glob("*.db.json")}
    assert names == manifests
