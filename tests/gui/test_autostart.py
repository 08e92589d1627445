"""Starting with the system: the entry is written, starts this very program hidden, and goes away again."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gharmitra_admin.engine import NoAccess
from gharmitra_admin.gui import autostart

pytestmark = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="the entry of a Linux desktop; other systems have their own")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "autostart"


def test_the_entry_starts_this_program_and_goes_away_again(folder: Path) -> None:
    autostart.set_enabled(True)
    (entry,) = folder.iterdir()
    fields = dict(line.split("=", 1) for line in entry.read_text().splitlines() if "=" in line)
    words = shlex.split(fields["Exec"])
    assert words[-1] == "--tray"
    said = subprocess.run([*words[:-1], "--version"], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.startswith("gharmitra-admin ")
    autostart.set_enabled(False)
    assert list(folder.iterdir()) == []
    autostart.set_enabled(False)


def test_a_place_that_cannot_be_written_is_an_error_of_its_own(folder: Path) -> None:
    folder.parent.write_text("in the way")
    with pytest.raises(NoAccess):
        autostart.set_enabled(True)
