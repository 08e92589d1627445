"""A restore among eight programs that read and write without a pause, and a server; rows 77 and 78 of the catalogue of faults.

It waits or refuses; readers see whole states only; what was acknowledged to a writer is in a safety backup or in the books.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gharmitra_admin.engine import Busy, Progress, Stage, SystemClock, Vault
from gharmitra_admin.engine.base.errors import Code
from tests.builders import society as societies
from tests.builders.backend import Backend
from tests.builders.crowd import crowd
from tests.builders.dump import rows_of, side_files
from tests.builders.process import ask
from tests.builders.society import Society, assert_whole

TRIES = 25


def narrations(database: Path) -> set[str]:
    return {text for (text,) in ask(database, "SELECT narration FROM ledger WHERE narration LIKE 'w%'")}


def vault_of(society: Society) -> Vault:
    return Vault.open(society.paths, settings=society.settings, clock=SystemClock(), who="treasurer", face="window")


def failure(vault: Vault, name: str) -> Busy | None:
    """Try once: why it was refused, None where it was done. Anything else flies on."""
    try:
        vault.restore(name)
    except Busy as error:
        return error
    return None


@pytest.mark.parametrize("journal", ["wal", "delete"])
@pytest.mark.parametrize("pooled", [True, False])
def test_row_77_among_eight_programs_nothing_acknowledged_is_lost(tmp_path: Path, pooled: bool, journal: str) -> None:
    society = societies.make(tmp_path / "society", journal=journal)
    name = society.back_up().record.filename
    backup, vault, done = rows_of(society.paths.backups / name), vault_of(society), 0
    with crowd(society.paths.books, keeps_open=pooled) as others:
        others.wait_until_busy()
        for _ in range(TRIES):
            refused = failure(vault, name)
            done += refused is None
            assert refused is None or refused.code in {Code.BOOKS_IN_USE, Code.BOOKS_BUSY, Code.BOOKS_KEEP_CHANGING}, refused
        others.disperse()
    assert not (pooled and journal == "wal" and done), "restored under programs that hold the books open"
    print(f"restored {done} of {TRIES} times among them")
    assert others.seen == {"whole"}, others.seen - {"whole"}
    assert_whole(society.paths.books)
    vault.restore(name)
    assert rows_of(society.paths.books) == backup
    assert side_files(society.paths.books) == []
    saved = [record.path for record in vault.records() if record.filename.startswith("pre_restore_safety")]
    assert len(saved) == done + 1
    kept = {text for path in saved for text in narrations(path)}
    assert others.acknowledged
    assert others.acknowledged <= kept, f"lost: {sorted(others.acknowledged - kept)[:5]} of {len(others.acknowledged)}, restored {done}"
    assert not vault.audit_verify().problems


@pytest.mark.parametrize("pooled", [True, False])
def test_row_77_with_a_server_and_eight_programs_it_is_refused_and_touches_nothing(tmp_path: Path, pooled: bool) -> None:
    society = societies.make(tmp_path / "society")
    name = society.back_up().record.filename
    vault = vault_of(society)
    with Backend(society.paths.home, pooled=pooled) as server, crowd(society.paths.books, keeps_open=pooled) as others:
        others.wait_until_busy()
        entered = set()
        for _ in range(5):
            refused = failure(vault, name)
            assert refused is not None
            assert refused.code is Code.BOOKS_IN_USE
            entered.add(int(server.ask("POST", "/enter")))
        others.disperse()
        (found,) = vault.backends().servers
        vault.stop_backend(found)
    assert others.seen == {"whole"}
    assert others.acknowledged <= narrations(society.paths.books)
    result = vault.restore(name)
    assert result.safety is not None
    safety = society.paths.backups / result.safety
    assert others.acknowledged <= narrations(safety)
    assert entered <= {int(number) for (number,) in ask(safety, "SELECT id FROM ledger")}


def test_row_78_a_server_started_in_the_middle_comes_in_before_or_after_never_between(tmp_path: Path) -> None:
    """What it acknowledges is in the restored books; while the restore holds them it is told that they are locked."""
    society = societies.make(tmp_path / "society")
    name = society.back_up().record.filename
    society.enter()
    backup, started, entered = rows_of(society.paths.backups / name), [], []

    def start(progress: Progress) -> None:
        if progress.stage is Stage.REPLACING and not started:
            started.append(Backend(society.paths.home))
            try:
                entered.append(int(started[0].ask("POST", "/enter")))
            except (OSError, ValueError):
                return

    vault = vault_of(society)
    try:
        vault.restore(name, report=start)
        assert started
        assert entered == []
        assert rows_of(society.paths.books) == backup
        number = int(started[0].ask("POST", "/enter"))
        assert ask(society.paths.books, f"SELECT amount FROM ledger WHERE id = {number}") == [["7"]]
        assert started[0].ask("GET", "/count") == 202
    finally:
        for one in started:
            one.end()
    assert_whole(society.paths.books)
