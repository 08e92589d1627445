"""Going back while a server like GharMitra's writes all the time: refused while it runs, and nothing it acknowledged is lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gharmitra_admin.engine import Busy, SystemClock, Vault
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.operations.restore.plan import FindingCode, Weight
from tests.builders import society as societies
from tests.builders.backend import Backend
from tests.builders.process import ask


class Writer(threading.Thread):
    """Enters without a pause until nobody answers, and remembers what was acknowledged."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(daemon=True)
        self.backend, self.acknowledged, self.many = backend, set[int](), threading.Event()

    def run(self) -> None:
        try:
            while True:
                self.acknowledged.add(int(self.backend.ask("POST", "/enter")))
                if len(self.acknowledged) > 20:
                    self.many.set()
        except (OSError, ValueError):
            return


@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("reload", [True, False])
def test_row_78_refused_while_it_runs_then_stopped_restored_and_started(tmp_path: Path, pooled: bool, reload: bool) -> None:
    society = societies.make(tmp_path / "society")
    name = society.back_up().record.filename
    vault = Vault.open(society.paths, settings=society.settings, clock=SystemClock(), who="treasurer", face="window")
    with Backend(society.paths.home, pooled=pooled, reload=reload) as running:
        writer = Writer(running)
        writer.start()
        assert writer.many.wait(30)
        assert [one.code for one in vault.plan(name).findings if one.weight is Weight.BLOCKER] == [FindingCode.BACKEND_RUNS]
        with pytest.raises(Busy) as told:
            vault.restore(name)
        assert told.value.code is Code.BOOKS_IN_USE
        (server,) = vault.backends().servers
        vault.stop_backend(server)
        writer.join(30)
        result = vault.restore(name)
        assert result.safety is not None
        kept = {int(row) for (row,) in ask(society.paths.backups / result.safety, "SELECT id FROM ledger")}
        assert writer.acknowledged <= kept
        vault.start_backend(server)
        assert running.ask("GET", "/count") == 200
        assert running.ask("POST", "/enter") == 201
    ended = [(event.action, event.outcome) for event in vault.audit_events() if "gharmitra" in event.action]
    assert ended == [(f"{verb}_gharmitra", outcome) for verb in ("stop", "start") for outcome in ("started", "finished")]
