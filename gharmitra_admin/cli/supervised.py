"""A command that a server runs for somebody: its progress as JSON lines on stderr, and a word on stdin that stops it.

Leaves nothing on disk. The end of stdin is such a word too: a server that is killed never leaves a job behind that was still before its
commit point. What such a command is told by name is always one of the list and never a path.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import msgspec

from gharmitra_admin.engine import CancelToken, Clock, Progress, Report

_STDIN, _STDERR = 0, 2
_CANCEL = b"cancel"
_BEAT_SECONDS = 0.12  # with the last one, which comes out of turn, ten a second at most
_STINT_SECONDS = 0.0005
_LAST_WORD_SECONDS = 1.0  # a server that has stopped reading holds nobody up


class Considerate(CancelToken):
    """A token that also gives way, each time the job looks at it, to whatever else wants the processor.

    A lower priority is not enough: Linux lets who works finish a slice of some milliseconds before it runs what has just woken up, and
    with every processor busy each request of the server would pay that, more than once.
    """

    one_at_a_time = True

    def __init__(self, clock: Clock, *, give_way: Callable[[], None] = lambda: time.sleep(0)) -> None:
        super().__init__()
        self._clock, self._give_way, self._since = clock, give_way, clock.monotonic()

    def is_asked(self) -> bool:
        self._pause()
        return super().is_asked()

    def check(self) -> None:
        self._pause()
        super().check()

    def _pause(self) -> None:
        if self._clock.monotonic() - self._since >= _STINT_SECONDS:
            self._give_way()
            self._since = self._clock.monotonic()


def obey(cancel: CancelToken) -> None:
    """Ask the token at the line ``cancel``, at the end of stdin and at SIGTERM. Ctrl-C is the server's: it decides for its commands."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    heard, told = os.pipe()
    # Not the token itself: a handler may come while this very thread holds the token's lock.
    signal.signal(signal.SIGTERM, lambda _number, _frame: os.write(told, _CANCEL + b"\n"))
    for source in (_STDIN, heard):
        threading.Thread(target=_listen, args=(source, cancel), daemon=True).start()


def _listen(source: int, cancel: CancelToken) -> None:
    """Read below Python's buffers: a thread that waits inside one makes the interpreter abort at its end."""
    rest = b""
    with suppress(OSError):
        while more := os.read(source, 4096):
            *lines, rest = (rest + more).split(b"\n")
            if _CANCEL in (line.strip() for line in lines):
                break
    cancel.ask()


@contextmanager
def progress() -> Iterator[Report]:
    """Tell the newest progress of the block, ten times a second at most, and always the last."""
    teller = _Teller()
    thread = threading.Thread(target=teller.run, daemon=True)
    thread.start()
    try:
        yield teller.take
    finally:
        teller.ended.set()
        thread.join(_LAST_WORD_SECONDS)


class _Teller:
    """Writes what it was told last; the job itself never waits for whoever reads."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self._newest: Progress | None = None

    def take(self, progress: Progress) -> None:
        self._newest = progress

    def run(self) -> None:
        told, is_over = None, False
        with suppress(OSError):
            while not is_over:
                is_over = self.ended.wait(_BEAT_SECONDS)
                newest = self._newest
                if newest is not None and newest is not told:
                    os.write(_STDERR, _line(newest))
                    told = newest


def _line(progress: Progress) -> bytes:
    return msgspec.json.encode({"stage": progress.stage.value, "done": progress.done, "total": progress.total}) + b"\n"
