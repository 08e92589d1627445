"""One window per user and settings file: a second start raises the first. Leaves a local socket while the program runs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCryptographicHash, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_MS, _ANSWER_MS = 1000, 15_000  # a first window on a busy PC may need a while to look up; a hung one must not lock everybody out
RAISE = b"raise\n"


def socket_name(settings_file: Path, society: str) -> str:
    """One name for each settings file and society asked for, so that a practice window does not hide the real one."""
    text = f"{settings_file.expanduser().absolute()}\n{society}"
    digest = QCryptographicHash.hash(text.encode("utf-8", "surrogatepass"), QCryptographicHash.Algorithm.Sha256)
    return "gharmitra-admin-" + bytes(digest.toHex().data()).decode()[:20]


def raise_first(name: str) -> bool:
    """Ask the program that runs already to show its window; False where there is none."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_WAIT_MS):
        return False
    socket.write(RAISE)
    socket.waitForBytesWritten(_WAIT_MS)
    # The answer may have come while we were still writing; then nothing more will.
    is_heard = socket.bytesAvailable() > 0 or bool(socket.waitForReadyRead(_ANSWER_MS))
    socket.disconnectFromServer()
    return is_heard


class FirstInstance(QObject):
    """Listens for later starts."""

    raised = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)
        if not self._server.listen(name):
            # A killed program leaves its socket; nobody answered on it a moment ago.
            QLocalServer.removeServer(name)
            self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.write(b"raised\n")
            socket.flush()
            socket.disconnected.connect(socket.deleteLater)
            self.raised.emit()
