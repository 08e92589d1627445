"""One backup in a process of its own, for faults that are put under a whole process: prints one line of JSON.

``python -m tests.faults.run_backup BOOKS [--kind K] [--label T] [--backups FOLDER] [--wait SECONDS] [--file-limit BYTES] [--at TIME]``;
exit code 0 or 1. What is no ``EngineError`` ends as a traceback, on purpose: a fault of the world must never come up as anything else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from gharmitra_admin.engine import EngineError, Kind, Paths, Settings, SystemClock, Vault
from gharmitra_admin.wording import errors as wording
from gharmitra_admin.wording.language import Words


class At(SystemClock):
    """Stands at a given time of day, so that a backup's name is known beforehand; waiting is by the real clock."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._now.tzinfo)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("books", type=Path)
    parser.add_argument("--kind", type=Kind, default=Kind.MANUAL)
    parser.add_argument("--label")
    parser.add_argument("--backups", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat, help="the time of day, with its offset; the PC's own where it is not given")
    parser.add_argument("--wait", type=float, default=2.0, help="seconds to wait for a lock on the books")
    parser.add_argument("--file-limit", type=int, help="no file may grow beyond so many bytes")
    chosen = parser.parse_args()
    if chosen.file_limit is not None:
        _limit_files(chosen.file_limit)
    answer = _back_up(chosen)
    print(json.dumps(answer))
    return 0 if answer["ok"] else 1


def _limit_files(limit_bytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))


def _back_up(chosen: argparse.Namespace) -> Mapping[str, object]:
    try:
        vault = Vault.open(
            Paths.of(chosen.books, chosen.backups),
            settings=Settings(),
            clock=SystemClock() if chosen.at is None else At(chosen.at),
            who="treasurer",
            face="terminal",
            books_wait_seconds=chosen.wait,
        )
        result = vault.backup(kind=chosen.kind, label=chosen.label)
    except EngineError as error:
        return {
            "ok": False,
            "code": error.code.value,
            "path": None if error.path is None else str(error.path),
            "reason": _reason(error),
            "message": wording.message(Words(), error).message,
        }
    return {
        "ok": True,
        "filename": result.record.filename,
        "unchanged": result.unchanged,
        "warnings": [notice.code.value for notice in (*vault.notices, *result.warnings)],
        "removed": list(result.removed),
    }


def _reason(error: EngineError) -> str | None:
    """The cause as far as the error itself carries it: the system's words, else its values."""
    if error.reason is not None:
        return str(error.reason)
    return ", ".join(f"{name}={value}" for name, value in error.values.items()) or None


if __name__ == "__main__":
    sys.exit(main())
