"""One window per settings file and society: the second start is heard, and a dead first one locks nobody out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from gharmitra_admin.gui.single_instance import FirstInstance, raise_first, socket_name

_SECOND = """
import sys
from PySide6.QtCore import QCoreApplication
from gharmitra_admin.gui.single_instance import raise_first
app = QCoreApplication([])
sys.exit(0 if raise_first(sys.argv[1]) else 3)
"""


def test_a_second_start_is_heard_and_told_so(qtbot: QtBot, tmp_path: Path) -> None:
    name = socket_name(tmp_path / "settings.toml", "")
    first = FirstInstance(name)
    with subprocess.Popen([sys.executable, "-c", _SECOND, name]) as second:
        with qtbot.waitSignal(first.raised, timeout=20_000):
            pass
        qtbot.waitUntil(lambda: second.poll() is not None, timeout=20_000)
    assert second.returncode == 0
    first.close()


def test_nobody_there_means_being_the_first(qapp: object, tmp_path: Path) -> None:
    assert not raise_first(socket_name(tmp_path / "settings.toml", ""))


def test_other_settings_and_other_societies_are_other_windows(tmp_path: Path) -> None:
    names = {socket_name(tmp_path / file, society) for file in ("a.toml", "b.toml") for society in ("", "Asha CHS")}
    assert len(names) == 4
    assert max(map(len, names)) < 60
