"""Start the program with the system, hidden beside the clock, or no longer.

Leaves one value in the user's own Run key (Windows), one file in ``autostart`` (Linux) or in ``LaunchAgents`` (macOS).
"""

from __future__ import annotations

import os
import plistlib
import shlex
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import sorted_os_errors

NAME = "GharMitra Admin"
_RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
_AGENT = "in.gharmitra.admin"


def command() -> list[str]:
    """How this very program is started again, hidden in the tray."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--tray"]
    python = Path(sys.executable)
    windowless = python.with_name("pythonw.exe")
    return [str(windowless if windowless.exists() else python), "-m", "gharmitra_admin.gui", "--tray"]


def set_enabled(is_enabled: bool) -> None:
    """Start with the system from now on, or not. Raises NoAccess, NoSpace."""
    if sys.platform == "win32":
        _set_run_value(is_enabled)
    elif sys.platform == "darwin":
        agent = {"Label": _AGENT, "ProgramArguments": command(), "RunAtLoad": True}
        _set_file(Path.home() / "Library/LaunchAgents" / f"{_AGENT}.plist", plistlib.dumps(agent), is_enabled)
    else:
        configured = os.environ.get("XDG_CONFIG_HOME")
        folder = (Path(configured) if configured else Path.home() / ".config") / "autostart"
        words = f"[Desktop Entry]\nType=Application\nName={NAME}\nExec={shlex.join(command())}\nTerminal=false\n"
        _set_file(folder / "gharmitra-admin.desktop", words.encode(), is_enabled)


def _set_file(file: Path, data: bytes, is_enabled: bool) -> None:
    if is_enabled:
        with sorted_os_errors(file, writing=True):
            file.parent.mkdir(parents=True, exist_ok=True)
        files.replace_whole(file, data)
    else:
        files.remove(file)


if sys.platform == "win32":
    import winreg

    def _set_run_value(is_enabled: bool) -> None:
        with (
            sorted_os_errors(Path("HKEY_CURRENT_USER") / _RUN_KEY, writing=True),
            winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, _RUN_KEY, 0, winreg.KEY_SET_VALUE) as key,
        ):
            if is_enabled:
                winreg.SetValueEx(key, NAME, 0, winreg.REG_SZ, subprocess.list2cmdline(command()))
                return
            with suppress(FileNotFoundError):
                winreg.DeleteValue(key, NAME)
