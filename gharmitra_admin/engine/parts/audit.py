"""The activity record: one line per event, each with the SHA-256 of the line before, written before acting.

Leaves ``logs/audit.log``, which is only ever appended to, each line durable. Editing, removing or swapping lines breaks the
chain; a cut tail or a chain built anew is found by any head that was carried elsewhere (a manifest, a copy, a printed page).
"""

from __future__ import annotations

import enum
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import filelock
import msgspec

from gharmitra_admin.engine.base import files, names
from gharmitra_admin.engine.base.clock import Clock
from gharmitra_admin.engine.base.errors import Code, NoAccess, NotFound, Refused, sorted_os_errors

FIRST = "0" * 64
_LOCK_SECONDS = 5.0
_TAIL_BYTES = 1 << 16
_LINE_LIMIT_BYTES = 1 << 15


class Outcome(enum.Enum):
    """Where a job stands."""

    STARTED = "started"
    FINISHED = "finished"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


Detail = str | int | float | bool | list[str] | None


class Event(msgspec.Struct, frozen=True):
    """One line. ``at`` is UTC, ``job`` ties a start to its end."""

    seq: int
    at: str
    action: str
    outcome: str
    who: str
    books: str
    job: str
    details: dict[str, Detail]
    prev: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last line's number and hash: whoever has it can tell later whether the record was cut or rebuilt."""

    seq: int
    hash: str

    @property
    def short(self) -> str:
        """The number to compare on paper."""
        return f"{self.hash[:4]}-{self.hash[4:8]}".upper()


class AuditProblemCode(enum.Enum):
    """What is wrong with the record."""

    TORN_LINE = "torn_line"
    UNREADABLE_LINE = "unreadable_line"
    BROKEN_CHAIN = "broken_chain"
    HEAD_MISSING = "head_missing"


@dataclass(frozen=True, slots=True)
class AuditProblem:
    """One thing wrong, at a line counted from 1."""

    code: AuditProblemCode
    line: int


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many events stand in order, the head, and what is wrong. A torn line of a power cut is told but breaks nothing."""

    events: int
    head: Head
    problems: tuple[AuditProblem, ...]

    @property
    def is_broken(self) -> bool:
        return any(problem.code is not AuditProblemCode.TORN_LINE for problem in self.problems)


class Audit:
    """The activity record of one folder, written by one person through one face about one set of books."""

    def __init__(self, file: Path, *, clock: Clock, who: str, books: str) -> None:
        self._file, self._clock, self._who, self._books = file, clock, who, books

    def append(self, action: str, outcome: Outcome, *, job: str, **details: object) -> Event:
        """Append one event and make it durable. Raises NoAccess, NoSpace, Refused; then nothing is known to be written."""
        with self._locked(), self._opened() as descriptor:
            tail = self._tail(descriptor)
            event = Event(
                seq=tail.head.seq + 1,
                at=self._clock.now().astimezone(UTC).isoformat(timespec="milliseconds"),
                action=action,
                outcome=outcome.value,
                who=names.shown(self._who),
                books=names.shown(self._books),
                job=job,
                details={key: _plain(value) for key, value in details.items()},
                prev=tail.head.hash,
            )
            line = (b"\n" if tail.is_torn else b"") + msgspec.json.encode(event) + b"\n"
            with sorted_os_errors(self._file, writing=True):
                _put(descriptor, line)
        return event

    def read(self) -> list[Event]:
        """Read all events that can be read, oldest first. Raises NoAccess, Refused."""
        return [event for _, event, _ in self._lines() if event is not None]

    def head(self) -> Head:
        """Tell the last line's number and hash, reading only the end of the file. Raises NoAccess, Refused."""
        try:
            descriptor = files.open_regular(self._file, never=None)
        except NotFound:
            return Head(0, FIRST)
        try:
            return self._tail(descriptor).head
        finally:
            os.close(descriptor)

    def open_jobs(self) -> list[Event]:
        """Starts without an end, oldest first: what a kill or a power cut interrupted."""
        started: dict[str, Event] = {}
        for event in self.read():
            if event.outcome == Outcome.STARTED.value:
                started[event.job] = event
            else:
                started.pop(event.job, None)
        return list(started.values())

    def verify(self, heads: Iterable[Head] = ()) -> AuditReport:
        """Check every line against the one before it, and every given head against the line of its number."""
        problems: list[AuditProblem] = []
        hashes: dict[int, str] = {}
        prev, seq, count, line = FIRST, 0, 0, 0
        for line, (raw, event, is_whole) in enumerate(self._lines(), 1):
            if event is None:
                code = AuditProblemCode.UNREADABLE_LINE if is_whole else AuditProblemCode.TORN_LINE
                problems.append(AuditProblem(code, line))
            else:
                count += 1
                if event.prev != prev or event.seq != seq + 1:
                    problems.append(AuditProblem(AuditProblemCode.BROKEN_CHAIN, line))
                seq = event.seq
                hashes[seq] = _hash(raw)
            prev = _hash(raw)
        problems += [AuditProblem(AuditProblemCode.HEAD_MISSING, line) for head in heads if hashes.get(head.seq) != head.hash]
        return AuditReport(count, Head(seq, prev), tuple(problems))

    def _lines(self) -> Iterator[tuple[bytes, Event | None, bool]]:
        """Every line: its bytes, its event if it is one, and whether it reads as the whole of a line that was once written."""
        try:
            data = files.read_whole(self._file, limit_bytes=1 << 30)
        except NotFound:
            return
        lines = data.split(b"\n")
        for raw in lines[:-1] if lines[-1] == b"" else lines:
            event = _decode(raw)
            yield raw, event, not _is_torn(raw)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        files.make_private_folder(self._file.parent)
        lock = filelock.FileLock(self._file.with_name(f".{self._file.name}.lock"), mode=0o600, thread_local=False, fallback_to_soft=False)
        try:
            lock.acquire(timeout=_LOCK_SECONDS)
        except (filelock.Timeout, OSError) as error:
            reason = error if not isinstance(error, filelock.Timeout) else None
            raise NoAccess(Code.CANNOT_WRITE, path=self._file, reason=reason) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _opened(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with sorted_os_errors(self._file, writing=True):
            descriptor = os.open(self._file, flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Refused(Code.NOT_A_REGULAR_FILE, path=self._file)
            yield descriptor
        finally:
            os.close(descriptor)

    def _tail(self, descriptor: int) -> _Tail:
        """Read the last line, and the last whole event's number where the last line is torn."""
        with sorted_os_errors(self._file, writing=False):
            size = os.fstat(descriptor).st_size
            begin = max(0, size - _TAIL_BYTES)
            os.lseek(descriptor, begin, os.SEEK_SET)
            data = os.read(descriptor, _TAIL_BYTES)
        if not data:
            return _Tail(Head(0, FIRST), False)
        is_torn = not data.endswith(b"\n")
        lines = data.rstrip(b"\n").split(b"\n") if not is_torn else data.split(b"\n")
        events = [event for raw in lines if (event := _decode(raw)) is not None]
        return _Tail(Head(events[-1].seq if events else 0, _hash(lines[-1])), is_torn)


@dataclass(frozen=True, slots=True)
class _Tail:
    head: Head
    is_torn: bool


def _put(descriptor: int, line: bytes) -> None:
    """Append durably or not at all: a line of what was then refused would be acted upon at the next opening. Raises OSError."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    try:
        files.write_all(descriptor, line)
        os.fsync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, end)
        raise


def _hash(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _decode(raw: bytes) -> Event | None:
    try:
        return msgspec.json.decode(raw, type=Event)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _is_torn(raw: bytes) -> bool:
    """Whether this may be the beginning of a line that a power cut ended: no JSON, or the NULs of a block never written."""
    if not raw.startswith((b"{", b"\0")):
        return False
    try:
        msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return True
    return False


def _plain(value: object) -> Detail:
    """A value as it may stand in one line of the record: flat, printable, of bounded length."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, enum.Enum):
        return _plain(value.value)
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        return (
            [names.shown(str(item))[:300] for item in list(value)[:50]] if _is_long(value) else [names.shown(str(item)) for item in value]
        )
    return names.shown(str(value))[:2000]


def _is_long(value: Iterable[object]) -> bool:
    return sum(len(str(item)) for item in value) > _LINE_LIMIT_BYTES
