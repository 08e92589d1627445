"""Records that only HTTP answers with: jobs and their progress. Fields are only ever added."""

from __future__ import annotations

from typing import Any

import msgspec

from gharmitra_admin.answers.backups import Made


class StepTold(msgspec.Struct, frozen=True):
    """How far a stage is; ``total`` 0 means not known."""

    stage: str
    done: int
    total: int


class JobTold(msgspec.Struct, frozen=True):
    """One job. ``state`` is one of running, done, failed, cancelled; ``status`` and ``result`` are what the plain call answers."""

    job: str
    action: str
    state: str
    started_at: str
    progress: StepTold | None
    status: int | None
    result: Any


class BackedUp(Made, frozen=True, kw_only=True):
    """One backup that was made, with the sentence that GharMitra's own pages show."""

    message: str


class Accepted(msgspec.Struct, frozen=True):
    """A job that was started and goes on by itself."""

    message: str
    job: str


class LogoutTold(msgspec.Struct, frozen=True):
    """What a logout is told at once; the job is None where no backup was needed."""

    message: str
    triggered: bool
    job: str | None


class FailureCode(msgspec.Struct, frozen=True):
    """The code of a failure, and what to do next."""

    code: str
    hint: str


class HttpFailure(msgspec.Struct, frozen=True):
    """Every failure: ``detail`` says what happened."""

    detail: str
    error: FailureCode


class SocietyTold(msgspec.Struct, frozen=True):
    """One society of a server, and what its addresses begin with."""

    name: str
    prefix: str


class Serving(msgspec.Struct, frozen=True):
    """A server that is ready, and all that it serves."""

    address: str
    societies: list[SocietyTold]
