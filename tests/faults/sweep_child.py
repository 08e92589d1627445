"""One backup at a given moment, for the sweep of kills and errors: prints one line of JSON with what a user would be told.

``python -m tests.faults.sweep_child BOOKS --at TIME [--last N] [--broken NAME]
[--restore NAME | --undo | --open]``. With ``--restore`` the books go back to a backup in place of a new one, with ``--undo`` to what the
last restore replaced; ``--open`` only opens the society. ``--broken`` puts a wrong order into the engine of
this process (``tests.faults.broken_variant``), which the sweep must find. What is no ``EngineError`` ends as a traceback.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from gharmitra_admin.engine import EngineError, Notice, Paths, Settings, Vault
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.wording import backups as backup_words
from gharmitra_admin.wording import errors as error_words
from gharmitra_admin.wording.language import Words
from tests.faults.broken_variant import VARIANTS
from tests.faults.run_backup import At


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("books", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat, required=True, help="the time of day, with its offset")
    parser.add_argument("--last", type=int, default=10, help="how many rotating backups stay")
    parser.add_argument("--restore", metavar="NAME")
    parser.add_argument("--undo", action="store_true")
    parser.add_argument("--open", action="store_true")
    parser.add_argument("--broken", choices=sorted(VARIANTS))
    chosen = parser.parse_args()
    if chosen.broken is not None:
        VARIANTS[chosen.broken]()
    answer = _back_up(chosen)
    print(json.dumps(answer), flush=True)
    return 0 if answer["ok"] else 1


def _back_up(chosen: argparse.Namespace) -> Mapping[str, object]:
    words, settings = Words(), Settings(policy=Policy(last=chosen.last, days=1))
    try:
        vault = Vault.open(
            Paths.of(chosen.books), settings=settings, clock=At(chosen.at), who="treasurer", face="terminal", books_wait_seconds=1
        )
        if chosen.open:
            return {"ok": True, **_notices(words, vault.notices)}
        if chosen.undo or chosen.restore is not None:
            restored = vault.undo() if chosen.undo else vault.restore(chosen.restore)
            return {"ok": True, "safety": restored.safety, **_notices(words, (*vault.notices, *restored.warnings))}
        result = vault.backup()
    except EngineError as error:
        said = error_words.message(words, error).message
        return {"ok": False, "code": error.code.value, "path": None if error.path is None else str(error.path), "message": said}
    removed = list(result.removed)
    return {"ok": True, "filename": result.record.filename, "removed": removed, **_notices(words, (*vault.notices, *result.warnings))}


def _notices(words: Words, told: Sequence[Notice]) -> Mapping[str, object]:
    return {
        "warnings": [notice.code.value for notice in told],
        "message": "\n".join(backup_words.notice(words, notice) for notice in told),
    }


if __name__ == "__main__":
    sys.exit(main())
