"""A host as a real process: started, asked over HTTP, stopped as its user would, or killed."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self
from urllib.parse import urlencode

import psutil

from tests.builders.backend import free_port

PROJECT = Path(__file__).parents[3]
NOT_INHERITED = {"DATABASE_URL", "HOST_POOL", "PYTHONPATH"}


class Answer(NamedTuple):
    """``json`` is None where the body is not JSON; header names are found in any case."""

    status: int
    headers: http.client.HTTPMessage
    json: Any
    body: bytes


class Host:
    """One server in a folder; ``with Host(...) as host`` starts it, and leaves nothing of it running."""

    def __init__(
        self,
        folder: Path,
        *,
        python: Path | str = sys.executable,
        app: str = "app.main:app",
        arguments: Sequence[str] = (),
        command: Sequence[str] | None = None,
        environment: Mapping[str, str] | None = None,
        pool: str | None = None,
        patience_seconds: float = 60,
        stdout: IO[bytes] | int = subprocess.DEVNULL,
    ) -> None:
        """``arguments`` go to uvicorn after its own; ``command`` stands for all after the Python, with "{port}" where the port goes."""
        self.folder, self.port, self.patience_seconds = folder, free_port(), patience_seconds
        uvicorn = ["-m", "uvicorn", app, "--host", "127.0.0.1", "--port", "{port}", *arguments]
        self._command = [str(python), *(word.replace("{port}", str(self.port)) for word in (command or uvicorn))]
        self._environment = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        self._environment |= {"PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"} | ({"HOST_POOL": pool} if pool else {})
        self._environment |= environment or {}
        self._stdout = stdout
        self.stderr = folder / "stderr.txt"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True) -> Self:
        """Start it, again too, on the same port. Raises AssertionError with its last words where it does not come up."""
        assert not self.is_running, "it runs already"
        new_group = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)  # Windows: so that CTRL_BREAK reaches it alone
        with self.stderr.open("ab") as errors:
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL, stdout=self._stdout,
                stderr=errors, creationflags=new_group,
            )  # fmt: skip
        if wait:
            self.wait_until_up()
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was never started"
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def said(self) -> str:
        """All it has said on stderr since the first start."""
        return self.stderr.read_text("utf-8", "replace") if self.stderr.is_file() else ""

    def is_up(self) -> bool:
        """Whether anything answers on its port, whatever the answer."""
        try:
            self.ask("GET", "/", timeout_seconds=10)
        except OSError:
            return False
        return True

    def wait_until_up(self) -> None:
        self.wait_until(lambda: self.is_up() or not self.is_running, "it answers")
        assert self.is_running, f"the host ended with {self.process.returncode}:\n{self.said[-3000:]}"

    def wait_until(self, is_so: Callable[[], bool], what: str = "it is so") -> None:
        """Return as soon as it is so. Raises AssertionError with the host's last words."""
        end = time.monotonic() + self.patience_seconds
        while not is_so():
            assert time.monotonic() < end, f"waited in vain until {what}; the host said:\n{self.said[-3000:]}"
            _pause(self.process)

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        json: object = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 60,
    ) -> Answer:
        """One request on a connection of its own. Raises OSError where nobody answers, or the answer breaks off."""
        given = {"Authorization": f"Bearer {token}"} if token else {}
        given |= {"Content-Type": "application/json"} if json is not None else {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_seconds)
        try:
            body = None if json is None else _json(json)
            connection.request(method, path + (f"?{urlencode(params)}" if params else ""), body, given | dict(headers or {}))
            response = connection.getresponse()
            return _answer(response)
        except http.client.HTTPException as error:
            raise ConnectionError(repr(error)) from error
        finally:
            connection.close()

    def get(self, path: str, **how: Any) -> Answer:
        return self.ask("GET", path, **how)

    def post(self, path: str, **how: Any) -> Answer:
        return self.ask("POST", path, **how)

    def children(self) -> list[psutil.Process]:
        """All processes below it, now."""
        try:
            return psutil.Process(self.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def holds(self, books: Path) -> list[str]:
        """The names of the books' files (the database, -wal, -shm) that it, or a process below it, has open now."""
        held: set[str] = set()
        for process in [*([psutil.Process(self.pid)] if self.is_running else []), *self.children()]:
            try:
                held |= {Path(one.path).name for one in process.open_files() if Path(one.path).resolve().parent == books.resolve().parent}
            except psutil.NoSuchProcess:
                continue
        return sorted(name for name in held if name in {books.name, f"{books.name}-wal", f"{books.name}-shm"})

    def interrupt(self) -> None:
        """Ask it to end as Ctrl+C in its window does; return at once."""
        self.process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))

    def stop(self) -> int:
        """End it gracefully; its exit code. Raises AssertionError where it does not end."""
        self.interrupt()
        try:
            return self.process.wait(self.patience_seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the host did not end when asked to:\n{self.said[-3000:]}") from None

    def kill(self) -> None:
        """End the server, and it alone, as a power cut would; what it has started goes on."""
        self.process.kill()
        self.process.wait(30)

    def end(self) -> None:
        """Kill it and whatever it has started."""
        if self._process is None:
            return
        below = self.children()
        self._process.kill()
        self._process.wait(30)
        for process in [*below, *(one for one in psutil.process_iter() if _works_in(one, self.folder))]:
            try:
                process.kill()
                process.wait(30)
            except psutil.NoSuchProcess:
                continue

    def __enter__(self) -> Self:
        try:
            return self if self.is_running else self.start()
        except BaseException:
            self.end()
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


def _answer(response: http.client.HTTPResponse) -> Answer:
    body = response.read()
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    return Answer(response.status, response.headers, document, body)


def _pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        return
    # Ended: there is nothing to be woken by.
    time.sleep(0.05)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.pid != os.getpid() and Path(process.cwd()) == folder.resolve()
    except (psutil.Error, OSError):
        return False
