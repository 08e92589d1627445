"""GharMitra servers among the processes of this PC: by command line, folder and database, and by the ports they answer on.

Leaves nothing on disk. No single sign is enough: under some versions an idle server has nothing open, under others a port is taken by an
orphan whose parent is dead. Command lines and defaults are GharMitra's own.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import psutil

from gharmitra_admin.engine.parts.backend import draining

PORTS = (8001, 8002, 8000)
APP_NAME = "GharMitra API"
_APPS = frozenset({"app.main:app", "gharmitra_admin.api.protected:app"})
DEFAULT_URL = "sqlite+aiosqlite:///./gharmitra.db"
_RUNNERS = frozenset({"uvicorn", "gunicorn", "hypercorn"})
_SCRIPTS = frozenset({"run.py", "main.py"})
_CHILD = ("multiprocessing.spawn", "--multiprocessing-fork")
_WITH_A_VALUE = frozenset({"-X", "-W"})  # options of Python
_SUPERVISORS = frozenset({"nssm", "services", "supervisord", "pm2", "winsw", "runsvdir", "s6-supervise"})
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Member:
    """One process of a server: a number alone may be another process by now."""

    pid: int
    started: float


@dataclass(frozen=True, slots=True)
class Server:
    """One GharMitra server with all its processes, the topmost first, and what it takes to start it again.

    ``environment`` None: it may not be read. ``restarted_by``: a service manager that would start it again at once.
    """

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str] | None
    ports: tuple[int, ...]
    members: tuple[Member, ...]
    restarted_by: str | None

    @property
    def pid(self) -> int:
        return self.members[0].pid


@dataclass(frozen=True, slots=True)
class Look:
    """Servers on these books, servers on others, and ports where GharMitra answers out of a process that may not be looked into."""

    servers: tuple[Server, ...]
    others: tuple[Server, ...]
    unknown_ports: tuple[int, ...]


def find(books: Path, *, drained: int | None = None) -> Look:
    """Find every GharMitra server. Raises nothing: what may not be looked into is told by the port it answers on.

    ``drained``: a process that answers nobody now. It is neither counted nor asked, unless another process of its server serves.
    """
    mine: list[Server] = []
    others: list[Server] = []
    quiet = draining.ports_of(drained) if drained is not None else set[int]()
    for server in _servers():
        if drained is not None and draining.is_all_drained([member.pid for member in server.members], drained):
            quiet |= set(server.ports)
            continue
        database = database_of(server.folder, server.environment)
        (mine if database is not None and _is_same(database, books) else others).append(server)
    known = {port for server in (*mine, *others) for port in server.ports} | quiet
    unknown = tuple(port for port in _ports_to_ask(books) if port not in known and answers_as_gharmitra(port))
    return Look(tuple(mine), tuple(others), unknown)


def _servers() -> Iterator[Server]:
    """One for each tree: a parent that reloads, with the child that serves; an orphan child stands for itself."""
    found = {process.pid: process for process in psutil.process_iter() if _is_server(process)}
    for process in found.values():
        with suppress(psutil.Error):
            if not any(parent.pid in found for parent in process.parents()):
                yield _server(process)


def _is_server(process: psutil.Process) -> bool:
    try:
        words = process.cmdline()
        if _names_the_app(words):
            return True
        return _is_in_a_backend_folder(process) and _runs_there(words)
    except (psutil.Error, OSError):
        return False


def _names_the_app(words: list[str]) -> bool:
    """``uvicorn app.main:app``, or ours around it, as a program of its own or as a module of Python.

    Words in another program's arguments do not count.
    """
    if _APPS.isdisjoint(words):
        return False
    return _module(words) in _RUNNERS or any(_stem(word) in _RUNNERS for word in words[:2])


def _module(words: list[str]) -> str:
    """The module that a Python was started with; empty where it runs a file, or is no Python."""
    rest = iter(words[1:])
    for word in rest:
        if word == "-m":
            return next(rest, "")
        if word in _WITH_A_VALUE:
            next(rest, "")
        elif word == "-c" or not word.startswith("-"):
            return ""
    return ""


def _runs_there(words: list[str]) -> bool:
    is_python = bool(words) and "python" in _stem(words[0])
    is_script = any(_base(word) in _SCRIPTS for word in words[1:3])
    is_child = any(sign in word for word in words for sign in _CHILD)
    return is_python and (is_script or is_child)


def _is_in_a_backend_folder(process: psutil.Process) -> bool:
    return (Path(process.cwd()) / "app" / "main.py").is_file()


def _base(word: str) -> str:
    return PureWindowsPath(word).name.lower()


def _stem(word: str) -> str:
    return _base(word).removesuffix(".exe")


def _server(process: psutil.Process) -> Server:
    tree = [process, *process.children(recursive=True)]
    environment: Mapping[str, str] | None = None
    with suppress(psutil.AccessDenied, OSError):
        environment = process.environ()
    members = []
    for one in tree:
        with suppress(psutil.NoSuchProcess):
            members.append(Member(one.pid, one.create_time()))
    words = tuple(process.cmdline())
    return Server(words, Path(process.cwd()), environment, _ports(tree, words), tuple(members), _supervisor(process))


def _ports(tree: list[psutil.Process], words: tuple[str, ...]) -> tuple[int, ...]:
    ports: set[int] = set()
    for one in tree:
        ports |= draining.listening(one)
    if not ports and "--port" in words[:-1] and (said := words[words.index("--port") + 1]).isdecimal():
        ports.add(int(said))
    return tuple(sorted(ports))


def _supervisor(process: psutil.Process) -> str | None:
    """A parent whose work is to start it again when it ends."""
    with suppress(psutil.Error, OSError):
        parent = process.parent()
        if parent is None:
            return None
        if _stem(parent.name()) in _SUPERVISORS:
            return parent.name()
        group = Path(f"/proc/{process.pid}/cgroup")
        if parent.name() == "systemd" and group.exists():
            unit = group.read_text(encoding="utf-8").strip().rpartition("/")[2]
            return unit if unit.endswith(".service") and not unit.startswith("user@") else None
    return None


def database_of(folder: Path, environment: Mapping[str, str] | None) -> Path | None:
    """Which books a server in this folder uses: by its environment, else the ``.env`` there, else the default. None: no SQLite file."""
    url = (environment or {}).get("DATABASE_URL") or _of_dotenv(folder / ".env").get("DATABASE_URL") or DEFAULT_URL
    scheme, _, rest = url.partition("///")
    if not scheme.startswith("sqlite") or not rest:
        return None
    return folder / rest.split("?")[0]


def _of_dotenv(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    pairs = (line.strip().removeprefix("export ").partition("=") for line in lines)
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}


def _is_same(database: Path, books: Path) -> bool:
    try:
        return database.samefile(books)
    except OSError:
        return str(database.resolve()).casefold() == str(books.resolve()).casefold()


def _ports_to_ask(books: Path) -> tuple[int, ...]:
    said = [_of_dotenv(folder / ".env").get("PORT", "") for folder in (books.parent, books.parent.parent)]
    return tuple(dict.fromkeys((*PORTS, *(int(port) for port in said if port.isdecimal() and 0 < int(port) < 65536))))


def answers_as_gharmitra(port: int) -> bool:
    """Whether GharMitra answers on a port of this PC."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LOOK_SECONDS)
    try:
        connection.request("GET", "/")
        said = json.loads(connection.getresponse().read(1 << 16))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return False
    finally:
        connection.close()
    return isinstance(said, dict) and said.get("app") == APP_NAME
