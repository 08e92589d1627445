"""Backup records made up for pure choices: no file stands behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import strategies as st

from gharmitra_admin.engine import BackupRecord, Kind, Origin, Problem, Status

KOLKATA = timezone(timedelta(hours=5, minutes=30))
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=KOLKATA)


def record(sequence: int, created_at: datetime = NOW, **said: object) -> BackupRecord:
    """A good rotating backup that this program made, unless told otherwise."""
    known: dict[str, object] = {
        "filename": f"gharmitra_backup_{sequence}.db",
        "path": Path(f"backups/gharmitra_backup_{sequence}.db"),
        "kind": Kind.MANUAL,
        "label": None,
        "kept": False,
        "status": Status.CHECKED,
        "problem": None,
        "created_at": created_at,
        "size_bytes": 4096,
        "sha256": f"{sequence:064x}",
        "sequence": sequence,
        "origin": Origin.MADE,
    }
    return BackupRecord(**{**known, **said})  # type: ignore[arg-type]


def daily(count: int, *, last: datetime = NOW, **said: object) -> list[BackupRecord]:
    """One backup a day, newest first, the newest at the given moment."""
    return [record(count - number, last - timedelta(days=number), **said) for number in range(count)]


@st.composite
def lists(draw: st.DrawFn, *, max_size: int = 40) -> list[BackupRecord]:
    """Any list that the catalogue may give, newest first by sequence.

    Half of them are of one calm day, so that nothing but its own worth keeps a backup; in the others the clock jumps, and books shrink
    and are damaged.
    """
    count, is_calm = draw(st.integers(0, max_size)), draw(st.booleans())
    return [draw(_records(count - number, is_calm=is_calm)) for number in range(count)]


@st.composite
def _records(draw: st.DrawFn, sequence: int, *, is_calm: bool) -> BackupRecord:
    status = draw(st.sampled_from([Status.CHECKED, Status.CHECKED, Status.CHECKED, *Status]))
    origin = draw(st.sampled_from([Origin.MADE, Origin.MADE, Origin.MADE, Origin.ADOPTED, None]))
    if origin is None and status not in {Status.UNCHECKED, Status.DAMAGED}:
        status = Status.UNCHECKED
    any_time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=draw(st.integers(0, 130 * 365 * 24 * 60)))
    steady = NOW - timedelta(hours=7 * (100 - sequence))
    wild = draw(st.sampled_from([steady, steady, steady, any_time.astimezone(KOLKATA)]))
    is_apart = not is_calm and status is Status.DAMAGED and draw(st.booleans())
    return record(
        sequence,
        NOW - timedelta(minutes=100 - sequence) if is_calm else wild,
        kind=draw(st.sampled_from(Kind)) if origin is Origin.MADE else None,
        kept=draw(st.integers(0, 4)) == 0,
        status=status,
        origin=origin,
        set_apart=is_apart,
        problem=Problem.BOOKS_DAMAGED if is_apart else Problem.HASH_DIFFERS if status is Status.DAMAGED else None,
        sha256=f"{draw(st.integers(0, 8)) or sequence:064x}",
        shrunk=("ledger",) if not is_calm and draw(st.integers(0, 30)) == 0 else (),
    )
