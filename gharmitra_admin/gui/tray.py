"""The icon beside the clock: its shape tells how things stand, its menu makes a backup. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from gharmitra_admin.gui.widgets.tray_icons import TrayState, tray_icon
from gharmitra_admin.wording.language import Words


@dataclass(frozen=True, slots=True)
class TrayView:
    """What the tray shows. ``running`` is the running job in words, empty when none runs."""

    state: TrayState
    tooltip: str
    last_backup: str
    running: str = ""
    can_create: bool = True
    can_cancel: bool = True


class Tray(QObject):
    """Shown always; where no panel takes it, the window must not hide behind it."""

    open_requested = Signal()
    backup_requested = Signal()
    cancel_requested = Signal()
    list_requested = Signal()
    quit_requested = Signal()

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._state: TrayState | None = None
        self._icon = QSystemTrayIcon(self)
        self._icon.activated.connect(self._on_activated)
        self._icon.messageClicked.connect(self.open_requested)
        self._menu = QMenu()
        self._menu.setObjectName("trayMenu")
        self._open = self._menu.addAction(words.say("Open GharMitra Admin"))
        self._open.setObjectName("trayOpenAction")
        bold = self._open.font()
        bold.setBold(True)
        self._open.setFont(bold)
        self._open.triggered.connect(self.open_requested)
        self._backup = self._menu.addAction(words.say("Create backup now"))
        self._backup.setObjectName("trayBackupAction")
        self._backup.triggered.connect(self.backup_requested)
        self._cancel = self._menu.addAction(words.say("Cancel this backup"))
        self._cancel.setObjectName("trayCancelAction")
        self._cancel.triggered.connect(self.cancel_requested)
        self._cancel.setVisible(False)
        self._menu.addSeparator()
        self._last = self._menu.addAction("")
        self._last.setObjectName("trayLastAction")
        self._last.triggered.connect(self.list_requested)
        self._menu.addSeparator()
        self._quit = self._menu.addAction(words.say("Quit"))
        self._quit.setObjectName("trayQuitAction")
        self._quit.triggered.connect(self.quit_requested)
        self._icon.setContextMenu(self._menu)
        self.set_view(TrayView(TrayState.LOOK, words.say("GharMitra Admin"), "", can_create=False))

    @property
    def is_there(self) -> bool:
        """Whether a panel shows the icon now."""
        return QSystemTrayIcon.isSystemTrayAvailable() and self._icon.isVisible()

    @property
    def menu(self) -> QMenu:
        return self._menu

    @property
    def state(self) -> TrayState | None:
        return self._state

    def set_view(self, view: TrayView) -> None:
        if view.state is not self._state:
            self._state = view.state
            self._icon.setIcon(tray_icon(view.state))
        self._icon.setToolTip(view.tooltip)
        self._last.setText(view.last_backup)
        self._last.setVisible(bool(view.last_backup))
        self._backup.setText(view.running or self._words.say("Create backup now"))
        self._backup.setEnabled(view.can_create and not view.running)
        self._cancel.setVisible(bool(view.running) and view.can_cancel)

    def show(self) -> None:
        """Show the icon; where the panel comes later, it takes it then."""
        self._icon.show()

    def hide(self) -> None:
        self._icon.hide()

    def tell(self, sentence: str, *, is_bad: bool = False) -> None:
        """Say something beside the clock."""
        kind = QSystemTrayIcon.MessageIcon.Warning if is_bad else QSystemTrayIcon.MessageIcon.Information
        self._icon.showMessage(self._words.say("GharMitra Admin"), sentence, kind)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in {QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick}:
            self.open_requested.emit()
