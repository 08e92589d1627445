"""What health says of the folder of the backups."""

from __future__ import annotations

import os
import shutil

import pytest

from gharmitra_admin.engine.base.errors import Code, NoAccess
from gharmitra_admin.engine.operations.health import folder
from gharmitra_admin.engine.operations.health.alerts import AlertCode, Severity
from tests.builders.society import Society


def test_a_folder_that_may_be_used_or_made_is_no_alert(society: Society) -> None:
    assert list(folder.alerts(society.paths, None)) == []
    society.back_up()
    assert list(folder.alerts(society.paths, None)) == []


def test_a_file_in_its_place_is_the_one_thing_that_is_wrong(society: Society) -> None:
    society.paths.backups.write_bytes(b"")
    [alert] = folder.alerts(society.paths, NoAccess(Code.CANNOT_READ, path=society.paths.backups))
    assert (alert.code, alert.severity, alert.values) == (
        AlertCode.BACKUPS_NOT_A_FOLDER,
        Severity.ACT,
        {"path": society.paths.backups},
    )


def test_a_list_that_cannot_be_read_is_told_with_its_reason(society: Society) -> None:
    society.back_up()
    shutil.rmtree(society.paths.manifests)
    society.paths.manifests.write_bytes(b"")
    report = society.vault().health()
    [alert] = [one for one in report.alerts if one.code is AlertCode.BACKUPS_UNREADABLE]
    assert isinstance(alert.values["error"], NoAccess)
    assert AlertCode.NO_BACKUP_YET not in {one.code for one in report.alerts}


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_folder_that_may_not_be_written_is_told_without_a_trial(society: Society, monkeypatch: pytest.MonkeyPatch) -> None:
    society.back_up()
    society.paths.backups.chmod(0o500)
    # Root is stopped by no mode: the system's answer for everybody else is given here, in a process of its own in tests/cli.
    if os.geteuid() == 0:
        monkeypatch.setattr(os, "access", lambda path, how: path != society.paths.backups)
    [alert] = folder.alerts(society.paths, None)
    society.paths.backups.chmod(0o700)
    assert (alert.code, alert.values) == (AlertCode.BACKUPS_UNWRITABLE, {"path": society.paths.backups})
