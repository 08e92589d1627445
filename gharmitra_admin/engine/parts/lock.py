"""One writer per society, across processes: only the system's own lock counts, and it dies with its process.

Leaves ``backups/.lock``, and while it is held ``backups/.lock.json``, which tells others who is at work since when.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock
import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Busy, Code, EngineError, NoSpace, Refused, from_os
from gharmitra_admin.engine.base.job import NEVER, CancelToken

_LOOK_AGAIN_SECONDS = 0.05
_NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP})


class Holder(msgspec.Struct, frozen=True):
    """Who is at work: the face, what it does, its process, since when (ISO 8601)."""

    who: str
    action: str
    pid: int
    since: str
    token: str = ""


def _no_word(_holder: Holder | None) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Held:
    """The lock while it is held. ``token`` empty: the disk was too full to write down who holds it."""

    file: Path
    info: Path
    token: str
    identity: files.Identity | None

    def check_still_mine(self) -> None:
        """Raise Busy where somebody removed or replaced the lock file, so that another process may hold a lock of its own."""
        holder = _read(self.info)
        is_mine = not self.token or (holder is not None and holder.token == self.token)
        if not is_mine or files.identity(self.file) != self.identity:
            raise Busy(Code.LOCK_LOST, path=self.file)


class SocietyLock:
    """The lock of one society's folder. Each object takes it for itself: two in one process exclude one another too."""

    def __init__(self, file: Path, *, clock: Clock, holder: Holder) -> None:
        self._file, self._clock, self._holder = file, clock, holder

    @property
    def _info(self) -> Path:
        return info_file(self._file)

    @staticmethod
    def holder(file: Path) -> Holder | None:
        """Tell who holds the lock now; None where nobody does, whatever a dead process left written."""
        if not file.exists():
            return None
        lock = _system_lock(file)
        try:
            lock.acquire(timeout=0)
        except (filelock.Timeout, OSError):
            return _read(info_file(file))
        lock.release()
        return None

    @contextmanager
    def hold(
        self, *, wait_seconds: float, cancel: CancelToken = NEVER, on_wait: Callable[[Holder | None], None] = _no_word
    ) -> Iterator[Held]:
        """Hold the lock for the block, waiting for it at most so long.

        ``on_wait`` is told once whom this one waits for. Raises Busy (holder, since), Refused (a disk without locks), NoAccess,
        Cancelled.
        """
        lock, own = _system_lock(self._file), secrets.token_hex(8)
        self._acquire(lock, wait_seconds, cancel, on_wait)
        try:
            token = self._written_down(own)
            yield Held(self._file, self._info, token, files.identity(self._file))
        finally:
            mine = _read(self._info)
            if mine is not None and mine.token == own:
                files.discard(self._info)
            lock.release()

    def _at_fault(self) -> Path:
        """What to look at where the lock cannot be had: the folder, unless it is only the file itself that may not be written."""
        folder = self._file.parent
        return self._file if self._file.exists() and os.access(folder, os.W_OK | os.X_OK) else folder

    def _written_down(self, token: str) -> str:
        """Write down who holds it; on a full disk nobody can be told, and a backup must be deletable there all the same."""
        try:
            files.replace_whole(self._info, msgspec.json.encode(msgspec.structs.replace(self._holder, token=token)))
        except NoSpace:
            return ""
        return token

    def _acquire(
        self, lock: filelock.BaseFileLock, wait_seconds: float, cancel: CancelToken, on_wait: Callable[[Holder | None], None]
    ) -> None:
        give_up = self._clock.monotonic() + wait_seconds
        is_told = False
        while True:
            try:
                lock.acquire(timeout=0)
                return
            except filelock.Timeout:
                holder = _read(self._info)
            except OSError as error:
                if error.errno in _NO_LOCKS:
                    raise Refused(Code.LOCKS_UNSUPPORTED, path=self._file, reason=error) from error
                raise from_os(error, self._at_fault(), writing=True) from error
            if self._clock.monotonic() >= give_up:
                raise Busy(Code.JOB_RUNNING, path=self._file, holder=holder, since=holder.since if holder else None)
            if not is_told:
                on_wait(holder)
                is_told = True
            if cancel.wait(_LOOK_AGAIN_SECONDS):
                cancel.check()


def info_file(file: Path) -> Path:
    """Where it is written who holds this lock."""
    return file.with_name(f"{file.name}.json")


def _system_lock(file: Path) -> filelock.BaseFileLock:
    return filelock.FileLock(file, mode=0o600, thread_local=False, is_singleton=False, fallback_to_soft=False)


def _read(info: Path) -> Holder | None:
    with suppress(EngineError, msgspec.MsgspecError, UnicodeError, RecursionError, OSError):
        return msgspec.json.decode(files.read_whole(info), type=Holder)
    return None
