"""Questions to a backup that is looked into: off the window's thread; a newer one calls off the older of its kind.

Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from gharmitra_admin.engine import Cancelled, CancelToken, EngineError
from gharmitra_admin.gui.desk import Desk

Result = TypeVar("Result")


class Asking(QObject):
    """``failed`` carries the kind of question and the EngineError; what was called off answers nobody."""

    failed = Signal(str, object)
    busy_changed = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tokens: dict[str, CancelToken] = {}

    def ask(self, kind: str, question: Callable[[CancelToken], Result], then: Callable[[Result], None]) -> None:
        """Ask; ``then`` gets the answer on the window's thread."""
        self.call_off(kind)
        token = self._tokens[kind] = CancelToken()
        self.busy_changed.emit()
        self._desk.start(self._asked(kind, token, question, then))

    def is_asking(self, kind: str) -> bool:
        return kind in self._tokens

    def call_off(self, kind: str) -> None:
        """Want no answer to this kind of question any more."""
        token = self._tokens.pop(kind, None)
        if token is not None:
            token.ask()

    def close(self) -> None:
        """Want no answer at all any more."""
        for kind in list(self._tokens):
            self.call_off(kind)

    async def _asked(
        self, kind: str, token: CancelToken, question: Callable[[CancelToken], Result], then: Callable[[Result], None]
    ) -> None:
        try:
            answer = await self._desk.bridge.look(question, token)
        except Cancelled:
            return
        except EngineError as error:
            if self._ends(kind, token):
                self.failed.emit(kind, error)
            return
        if self._ends(kind, token):
            then(answer)

    def _ends(self, kind: str, token: CancelToken) -> bool:
        """Whether the answer is still wanted."""
        if self._tokens.get(kind) is not token:
            return False
        del self._tokens[kind]
        self.busy_changed.emit()
        return True
