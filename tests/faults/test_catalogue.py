"""Faults of what is written about backups. There is no index: the files and their manifests are the truth."""

from __future__ import annotations

import hashlib
import json
import shutil

import pytest

from gharmitra_admin.engine import AlertCode, BackupRecord, Origin, Problem, Status, Verdict
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.manifest import Manifest
from tests.builders.elsewhere import Elsewhere, failing
from tests.builders.society import Society, assert_whole


def manifest_of(society: Society, record: BackupRecord):
    return manifests.manifest_path(society.paths.manifests, record.path.name)


def notes_of(society: Society, record: BackupRecord):
    return manifests.notes_path(society.paths.manifests, record.path.name)


def edit(path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def assert_all_there(society: Society, made: list[BackupRecord]) -> None:
    """Every backup is listed, has its bytes, and is whole."""
    records = {record.filename: record for record in society.vault().records()}
    for one in made:
        assert hashlib.sha256(records[one.filename].path.read_bytes()).hexdigest() == one.sha256
        assert_whole(records[one.filename].path)


def alerts(society: Society, code: AlertCode) -> tuple[str, ...]:
    found = [alert for alert in society.vault().health().alerts if alert.code is code]
    return found[0].values["names"] if found else ()


def verdict_of(society: Society, record: BackupRecord) -> Verdict:
    return next(verdict for verdict in society.vault().preview() if verdict.record.filename == record.filename)


DAMAGE = {
    "empty": lambda _: b"",
    "cut in the middle": lambda data: data[: len(data) // 2],
    "not JSON": lambda _: b"\x00\xff garbage",
    "another JSON": lambda _: b"[1, 2]",
    "a field of the wrong type": lambda data: data.replace(b'"sequence": 1', b'"sequence": "one"'),
    "a time that is none": lambda data: data.replace(b'"created_at": "2026', b'"created_at": "soon'),
    "a time without its offset": lambda data: data.replace(b"+05:30", b""),
    "deeper than any parser goes": lambda _: b'{"unknown":' + b"[" * 100_000,
}


@pytest.mark.parametrize("how", DAMAGE)
def test_row_52_a_damaged_manifest_costs_no_backup_and_is_made_anew_from_the_file(society: Society, how: str) -> None:
    made = [society.back_up().record for _ in range(2)]
    manifest = manifest_of(society, made[0])
    whole = manifest.read_bytes()
    damaged = DAMAGE[how](whole)
    assert damaged != whole
    manifest.write_bytes(damaged)
    record = society.vault().records()[-1]
    assert (record.filename, record.status, record.problem) == (made[0].filename, Status.UNCHECKED, Problem.MANIFEST_DAMAGED)
    assert verdict_of(society, made[0]).stays
    assert alerts(society, AlertCode.BACKUP_DAMAGED) == (made[0].filename,)
    assert [result.status for result in society.vault().adopt_unchecked()] == [Status.CHECKED]
    assert [record.status for record in society.vault().records()] == [Status.CHECKED, Status.CHECKED]
    assert manifest.with_name(f"{manifest.name}.damaged").read_bytes() == damaged
    assert alerts(society, AlertCode.BACKUP_DAMAGED) == ()
    assert_all_there(society, made)


@pytest.mark.parametrize("how", ["empty", "cut in the middle", "not JSON", "a time that is none"])
def test_row_52_damaged_notes_cost_the_notes_only_and_are_set_aside(society: Society, how: str) -> None:
    made = society.back_up(label="before the audit").record
    society.vault().label(made.filename, "after the audit")
    society.vault().verify([made.filename])
    notes = notes_of(society, made)
    damaged = DAMAGE[how](notes.read_bytes()) if how != "a time that is none" else b'{"proven_at": "soon"}'
    notes.write_bytes(damaged)
    record = society.vault().records()[0]
    assert (record.filename, record.status, record.kept, record.label) == (made.filename, Status.CHECKED, True, "before the audit")
    society.vault().label(made.filename, "said again")
    assert notes.with_name(f"{notes.name}.damaged").read_bytes() == damaged
    assert society.vault().records()[0].label == "said again"


@pytest.mark.parametrize(
    ("call", "place"),
    [("getdents64", "manifests"), ("getdents64", "backups"), ("newfstatat", "a manifest"), ("openat", "a manifest")],
)
def test_row_53_a_disk_that_cannot_be_read_is_an_error_and_never_an_empty_list(society: Society, call: str, place: str) -> None:
    made = society.back_up().record
    before = society.everything()
    path = {"manifests": society.paths.manifests, "backups": society.paths.backups, "a manifest": manifest_of(society, made)}[place]
    script = """
vault = society.vault()
say(attempt(lambda: [record.filename for record in vault.records()]))
say(attempt(lambda: vault.backup().record.filename))
say(attempt(vault.prune))
"""
    with Elsewhere(society.paths, script, before=failing(call, "EIO", path)) as other:
        for answer in (other.heard(), other.heard(), other.heard()):
            assert (answer.get("code"), answer.get("reason")) == ("cannot_read", 5)
            assert answer["path"] == str(path)
        assert other.end() == 0
    after = society.everything()
    log = str(society.paths.audit.relative_to(society.paths.home))
    assert {name: data for name, data in before.items() if name != log}.items() <= after.items()
    society.back_up()
    assert len(society.vault().records()) == 2
    assert_all_there(society, [made])


def test_row_54_with_all_manifests_deleted_no_backup_is_lost(society: Society) -> None:
    made = []
    for label in (None, "before the audit", None):
        made.append(society.back_up(label=label).record)
        society.enter()
    shutil.rmtree(society.paths.manifests)
    assert [record.filename for record in society.vault().records()] == [record.filename for record in reversed(made)]
    assert {record.status for record in society.vault().records()} == {Status.UNCHECKED}
    assert all(verdict.stays for verdict in society.vault().preview())
    results = society.vault().adopt_unchecked()
    assert [result.status for result in results] == [Status.CHECKED] * 3
    records = society.vault().records()
    assert [record.filename for record in records] == [record.filename for record in reversed(made)]
    assert {(record.status, record.origin) for record in records} == {(Status.CHECKED, Origin.ADOPTED)}
    assert [record.kept for record in records] == [False, True, False]
    newest = society.back_up().record
    assert society.vault().records()[0].filename == newest.filename
    assert_all_there(society, made)


def test_row_54_a_safety_backup_without_its_manifest_is_still_never_rotated_away(society: Society) -> None:
    safety = society.paths.backups / "pre_restore_safety_20250101_100000.db"
    made = society.back_up().record
    shutil.copy(made.path, safety)
    assert {result.status for result in society.vault().adopt_unchecked()} == {Status.CHECKED}
    for _ in range(society.settings.policy.last + 2):
        society.back_up()
    assert safety.is_file()
    assert not made.path.exists()  # rotation was at work


def test_row_55_a_manifest_that_points_to_another_file_is_alarmed(society: Society) -> None:
    made = [society.back_up().record for _ in range(2)]
    edit(manifest_of(society, made[0]), filename="../../gharmitra.db")
    record = society.vault().records()[-1]
    assert (record.filename, record.path.parent, record.status) == (made[0].filename, society.paths.backups, Status.UNCHECKED)
    assert record.problem is Problem.MANIFEST_DAMAGED
    assert alerts(society, AlertCode.BACKUP_DAMAGED) == (made[0].filename,)
    with pytest.raises(Exception, match="last_good_backup"):
        society.vault().delete(made[1].filename)


def test_row_55_a_hash_changed_in_the_manifest_is_found_by_a_check_and_alarmed(society: Society) -> None:
    made = [society.back_up().record for _ in range(2)]
    edit(manifest_of(society, made[0]), sha256="0" * 64)
    results = {result.filename: result for result in society.vault().verify()}
    assert results[made[0].filename].problem is Problem.HASH_DIFFERS
    assert results[made[1].filename].status is Status.CHECKED
    assert society.vault().records()[-1].status is Status.DAMAGED
    assert alerts(society, AlertCode.BACKUP_DAMAGED) == (made[0].filename,)
    assert verdict_of(society, made[0]).stays


def test_row_55_a_size_changed_in_the_manifest_is_damage_without_any_check(society: Society) -> None:
    made = [society.back_up().record for _ in range(2)]
    edit(manifest_of(society, made[1]), size_bytes=made[1].size_bytes + 4096)
    newest = society.vault().records()[0]
    assert (newest.status, newest.problem) == (Status.DAMAGED, Problem.CUT_SHORT)
    assert alerts(society, AlertCode.BACKUP_DAMAGED) == (made[1].filename,)


_KILLED_BEFORE = """
from gharmitra_admin.engine.base import files
publish = files.publish
def killed(hidden, final):
    if final.name.endswith(".json"):
        {before}
        os.kill(os.getpid(), signal.SIGKILL)
    publish(hidden, final)
files.publish = killed
society.vault().backup()
"""


def test_row_56_a_kill_between_the_backup_and_its_manifest_is_finished_at_the_next_opening(society: Society) -> None:
    society.back_up()
    society.enter()
    with Elsewhere(society.paths, _KILLED_BEFORE.format(before="pass")) as other:
        assert other.end() == -9
    newest = society.vault().records()[0]
    assert (newest.status, newest.origin, newest.sequence) == (Status.CHECKED, Origin.MADE, 2)
    assert_whole(newest.path)
    assert not list(society.paths.manifests.glob(".*"))
    interrupted = [event for event in society.vault().audit_events() if event.outcome == "interrupted"]
    assert [event.action for event in interrupted] == ["backup"]


def test_row_56_a_backup_without_any_manifest_is_adopted_only_after_it_was_verified(society: Society) -> None:
    society.back_up()
    society.enter()
    with Elsewhere(society.paths, _KILLED_BEFORE.format(before="hidden.unlink()")) as other:
        assert other.end() == -9
    stranger = society.vault().records()[0]
    assert (stranger.status, stranger.origin) == (Status.UNCHECKED, None)
    assert [result.status for result in society.vault().adopt_unchecked()] == [Status.CHECKED]
    adopted = society.vault().records()[0]
    assert (adopted.filename, adopted.status, adopted.origin) == (stranger.filename, Status.CHECKED, Origin.ADOPTED)
    assert_whole(adopted.path)


def test_row_56_a_file_that_is_not_whole_is_never_adopted(society: Society) -> None:
    made = society.back_up().record
    half = society.paths.backups / "gharmitra_backup_20260101_000000.db"
    half.write_bytes(made.path.read_bytes()[:-4096])
    assert [result.status for result in society.vault().adopt_unchecked()] == [Status.DAMAGED]
    record = next(record for record in society.vault().records() if record.path == half)
    assert (record.status, record.origin) == (Status.DAMAGED, None)
    assert not manifests.manifest_path(society.paths.manifests, half.name).exists()
    assert isinstance(manifests.read(manifest_of(society, made)), Manifest)
