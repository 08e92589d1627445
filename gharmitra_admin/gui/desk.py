"""One society behind the window: its vault, what is known of it, and the jobs done for it.

Leaves what the vault's flows leave. Everything that takes time runs behind the bridge; what it found comes back as a signal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from gharmitra_admin.engine import (
    BackupRecord,
    BackupResult,
    Busy,
    Cancelled,
    Clock,
    CopyResult,
    EngineError,
    HealthReport,
    Holder,
    Inside,
    Kind,
    Paths,
    Settings,
    SocietyState,
    Status,
    Vault,
    VerifyResult,
)
from gharmitra_admin.engine.parts.history import LastRestore
from gharmitra_admin.gui.bridge import Bridge
from gharmitra_admin.gui.job_state import Work
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.language import Words

WAIT_FOR_OTHERS_SECONDS = 600.0
Result = TypeVar("Result")


class Desk(QObject):
    """Jobs are coroutines; each ends with its signal, and none raises what the world did."""

    standing_changed = Signal()
    backed_up = Signal(object, str)  # BackupResult, face
    verified = Signal(object)  # list[VerifyResult]
    copied = Signal(object)  # CopyResult
    failed = Signal(object, object, str)  # Work, EngineError, face
    opened_with = Signal(object)  # tuple[Notice, ...]: what an earlier run had left
    fault = Signal(object)  # an exception that is a fault of this program

    def __init__(self, bridge: Bridge, words: Words, clock: Clock, who: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self._words, self._clock, self._who = words, clock, who
        self._vault: Vault | None = None
        self._tray_vault: Vault | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.state: SocietyState | None = None
        self.report: HealthReport | None = None
        self.last_restore: LastRestore | None = None
        self.error: EngineError | None = None  # why the society could not be looked at just now
        self.health_error: EngineError | None = None
        self._asked: tuple[Paths, Settings] | None = None
        self._tried: date | None = None

    @property
    def vault(self) -> Vault | None:
        """The open society; None while none is."""
        return self._vault

    def vault_at(self, paths: Paths) -> Vault:
        """Open another society with the same settings, as the same person: a copy to practise on. Raises NoAccess."""
        settings = self._asked[1] if self._asked else Settings()
        return Vault.open(paths, settings=settings, clock=self._clock, who=self._who, face="window")

    @property
    def paths(self) -> Paths | None:
        return self._vault.paths if self._vault else None

    def start(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start a job and keep hold of it; a fault of this program becomes a signal."""
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fault.emit(error)

    async def settle(self) -> None:
        """Wait until every started job has ended."""
        while waiting := [task for task in self._tasks if task is not asyncio.current_task()]:
            await asyncio.wait(waiting)

    def now(self) -> datetime:
        return self._clock.local(self._clock.now())

    def close_society(self) -> None:
        """Forget the society, before another one is opened or while none is."""
        self._vault = self._tray_vault = self._asked = None
        self.state = self.report = self.error = self.health_error = self._tried = self.last_restore = None

    async def open(self, paths: Paths, settings: Settings) -> bool:
        """Open a society and look at it; False, with ``error``, where its folder cannot even be looked into."""

        def vault(face: str) -> Vault:
            return Vault.open(paths, settings=settings, clock=self._clock, who=self._who, face=face)

        self.close_society()
        self._asked = paths, settings
        try:
            opened = await self.bridge.look(vault, "window")
            self._tray_vault = await self.bridge.look(vault, "tray")
        except EngineError as error:
            self.cannot_open(error)
            return False
        self._vault = opened
        # Health first: a banner that came a moment later would push the button away from under the mouse.
        await self.look_at_health()
        await self.refresh()
        self.opened_with.emit(opened.notices)
        return self.state is not None

    def cannot_open(self, error: EngineError) -> None:
        """Keep why the society cannot be looked at, for the window to tell."""
        self.error = error
        self.standing_changed.emit()

    async def look_again(self) -> None:
        """Look at the society, or try again to open it."""
        if self._vault is None and self._asked is not None:
            await self.open(*self._asked)
        else:
            await self.refresh()

    def may_try_today(self) -> bool:
        """Whether the day's own backup was not tried yet: one that fails is told, not repeated every minute."""
        today = self.now().date()
        is_new, self._tried = self._tried != today, today
        return is_new

    async def refresh(self) -> None:
        """Look at backups and books, cheaply."""
        vault = self._vault
        if vault is None:
            return
        try:
            state = await self.bridge.look(vault.state)
            last = await self.bridge.look(_last_restore, vault)
        except EngineError as error:
            if vault is self._vault:
                self.cannot_open(error)
            return
        if vault is self._vault:
            self.state, self.last_restore, self.error = state, last, None
            self.standing_changed.emit()

    async def look_at_health(self) -> None:
        """Look at everything except every page of large books; quiet."""
        if (vault := self._vault) is None:
            return
        try:
            report = await self.bridge.look(vault.health)
        except EngineError as error:
            if vault is self._vault:
                self.report, self.health_error = None, error
                self.standing_changed.emit()
            return
        if vault is self._vault:
            self.report, self.health_error = report, None
            self.standing_changed.emit()

    async def backup(self, label: str, kind: Kind = Kind.MANUAL, face: str = "window") -> None:
        """Make a backup; another program at work is waited for."""
        vault = self._tray_vault if face == "tray" else self._vault
        if vault is None:
            return

        def waits(holder: Holder | None) -> None:
            self.bridge.waits_for(errors.holder(self._words, holder))

        made = self.bridge.run(
            Work.BACKUP, vault.backup, kind=kind, label=label or None, wait_seconds=WAIT_FOR_OTHERS_SECONDS, on_wait=waits
        )
        result: BackupResult | None = await self._told(Work.BACKUP, made, face)
        await self.refresh()
        if result is not None:
            self.backed_up.emit(result, face)
        await self.look_at_health()

    async def verify(self, name: str) -> None:
        """Read one backup again."""
        vault = self._required()
        results: list[VerifyResult] | None = await self._told(Work.VERIFY, self.bridge.run(Work.VERIFY, vault.verify, (name,)))
        await self.refresh()
        await self.check_found_files()
        if results is not None:
            self.verified.emit(results)

    async def copy(self, name: str | None, to: Path) -> None:
        """Carry a copy of a backup to a folder."""
        vault = self._required()
        result: CopyResult | None = await self._told(Work.COPY, self.bridge.run(Work.COPY, vault.copy, name, to))
        await self.refresh()
        if result is not None:
            self.copied.emit(result)
        await self.look_at_health()

    async def change(self, operation: Callable[[Vault], object]) -> bool:
        """Keep, label, acknowledge or delete; False where it was refused."""
        vault = self._required()
        missing = object()
        done = await self._told(Work.CHANGE, self.bridge.change(lambda: (operation(vault),)), missing=missing)
        await self.refresh()
        await self.look_at_health()
        return done is not missing

    async def check_health(self) -> None:
        """Look at everything, every page of the books included."""
        vault = self._required()
        report = await self._told(Work.HEALTH, self.bridge.run(Work.HEALTH, vault.health, full=True))
        if report is not None and vault is self._vault:
            self.report, self.health_error = report, None
        await self.refresh()

    async def look_inside(self, path: Path) -> Inside:
        """Make ready to look into a backup or any other file. Raises EngineError."""
        return await self.bridge.look(self._required().look_inside, str(path))

    async def check_found_files(self) -> None:
        """Check files that nobody has checked, while nobody asks for anything."""
        vault, state = self._vault, self.state
        if vault is None or state is None or self.bridge.job is not None or not any(map(_waits_for_check, state.records)):
            return
        try:
            await self.bridge.run(Work.IDLE_CHECK, vault.adopt_unchecked)
        except (Cancelled, Busy):
            return
        except EngineError as error:
            self.failed.emit(Work.IDLE_CHECK, error, "window")
        await self.refresh()

    async def _told(self, work: Work, job: Awaitable[Result], face: str = "window", *, missing: Any = None) -> Any:
        try:
            return await job
        except EngineError as error:
            self.failed.emit(work, error, face)
            return missing

    def _required(self) -> Vault:
        assert self._vault is not None, "the page without a society offers none of this"
        return self._vault


def _last_restore(vault: Vault) -> LastRestore | None:
    """The last restore; None also where the activity record cannot be read, which Health tells."""
    try:
        return vault.last_restore()
    except EngineError:
        return None


def _waits_for_check(record: BackupRecord) -> bool:
    return record.status is Status.UNCHECKED and record.origin is None and record.problem is None
