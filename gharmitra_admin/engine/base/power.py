"""The PC's power: whether it runs on its battery, and keeping it awake while something must not be cut off. Leaves nothing on disk."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

_STAYS_AWAKE = 0x80000000 | 0x00000001  # ES_CONTINUOUS | ES_SYSTEM_REQUIRED (Win32, SetThreadExecutionState)
_AS_USUAL = 0x80000000
_FOR_A_DAY = "86400"
_END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Power:
    """``percent``: how full the battery is. ``is_plugged_in`` None: that cannot be told."""

    percent: int
    is_plugged_in: bool | None


def power() -> Power | None:
    """Look at the battery; None on a PC without one, or where that cannot be told."""
    try:
        found = psutil.sensors_battery()
    except (AttributeError, NotImplementedError, OSError, RuntimeError):
        return None
    return None if found is None else Power(round(found.percent), found.power_plugged)


@contextmanager
def kept_awake(why: str) -> Iterator[None]:
    """Keep the PC from falling asleep for the block, as far as its system lets a program ask for that."""
    if sys.platform == "win32":
        ask = ctypes.windll.kernel32.SetThreadExecutionState
        ask(_STAYS_AWAKE)
        try:
            yield
        finally:
            ask(_AS_USUAL)
        return
    holder = _holder(why)
    try:
        yield
    finally:
        if holder is not None:
            holder.terminate()
            with suppress(subprocess.TimeoutExpired):
                holder.wait(_END_SECONDS)


def _holder(why: str) -> subprocess.Popen[bytes] | None:
    """The system's own program that keeps it awake as long as it runs; None where there is none."""
    told = f"--why={why}"
    commands = (["caffeinate", "-i", "sleep", _FOR_A_DAY], ["systemd-inhibit", "--what=sleep:idle", told, "sleep", _FOR_A_DAY])
    command = next((one for one in commands if shutil.which(one[0])), None)
    if command is None:
        return None
    quiet = subprocess.DEVNULL
    with suppress(OSError):
        return subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet)
    return None
