"""A screen of our own with the real window on it, found and pressed from outside through the accessibility bus.

What a test does here is what a screen reader does: find a control by its object name, read it, press it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
NEEDED = {"Xvfb": "xvfb", "dbus-daemon": "dbus", "openbox": "openbox", "trayer": "trayer", "xdotool": "xdotool", "wmctrl": "wmctrl"}
LAUNCHER = Path("/usr/libexec/at-spi-bus-launcher")
ACCESSIBLE = "org.a11y.atspi.Accessible"
WAIT_SECONDS = 20.0
SHOWING, SENSITIVE, FOCUSED = 25, 24, 12  # bits of AT-SPI's state set


def missing() -> str:
    """What keeps this machine from running screen tests; empty where nothing does."""
    if not sys.platform.startswith("linux"):
        return "screen tests drive X11 and AT-SPI, which are Linux's"
    lacking = [package for program, package in NEEDED.items() if not shutil.which(program)]
    lacking += [] if LAUNCHER.exists() else ["at-spi2-core"]
    return f"not installed: {', '.join(lacking)}" if lacking else ""


def wait_for(what: Callable[[], Any], told: str) -> Any:
    """Ask again and again until the answer is true; fail after a while."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if answer := what():
            return answer
        time.sleep(0.05)
    message = f"waited {WAIT_SECONDS:.0f} seconds for: {told}"
    raise AssertionError(message)


@dataclass(frozen=True)
class Control:
    """One accessible thing of the program."""

    bus: Any
    owner: str
    path: str

    def _call(self, interface: str, method: str, signature: str = "", *arguments: Any) -> Any:
        from jeepney import DBusAddress, new_method_call

        address = DBusAddress(self.path, bus_name=self.owner, interface=interface)
        message = new_method_call(address, method, signature or None, arguments)
        reply = self.bus.send_and_get_reply(message, timeout=5)
        if reply.header.message_type.name == "error":
            raise LookupError(reply.body)
        return reply.body[0] if reply.body else None

    def _property(self, name: str, interface: str = ACCESSIBLE) -> Any:
        return self._call("org.freedesktop.DBus.Properties", "Get", "ss", interface, name)[1]

    @property
    def name(self) -> str:
        return str(self._property("Name"))

    @property
    def identity(self) -> str:
        """The object's name, the last part of its path of names."""
        return str(self._property("AccessibleId")).rpartition(".")[2]

    @property
    def children(self) -> list[Control]:
        return [Control(self.bus, owner, path) for owner, path in self._call(ACCESSIBLE, "GetChildren")]

    def _has(self, bit: int) -> bool:
        low, high = self._call(ACCESSIBLE, "GetState")
        return bool(((high << 32) | low) >> bit & 1)

    @property
    def is_showing(self) -> bool:
        return self._has(SHOWING)

    @property
    def is_enabled(self) -> bool:
        return self._has(SENSITIVE)

    @property
    def is_focused(self) -> bool:
        return self._has(FOCUSED)

    def cells(self, row: int) -> list[str]:
        """What a screen reader says of one row of a table, cell by cell."""
        table, columns = "org.a11y.atspi.Table", int(self._property("NColumns", "org.a11y.atspi.Table"))
        found = [self._call(table, "GetAccessibleAt", "ii", row, column) for column in range(columns)]
        return [Control(self.bus, owner, path).name for owner, path in found]

    @property
    def row_count(self) -> int:
        return int(self._property("NRows", "org.a11y.atspi.Table"))

    def press(self) -> None:
        self._call("org.a11y.atspi.Action", "DoAction", "i", 0)

    def write(self, text: str) -> None:
        self._call("org.a11y.atspi.EditableText", "SetTextContents", "s", text)

    @property
    def centre(self) -> tuple[int, int]:
        x, y, width, height = self._call("org.a11y.atspi.Component", "GetExtents", "u", 0)
        return x + width // 2, y + height // 2

    def everything(self) -> Iterator[Control]:
        """This control and all below it; what goes away meanwhile is passed over."""
        yield self
        try:
            below = self.children
        except LookupError:
            return
        for child in below:
            yield from child.everything()


@dataclass
class Program:
    """The running program, seen through its accessible tree."""

    process: subprocess.Popen[bytes]
    root: Control
    environment: dict[str, str]

    def look_for(self, identity: str) -> Control | None:
        for control in self.root.everything():
            try:
                if control.identity == identity:
                    return control
            except LookupError:
                continue
        return None

    def find(self, identity: str) -> Control:
        """Find a control by its object name, waiting for it to come."""
        found: Control = wait_for(lambda: self.look_for(identity), f"the control {identity}")
        return found

    def find_enabled(self, identity: str) -> Control:
        def enabled() -> Control | None:
            found = self.look_for(identity)
            return found if found is not None and found.is_enabled else None

        found: Control = wait_for(enabled, f"the control {identity} to be enabled")
        return found

    def double_click(self, control: Control) -> None:
        """Two real clicks of the mouse, as a hand makes them, once the window manager has put the window in its place."""
        places: list[tuple[int, int]] = []

        def stands_still() -> bool:
            time.sleep(0.2)
            places.append(control.centre)
            return len(places) > 2 and places[-1] == places[-3]

        wait_for(stands_still, "the window to stand still")
        x, y = places[-1]
        words = ["xdotool", "mousemove", str(x), str(y), "click", "--repeat", "2", "--delay", "60", "1"]
        subprocess.run(words, check=True, env=self.environment, timeout=10)

    def keys(self, *names: str) -> None:
        """Press keys, as hands on a keyboard do; ``names`` are X11's."""
        subprocess.run(["xdotool", "key", "--delay", "20", *names], check=True, env=self.environment, timeout=10)

    def type(self, text: str) -> None:
        subprocess.run(["xdotool", "type", "--delay", "20", text], check=True, env=self.environment, timeout=10)

    def tab_to(self, identity: str) -> Control:
        """Press Tab until a control has the focus; fails where no number of presses brings it there."""
        wanted = self.find_enabled(identity)
        for _ in range(40):
            if wanted.is_focused:
                return wanted
            self.keys("Tab")
            time.sleep(0.05)
        message = f"no number of Tabs leads to {identity}"
        raise AssertionError(message)

    def end(self) -> int:
        """Ask it to end, as the system does at logout."""
        self.process.terminate()
        return self.process.wait(30)


class Screen:
    """An X server, a window manager, a panel and a bus, all of their own."""

    def __init__(self, folder: Path, *, with_panel: bool = True) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[Any]] = []
        read, write = os.pipe()
        self._start(["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"], pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as numbers:
            display = f":{numbers.readline().strip()}"
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DBUS_"))}
        self.environment |= {
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "HOME": str(folder),
            "PYTHONPATH": str(PROJECT),
            "GHARMITRA_ADMIN_SETTINGS": str(folder / "settings.toml"),
        }
        daemon = self._start(["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE)
        assert daemon.stdout is not None
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = daemon.stdout.readline().decode().strip()
        self._manager: subprocess.Popen[Any] | None = None
        wait_for(self._is_managed, "the window manager")
        if with_panel:
            self._start(["trayer", "--edge", "top", "--align", "right", "--widthtype", "request", "--height", "28"])

    def _start(self, command: list[str], **how: Any) -> subprocess.Popen[Any]:
        how = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL} | how
        process = subprocess.Popen(command, env=getattr(self, "environment", None), **how)
        self._processes.append(process)
        return process

    def _is_managed(self) -> bool:
        """Whether a window manager is at work; it is started again where it could not take a display that was just given back."""
        if self._manager is None or self._manager.poll() is not None:
            self._manager = self._start(["openbox"])
        return subprocess.run(["wmctrl", "-m"], check=False, env=self.environment, capture_output=True).returncode == 0

    def _accessibility_bus(self) -> Any:
        from jeepney import DBusAddress, new_method_call
        from jeepney.io.blocking import open_dbus_connection

        with open_dbus_connection(bus=self.environment["DBUS_SESSION_BUS_ADDRESS"]) as session:
            ask = DBusAddress("/org/a11y/bus", bus_name="org.a11y.Bus", interface="org.a11y.Bus")
            address = session.send_and_get_reply(new_method_call(ask, "GetAddress"), timeout=10).body[0]
        return open_dbus_connection(bus=address)

    @contextmanager
    def program(self, *words: str | Path, environment: dict[str, str] | None = None) -> Iterator[Program]:
        """Start the window with these words, and end it at the end."""
        everything = self.environment | (environment or {})
        command = [sys.executable, "-m", "gharmitra_admin.gui", *map(str, words)]
        with (self._folder / "window.txt").open("ab") as said:
            process = subprocess.Popen(command, env=everything, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
        bus = self._accessibility_bus()
        try:
            yield Program(process, self._root(bus, process), everything)
        finally:
            bus.close()
            if process.poll() is None:
                process.terminate()
                process.wait(30)
        told = (self._folder / "window.txt").read_text("utf-8")
        assert "Traceback" not in told, told

    def _root(self, bus: Any, process: subprocess.Popen[bytes]) -> Control:
        registry = Control(bus, "org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")

        def mine() -> Control | None:
            assert process.poll() is None, (self._folder / "window.txt").read_text("utf-8")
            return next((child for child in registry.children if _process_of(child) == process.pid), None)

        found: Control = wait_for(mine, "the program to appear on the accessibility bus")
        return found

    def close(self) -> None:
        for process in reversed(self._processes):
            process.terminate()
            process.wait(30)
            if process.stdout is not None:
                process.stdout.close()


def _process_of(control: Control) -> int:
    from jeepney import DBusAddress, new_method_call

    daemon = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")
    asked = new_method_call(daemon, "GetConnectionUnixProcessID", "s", (control.owner,))
    reply = control.bus.send_and_get_reply(asked, timeout=5)
    return int(reply.body[0]) if reply.header.message_type.name == "method_return" else 0
