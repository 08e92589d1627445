"""The second names of the newest good backups: held while they are the newest, brought back when the first name is gone."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from gharmitra_admin.engine import BackupRecord, NoAccess, NoticeCode
from gharmitra_admin.engine.parts import catalogue, holding
from gharmitra_admin.engine.parts import manifest as manifests
from gharmitra_admin.engine.parts.manifest import Notes
from tests.builders.society import Society


def held(society: Society) -> set[str]:
    return {path.name for path in society.paths.held.iterdir()}


def refresh(society: Society):
    return holding.refresh(society.paths, catalogue.read(society.paths, clock=society.clock))


def bring_back(society: Society):
    return holding.bring_back(society.paths, catalogue.read(society.paths, clock=society.clock))


def prove(society: Society, record: BackupRecord) -> None:
    manifests.write_notes(manifests.notes_path(society.paths.manifests, record.filename), Notes(proven_at="2026-11-23T20:00:00+05:30"))


def test_the_newest_is_held_and_the_one_before_is_let_go(society: Society) -> None:
    first = society.back_up().record
    assert held(society) == {first.filename}
    second = society.back_up().record
    assert held(society) == {second.filename}
    assert first.path.is_file()


def test_the_newest_proven_is_held_beside_the_newest_checked(society: Society) -> None:
    proven = society.back_up().record
    prove(society, proven)
    newest = [society.back_up().record for _ in range(3)][-1]
    assert held(society) == {proven.filename, newest.filename}


def test_a_held_backup_takes_no_room_where_links_exist(society: Society) -> None:
    made = society.back_up().record
    assert (society.paths.held / made.filename).samefile(made.path)


def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_names: object, **_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)


def test_where_links_do_not_exist_a_copy_is_held_and_comes_back(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    no_links(monkeypatch)
    made = society.back_up().record
    second_name = society.paths.held / made.filename
    assert not second_name.samefile(made.path)
    assert hashlib.sha256(second_name.read_bytes()).hexdigest() == made.sha256
    made.path.unlink()
    assert [notice.code for notice in bring_back(society)] == [NoticeCode.BROUGHT_BACK]
    assert hashlib.sha256(made.path.read_bytes()).hexdigest() == made.sha256


def test_a_damaged_newest_one_does_not_take_the_place_of_the_good_one(society: Society) -> None:
    good = society.back_up().record
    bad = society.back_up().record
    bad.path.unlink()
    bad.path.write_bytes(b"rot")
    refresh(society)
    assert held(society) == {good.filename}


def test_a_file_that_was_found_does_not_push_out_the_newest_of_our_own(society: Society) -> None:
    mine = society.back_up().record
    shutil.copy(mine.path, society.paths.backups / "gharmitra_backup_20990101_000000.db")
    society.vault().adopt_unchecked()
    refresh(society)
    assert held(society) == {mine.filename, "gharmitra_backup_20990101_000000.db"}


def test_a_half_made_second_name_is_made_again(society: Society) -> None:
    made = society.back_up().record
    second_name = society.paths.held / made.filename
    second_name.unlink()
    second_name.write_bytes(b"half")
    refresh(society)
    assert second_name.samefile(made.path)


def test_what_is_not_ours_in_that_folder_is_left_alone(society: Society) -> None:
    society.back_up()
    (society.paths.held / "somebody's.txt").write_bytes(b"x")
    (society.paths.held / "gharmitra_backup_20200101_000000.db").write_bytes(b"of other books")
    newest = society.back_up().record
    assert held(society) == {"somebody's.txt", "gharmitra_backup_20200101_000000.db", newest.filename}


def test_nothing_is_brought_back_over_a_file_and_nothing_twice(society: Society) -> None:
    made = society.back_up().record
    assert bring_back(society) == ()
    made.path.unlink()
    assert len(bring_back(society)) == 1
    assert bring_back(society) == ()
    made.path.unlink()
    made.path.mkdir()
    with pytest.raises(NoAccess, match="cannot_write"):
        bring_back(society)


def test_a_held_file_that_is_not_whole_is_not_brought_back(society: Society) -> None:
    made = society.back_up().record
    made.path.unlink()
    second_name = society.paths.held / made.filename
    second_name.write_bytes(second_name.read_bytes()[:-1])
    assert bring_back(society) == ()
    assert not made.path.exists()
    assert [gone.filename for gone in catalogue.read(society.paths, clock=society.clock).vanished] == [made.filename]


def test_a_folder_that_cannot_be_made_costs_no_backup_and_is_told(society: Society) -> None:
    society.paths.backups.mkdir()
    society.paths.held.symlink_to("/")
    result = society.back_up()
    assert NoticeCode.HELD_FAILED in [notice.code for notice in result.warnings]
    assert result.record.is_good


@pytest.mark.parametrize("with_links", [True, False])
def test_a_second_name_is_made_with_links_and_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_links: bool) -> None:
    if not with_links:
        monkeypatch.setattr(os, "link", _refuse)
    (tmp_path / "a").write_bytes(b"x" * 100)
    holding.link_or_copy(tmp_path / "a", tmp_path / "b", never=None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "b").read_bytes() == b"x" * 100
    with pytest.raises(NoAccess):
        holding.link_or_copy(tmp_path / "a", tmp_path / "b", never=None)


def _refuse(*_: object) -> None:
    raise OSError(errno.EPERM, "no links here")
