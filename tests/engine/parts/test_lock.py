"""The lock of one society's folder: one writer at a time, and whoever waits knows for whom."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gharmitra_admin.engine import Busy, Cancelled, CancelToken, Code, EngineError, Holder, NoSpace, Refused
from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.parts.lock import SocietyLock, info_file
from tests.builders.clock import FakeClock

WINDOW = Holder(who="window", action="backup", pid=1, since="2026-11-23T12:30:00+00:00")
TRAY = Holder(who="tray", action="verify", pid=2, since="2026-11-23T12:31:00+00:00")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".lock"


def lock(file: Path, holder: Holder = WINDOW) -> SocietyLock:
    return SocietyLock(file, clock=FakeClock(), holder=holder)


def test_while_it_is_held_everybody_can_read_by_whom_and_after_that_by_nobody(file: Path) -> None:
    assert SocietyLock.holder(file) is None
    with lock(file).hold(wait_seconds=0):
        seen = SocietyLock.holder(file)
        assert seen is not None
        assert (seen.who, seen.action, seen.pid, seen.since) == ("window", "backup", 1, WINDOW.since)
    assert SocietyLock.holder(file) is None
    assert not info_file(file).exists()


def test_two_objects_of_one_process_exclude_one_another(file: Path) -> None:
    with lock(file).hold(wait_seconds=0):
        with pytest.raises(Busy) as told, lock(file, TRAY).hold(wait_seconds=0):
            pass
        assert told.value.code is Code.JOB_RUNNING
        assert told.value.values["since"] == WINDOW.since
    with lock(file, TRAY).hold(wait_seconds=0):
        assert SocietyLock.holder(file).who == "tray"


def test_it_is_let_go_when_the_block_raises(file: Path) -> None:
    with pytest.raises(ZeroDivisionError), lock(file).hold(wait_seconds=0):
        raise ZeroDivisionError
    with lock(file).hold(wait_seconds=0):
        pass


def test_the_one_that_waits_is_told_once_and_then_has_it(file: Path) -> None:
    told: list[Holder | None] = []
    let_go = threading.Event()
    held = threading.Event()

    def keep_it() -> None:
        with lock(file).hold(wait_seconds=0):
            held.set()
            let_go.wait(30)

    def on_wait(holder: Holder | None) -> None:
        told.append(holder)
        let_go.set()

    thread = threading.Thread(target=keep_it)
    thread.start()
    held.wait(30)
    with lock(file, TRAY).hold(wait_seconds=30, on_wait=on_wait):
        assert SocietyLock.holder(file).who == "tray"
    thread.join()
    assert [holder and holder.who for holder in told] == ["window"]


def test_a_cancel_ends_the_wait(file: Path) -> None:
    token = CancelToken()
    with (
        lock(file).hold(wait_seconds=0),
        pytest.raises(Cancelled),
        lock(file, TRAY).hold(wait_seconds=1e9, cancel=token, on_wait=lambda _holder: token.ask()),
    ):
        pass


def test_it_is_still_mine_until_the_file_or_what_is_written_of_it_changes(file: Path) -> None:
    with lock(file).hold(wait_seconds=0) as held:
        held.check_still_mine()
        moved = file.rename(file.with_name("moved"))
        with pytest.raises(Busy) as told:
            held.check_still_mine()
        assert told.value.code is Code.LOCK_LOST
        file.touch()
        with pytest.raises(Busy):
            held.check_still_mine()
        file.unlink()
        moved.rename(file)
        held.check_still_mine()
        info_file(file).write_bytes(b'{"who":"tray","action":"verify","pid":2,"since":"","token":"another"}')
        with pytest.raises(Busy):
            held.check_still_mine()


def test_who_has_lost_it_does_not_take_away_what_the_next_one_wrote(file: Path) -> None:
    with lock(file).hold(wait_seconds=0):
        file.unlink()
        with lock(file, TRAY).hold(wait_seconds=0) as second:
            second.check_still_mine()
            written = info_file(file).read_bytes()
        info_file(file).write_bytes(written)
    assert info_file(file).read_bytes() == written


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff", b"[1]", b'{"who":', b'{"x":' + b"[" * 100_000])
def test_a_damaged_word_about_the_holder_is_no_word_and_no_crash(file: Path, damage: bytes) -> None:
    with lock(file).hold(wait_seconds=0):
        info_file(file).write_bytes(damage)
        assert SocietyLock.holder(file) is None
        with pytest.raises(Busy) as told, lock(file, TRAY).hold(wait_seconds=0):
            pass
        assert (told.value.values["holder"], told.value.values["since"]) == (None, None)


def test_a_link_in_the_place_of_the_lock_is_not_followed(file: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"books")
    file.symlink_to(precious)
    with pytest.raises(EngineError), lock(file).hold(wait_seconds=0):
        pass
    assert precious.read_bytes() == b"books"


def test_a_disk_that_knows_no_locks_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl", reason="Windows locks by other means")
    import errno

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with pytest.raises(Refused) as told, lock(file).hold(wait_seconds=0):
        pass
    assert told.value.code is Code.LOCKS_UNSUPPORTED
    assert told.value.path == file


def test_on_a_full_disk_the_lock_is_held_all_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else nothing could be deleted there to make room."""

    def full(path: Path, _data: bytes) -> None:
        raise NoSpace(Code.DISK_FULL, path=path)

    monkeypatch.setattr(files, "replace_whole", full)
    with lock(file).hold(wait_seconds=0) as held:
        held.check_still_mine()
        with pytest.raises(Busy), lock(file, TRAY).hold(wait_seconds=0):
            pass
