"""A foreign program clears backups/ by name, as GharMitra's own rotation does: the newest good backups are not lost to it."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from gharmitra_admin.engine import AlertCode, NoticeCode, Status
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.manifest import Notes
from tests.builders.society import Society, assert_whole

_CLEAN_UP = "import glob, os, sys; [os.remove(path) for path in glob.glob(os.path.join(sys.argv[1], 'gharmitra_backup_*'))]"


def clean_up(society: Society) -> None:
    """Delete every backup by its name, in a process that knows nothing of us."""
    subprocess.run([sys.executable, "-c", _CLEAN_UP, str(society.paths.backups)], check=True)
    assert not list(society.paths.backups.glob("gharmitra_backup_*"))


def prove(society: Society, filename: str) -> None:
    notes = manifests.notes_path(society.paths.manifests, filename)
    manifests.write_notes(notes, Notes(proven_at=society.clock.now().isoformat()))


@pytest.fixture
def cleaned(society: Society) -> tuple[Society, list[str]]:
    """Four backups, the second of them proven, and then the clean-up."""
    made = []
    for number in range(4):
        made.append(society.back_up().record.filename)
        if number == 1:
            prove(society, made[1])
        society.enter()
    clean_up(society)
    return society, made


def test_the_newest_checked_and_the_newest_proven_stay_in_the_list_and_get_their_names_back(cleaned: tuple[Society, list[str]]) -> None:
    society, made = cleaned
    vault = society.vault()
    assert [(record.filename, record.status) for record in vault.records()] == [(made[3], Status.CHECKED), (made[1], Status.PROVEN)]
    for record in vault.records():
        assert record.path.parent == society.paths.backups
        assert hashlib.sha256(record.path.read_bytes()).hexdigest() == record.sha256
        assert_whole(record.path)
    assert [result.status for result in vault.verify([made[3], made[1]])] == [Status.CHECKED, Status.PROVEN]


def test_between_the_clean_up_and_the_next_opening_the_list_still_has_them(society: Society) -> None:
    vault = society.vault()
    made = vault.backup().record
    clean_up(society)
    [still] = vault.records()
    assert (still.filename, still.status, still.sha256) == (made.filename, Status.CHECKED, made.sha256)


def test_what_could_not_be_brought_back_is_told_by_state_notices_record_and_alert(cleaned: tuple[Society, list[str]]) -> None:
    society, made = cleaned
    vault = society.vault()
    told = {(notice.code, notice.values["name"]) for notice in vault.notices}
    brought, gone = NoticeCode.BROUGHT_BACK, NoticeCode.BACKUP_VANISHED
    assert told == {(brought, made[1]), (brought, made[3]), (gone, made[0]), (gone, made[2])}
    assert len(vault.notices) == 4
    assert set(vault.state().vanished) == {made[0], made[2]}
    assert {event.details["filename"] for event in vault.audit_events() if event.action == "vanished"} == {made[0], made[2]}
    [alert] = [alert for alert in vault.health().alerts if alert.code is AlertCode.BACKUP_VANISHED]
    assert set(alert.values["names"]) == {made[0], made[2]}


def test_a_labelled_backup_comes_back_as_a_kept_one(society: Society) -> None:
    made = society.back_up(label="before the audit").record
    made.path.unlink()
    [back] = society.vault().records()
    assert (back.filename, back.kept, back.path) == (made.filename, True, made.path)


def test_the_clean_up_may_come_again_and_again(cleaned: tuple[Society, list[str]]) -> None:
    society, made = cleaned
    for _ in range(2):
        society.vault()
        clean_up(society)
    latest = society.back_up().record.filename
    assert [record.filename for record in society.vault().records()] == [latest, made[3], made[1]]
    assert not society.vault().audit_verify().problems
