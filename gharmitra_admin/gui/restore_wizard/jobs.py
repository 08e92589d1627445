"""What the wizard asks of the engine, each behind the bridge. Leaves what the vault's flows leave."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from gharmitra_admin.engine import BackupRecord, Cancelled, CancelToken, EngineError, Report, Vault
from gharmitra_admin.engine.parts.backend import Look, Server
from gharmitra_admin.engine.parts.history import LastRestore
from gharmitra_admin.engine.vault.exporting import ComparisonWords, SaveComparison
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.gui.bridge import Bridge
from gharmitra_admin.gui.job_state import Work

OURS = frozenset({Work.COMPARE, Work.RESTORE, Work.STOP, Work.START})
Result = TypeVar("Result")


class RestoreJobs(QObject):
    """Coroutines on one society; each raises EngineError for what the world does."""

    differing = Signal(object)  # Difference; said from the worker
    glanced = Signal(object)  # FirstFigures; said from the worker

    def __init__(self, bridge: Bridge, vault: Vault, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge, self._vault = bridge, vault
        self._is_called_off = False

    async def records(self) -> list[BackupRecord]:
        return await self._bridge.look(self._vault.records)

    async def differences(self) -> None:
        """Compare every backup; each is told by ``differing`` as it is found."""
        await self._run(Work.COMPARE, lambda report, cancel: self._vault.differences(self.differing.emit, report=report, cancel=cancel))

    async def plan(self, name: str) -> Plan:
        """The plan of going back to a backup; its first figures are told by ``glanced`` before."""

        def make(report: Report, cancel: CancelToken) -> Plan:
            with suppress(EngineError):  # what is wrong, the plan tells
                self.glanced.emit(self._vault.first_figures(name, cancel=cancel))
            return self._vault.plan(name, report=report, cancel=cancel)

        return await self._run(Work.COMPARE, make)

    async def plan_undo(self) -> Plan:
        return await self._run(Work.COMPARE, lambda report, cancel: self._vault.plan_undo(report=report, cancel=cancel))

    async def entered_since(self) -> bool | None:
        return await self._run(Work.COMPARE, lambda report, cancel: self._vault.entered_since_restore(report=report, cancel=cancel))

    async def last_restore(self) -> LastRestore | None:
        return await self._bridge.look(self._vault.last_restore)

    async def restore(self, name: str, expected: int | None) -> RestoreResult:
        return await self._run(
            Work.RESTORE, lambda report, cancel: self._vault.restore(name, expected=expected, report=report, cancel=cancel)
        )

    async def undo(self, expected: int | None) -> RestoreResult:
        return await self._run(Work.RESTORE, lambda report, cancel: self._vault.undo(expected=expected, report=report, cancel=cancel))

    async def save_comparison(self, name: str, words: ComparisonWords, *, spreadsheet: Path) -> None:
        """Save what going back would change, all of it."""
        save = SaveComparison(words, spreadsheet=spreadsheet)
        await self._run(Work.COMPARE, lambda report, cancel: self._vault.compare(name, save=save, report=report, cancel=cancel))

    async def page_of_comparison(self, name: str, words: ComparisonWords) -> str:
        """The same as a page to print."""

        def make(report: Report, cancel: CancelToken) -> str:
            with tempfile.TemporaryDirectory() as folder:
                page = Path(folder) / "page.html"
                self._vault.compare(name, save=SaveComparison(words, page=page), report=report, cancel=cancel)
                return page.read_text("utf-8")

        return await self._run(Work.COMPARE, make)

    async def backends(self) -> Look:
        return await self._bridge.look(self._vault.backends)

    async def stop(self, server: Server) -> bool:
        return await self._run(Work.STOP, lambda _report, cancel: self._vault.stop_backend(server, cancel=cancel))

    async def start(self, server: Server) -> int:
        return await self._run(Work.START, lambda _report, _cancel: self._vault.start_backend(server))

    def cancel(self) -> None:
        """Ask the wizard's own running job to stop, and no other one."""
        job = self._bridge.job
        if job is not None and job.work in OURS:
            self._bridge.cancel()

    def call_off(self) -> None:
        """As the wizard goes away: its running job is asked to stop, and what still waits for its turn does nothing."""
        self._is_called_off = True
        self.cancel()

    async def _run(self, work: Work, operation: Callable[[Report, CancelToken], Result]) -> Result:
        def when_its_turn_comes(*, report: Report, cancel: CancelToken) -> Result:
            if self._is_called_off:
                raise Cancelled
            return operation(report, cancel)

        return await self._bridge.run(work, when_its_turn_comes)
