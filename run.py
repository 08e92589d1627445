"""Set everything up and start: the window, the checks, the benchmarks, or any command of gharmitra-admin.

    python3 run.py            set up, then open the window (on a made-up society until a real one is set up)
    python3 run.py test       set up, then run every check; words behind it go to pytest
    python3 run.py bench      set up, then print the table of measurements
    python3 run.py WORDS      set up, then hand the words to gharmitra-admin

Leaves `.venv` beside itself, and for the first form without a society of your own `practice/`. On Debian-like systems, as root,
it installs the few system packages that are missing. What the set-up has to say goes to stderr.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PRACTICE = ROOT / "practice"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# What Qt loads, and the Debian package that has it.
QT_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
}
SCREEN_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
# Programs that some tests drive; a test without its program skips and says so.
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "openbox": "openbox",
    "trayer": "trayer",
    "xdotool": "xdotool",
    "wmctrl": "wmctrl",
    "dbus-run-session": "dbus",
    "strace": "strace",
}
TEST_FILES = {"/usr/libexec/at-spi-bus-launcher": "at-spi2-core"}


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def stop(words: str) -> NoReturn:
    say(words)
    sys.exit(2)


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def lacking(libraries: Mapping[str, str]) -> list[str]:
    """Name the packages whose libraries cannot be loaded; none on systems that bring their own."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for library, package in libraries.items() if not can_load(library)]


def has_screen() -> bool:
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def apt(packages: Sequence[str], *, needed: bool) -> bool:
    """Install system packages as root; otherwise say the exact line, and stop where they are needed."""
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if not shutil.which("apt-get"):
        words = f"These are missing on this system: {', '.join(packages)} (names as on Debian). Install them, then run this again."
    elif not is_root():
        words = f"Something is missing on this system. Run this line, then start again:\n  sudo {line}"
    else:
        say(f"Installing {', '.join(packages)} ...")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        quiet = {"stdout": subprocess.DEVNULL, "env": environment, "stdin": subprocess.DEVNULL}
        if subprocess.run(line.split(), check=False, stderr=subprocess.DEVNULL, **quiet).returncode == 0:
            return True
        subprocess.run(["apt-get", "update"], check=False, **quiet)
        if subprocess.run(line.split(), check=False, **quiet).returncode == 0:
            return True
        words = f"This did not work; its own words are above:\n  {line}"
    if needed:
        stop(words)
    say(words)
    return False


def need(packages: Iterable[str], *, needed: bool = True) -> None:
    if missing := list(dict.fromkeys(packages)):
        apt(missing, needed=needed)


def runs(python: Path) -> bool:
    try:
        return subprocess.run([str(python), "-c", "pass"], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def make_venv() -> None:
    """Make `.venv`, also where this Python came without ensurepip but with pip."""
    if importlib.util.find_spec("ensurepip") is None and shutil.which("apt-get") and is_root():
        apt(["python3-venv"], needed=False)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return
    if importlib.util.find_spec("pip") is None:
        apt(["python3-venv"], needed=True)
        command_again = subprocess.run(command, check=False, stdout=sys.stderr)
        if command_again.returncode != 0:
            stop(f"The folder {VENV} could not be made; the reason is above.")
        return
    if subprocess.run([*command, "--without-pip"], check=False, stdout=sys.stderr).returncode != 0:
        stop(f"The folder {VENV} could not be made; the reason is above.")


def pip() -> list[str]:
    """The pip that works on `.venv`: its own, or this Python's pointed at it."""
    own = subprocess.run([str(PYTHON), "-m", "pip", "--version"], check=False, capture_output=True)
    return [str(PYTHON), "-m", "pip"] if own.returncode == 0 else [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def install(extra: str) -> None:
    """Bring `.venv` to what pyproject.toml asks for; a stamp written last makes the next start quick."""
    asked = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode() + str(ROOT).encode()).hexdigest()
    stamp = VENV / f"installed{extra.strip('[]')}.stamp"
    enough = (stamp, VENV / "installeddev.stamp")
    if any(one.is_file() and one.read_text(encoding="ascii") == asked for one in enough):
        return
    if not runs(PYTHON):
        say("Setting up (about a minute, once) ...")
        make_venv()
    say("Installing Python packages ...")
    command = [*pip(), "install", "--quiet", "--disable-pip-version-check", "--editable", f"{ROOT}{extra}"]
    if subprocess.run(command, check=False, stdout=sys.stderr).returncode != 0:
        stop("The Python packages could not be installed; the reason is above. Is this PC connected to the internet? Then run this again.")
    stamp.write_text(asked, encoding="ascii")


def become(*words: str) -> NoReturn:
    """Go on as another program of `.venv`, and end with its exit code."""
    command = [str(PYTHON), *words]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)
    sys.exit(subprocess.run(command, check=False).returncode)


def start() -> NoReturn:
    """Open the window, or do its first job in the terminal where there is no screen."""
    if has_screen():
        need(lacking(QT_LIBRARIES | SCREEN_LIBRARIES))
        install("")
        become("-m", "gharmitra_admin.gui", "--practice", str(PRACTICE))
    install("")
    say("There is no screen here, so no window: making a checked backup in the terminal instead.")
    asked = subprocess.run([str(PYTHON), "-m", "gharmitra_admin", "--json", "list"], check=False, capture_output=True, text=True)
    is_set_up = asked.returncode != 10 or json.loads(asked.stdout)["error"]["code"] != "no_society"
    if is_set_up:
        become("-m", "gharmitra_admin", "backup")
    books = PRACTICE / "gharmitra.db"
    if not books.exists():
        say("No society is set up yet: making a made-up one to practise on.")
        made = subprocess.run([str(PYTHON), "-m", "gharmitra_admin", "demo", str(PRACTICE)], check=False)
        if made.returncode != 0:
            sys.exit(made.returncode)
    become("-m", "gharmitra_admin", "--db", str(books), "backup")


def test(words: list[str]) -> NoReturn:
    """Run every check: format, lint, types, then the tests, which hold the import contracts too."""
    need(lacking(QT_LIBRARIES))
    programs = [package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)]
    programs += [package for file, package in TEST_FILES.items() if not Path(file).exists()]
    if sys.platform.startswith("linux") and is_root():
        need([*lacking(SCREEN_LIBRARIES), *programs], needed=False)
    install("[dev]")
    for checker in (("ruff", "format", "--check", "--quiet", "."), ("ruff", "check", "--quiet", "."), ("mypy",)):
        say(f"{' '.join(checker)} ...")
        done = subprocess.run([str(PYTHON), "-m", *checker], check=False, cwd=ROOT)
        if done.returncode != 0:
            stop(f"{checker[0]} found what stands above.")
    os.chdir(ROOT)
    become("-m", "pytest", *shared_out(words), *words)


def shared_out(words: Sequence[str]) -> list[str]:
    """Share all tests out, to one more than there are processors: many wait for a disk or for another process.

    Those that were asked for run in one process, where a debugger can look on.
    """
    return ["-n", str(min(8, (os.cpu_count() or 2) + 1))] if set(words) <= {"--full"} else []


def command(words: Sequence[str]) -> str:
    """The first word that is neither an option nor the value of one."""
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            return word
        if word in {"--db", "--society"}:
            next(rest, None)
    return ""


def main(words: list[str]) -> NoReturn:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        stop(f"This needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}. Start it with another one: python3.11 run.py")
    if not words:
        start()
    if words[0] == "test":
        test(words[1:])
    if words[0] == "bench":
        need(lacking(QT_LIBRARIES))
        install("[dev]")
        os.chdir(ROOT)
        become("-m", "tests.bench", *words[1:])
    install("[server]" if command(words) == "serve" else "")
    become("-m", "gharmitra_admin", *words)


if __name__ == "__main__":
    main(sys.argv[1:])
