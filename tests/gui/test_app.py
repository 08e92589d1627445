"""The start of the window: what it is asked for, and where there is no screen to draw on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gharmitra_admin.gui import app

NAMES = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Windows and macOS have a screen wherever a person logs in")
@pytest.mark.parametrize("words", [["-m", "gharmitra_admin"], ["-m", "gharmitra_admin.gui", "--tray"]])
def test_without_a_screen_it_says_so_and_what_to_do(words: list[str]) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in NAMES}
    ended = subprocess.run([sys.executable, *words], env=bare, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == app.NO_SCREEN
    assert "no screen" in ended.stderr
    assert "gharmitra-admin --help" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_any_kind_of_screen_will_do(name: str) -> None:
    assert app.has_screen({name: "something"})


def test_wrong_words_are_told_and_open_nothing() -> None:
    assert app.parse(["--db"]) is None
    assert app.parse(["backup", "now"]) is None
    assert app.parse(["--db=a b.db", "--tray"]) == app.Options(db="a b.db", tray=True)
    assert app.parse(["--society", "Asha CHS"]) == app.Options(society="Asha CHS")
