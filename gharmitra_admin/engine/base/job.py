"""A job's progress and its cancel token. Leaves nothing on disk."""

from __future__ import annotations

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from gharmitra_admin.engine.base.errors import Cancelled


class Stage(enum.Enum):
    """What a job is doing; the words for it are made in ``wording``."""

    WAITING = "waiting"
    COPYING = "copying"
    CHECKING = "checking"
    FINISHING = "finishing"
    CARRYING = "carrying"
    READING_BACK = "reading_back"
    MAKING = "making"
    COMPARING = "comparing"
    SAVING = "saving"  # the safety backup of what is about to be replaced
    REPLACING = "replacing"
    CHECKING_BOOKS = "checking_books"
    COUNTING = "counting"
    DOCUMENTS = "documents"
    RESCUING = "rescuing"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is: ``done`` of ``total``, in bytes or items. ``total`` 0 means not known."""

    stage: Stage
    done: int
    total: int


Report: TypeAlias = Callable[[Progress], None]


def ignore(_progress: Progress) -> None:
    """The report of a caller who does not watch."""


class CancelToken:
    """Asked once from any thread, seen by the job at its next check. ``one_at_a_time``: the job uses one processor, not two at once."""

    one_at_a_time = False

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """Ask the job to stop. Past its commit point the job finishes all the same."""
        self._asked.set()

    def is_asked(self) -> bool:
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait, at most so long, and tell whether someone has asked meanwhile."""
        return self._asked.wait(seconds)

    def check(self) -> None:
        """Raise Cancelled where someone has asked."""
        if self._asked.is_set():
            raise Cancelled


class _Never(CancelToken):
    """The token of a caller who cannot cancel."""

    def ask(self) -> None:
        raise AssertionError("this job cannot be cancelled")


NEVER = _Never()
