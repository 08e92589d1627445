"""The settings while the window is open: read once, written at each change.

Leaves the settings file (``engine.base.settings``). A file that cannot be written is told, and the change holds until the end.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.settings import Settings, SocietyEntry


class SettingsStore(QObject):
    """The settings in force."""

    failed = Signal(object)

    def __init__(self, file: Path, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self._now = settings

    @property
    def now(self) -> Settings:
        return self._now

    def change(self, **values: Any) -> None:
        """Change fields and write them down."""
        self._write(replace(self._now, **values))

    def add_society(self, entry: SocietyEntry) -> SocietyEntry:
        """Add a society and make it the current one; its name may have got a number."""
        self._write(settings_file.with_society(self._now, entry))
        added = settings_file.find(self._now, None)
        assert added is not None
        return added

    def _write(self, settings: Settings) -> None:
        self._now = settings
        try:
            settings_file.save(self.file, settings)
        except EngineError as error:
            self.failed.emit(error)
