"""Answers about backups. Fields are only ever added."""

from __future__ import annotations

import msgspec

from gharmitra_admin.answers.failure import Told


class Listed(msgspec.Struct, frozen=True):
    """One backup of the list."""

    filename: str
    size_kb: float
    size_bytes: int
    created_at: str
    kind: str | None
    label: str | None
    kept: bool
    status: str
    sha256: str | None
    problem: str | None
    shrunk: list[str]
    """Tables that many entries were gone from since the backup before; empty once somebody has said that this was meant."""


class Made(msgspec.Struct, frozen=True):
    """One backup that was made, or that the books still match."""

    filename: str
    path: str
    kind: str | None
    label: str | None
    created_at: str
    size_bytes: int
    size_kb: float
    sha256: str | None
    status: str
    tables: int
    rows: int
    took_seconds: float
    removed: list[str]
    warnings: list[Told]
    unchanged: bool | msgspec.UnsetType = msgspec.UNSET


class Verified(msgspec.Struct, frozen=True):
    """What a check found in one file."""

    filename: str
    status: str
    problems: list[str]


class AllVerified(msgspec.Struct, frozen=True):
    """What a check found, file by file."""

    results: list[Verified]


class Acknowledged(msgspec.Struct, frozen=True):
    """What was noted as known: tables, backups or numbers; nothing where there was nothing to note."""

    acknowledged: list[str]


class Copied(msgspec.Struct, frozen=True):
    """One copy that lies elsewhere."""

    filename: str
    path: str
    sha256: str
    size_bytes: int
    warnings: list[Told]
