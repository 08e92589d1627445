"""A server that behaves like both kinds of GharMitra's backend: started, found, asked and stopped as a real process.

Its command line is GharMitra's (``python -m uvicorn app.main:app``); the ``uvicorn`` that it runs lies in its own folder and needs nothing.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

_SERVER = """
import json, os, signal, sqlite3, subprocess, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POOLED, DATABASE = os.environ.get("POOLED") == "1", os.environ.get("DATABASE_URL", "sqlite+aiosqlite:///./gharmitra.db").split("///")[-1]
LOCK = threading.Lock()

def connect():
    return sqlite3.connect(DATABASE, timeout=5, isolation_level=None, check_same_thread=False)

class Pool:
    connection = None

class Calls:
    at_the_root = 0

def run(words):
    words = [word.replace("{pid}", str(os.getpid())) for word in words]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as child:
        out = child.stdout.read()
        return [child.wait(), json.loads(out)]

def let_go(connection):
    connection.close()
    Pool.connection = None
    return os.getpid()

def do(work):
    with LOCK:
        connection = Pool.connection or connect()
        if POOLED:
            Pool.connection = connection
        try:
            return work(connection)
        finally:
            if not POOLED:
                connection.close()

def enter(connection):
    connection.execute("BEGIN IMMEDIATE")
    row = connection.execute("INSERT INTO ledger (account, amount) VALUES ('bank', 7)").lastrowid
    connection.execute("INSERT INTO ledger (account, amount) VALUES ('dues', -7)")
    connection.execute("COMMIT")
    return row

class Handler(BaseHTTPRequestHandler):
    def answer(self, code, document):
        body = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        if self.path == "/count":
            self.answer(200, do(lambda c: c.execute("SELECT count(*) FROM ledger").fetchone()[0]))
        elif self.path == "/asked":
            self.answer(200, Calls.at_the_root)
        else:
            Calls.at_the_root += 1
            self.answer(200, {"app": "GharMitra API"})
    def do_POST(self):
        if self.path == "/run":
            self.answer(200, run(json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        else:
            self.answer(201, do(let_go if self.path == "/let_go" else enter))
    def log_message(self, *_):
        pass

def serve(port):
    if os.environ.get("STUBBORN"):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    else:
        # Like uvicorn, also where a shell has started the tests with SIGINT ignored.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    try:
        server.serve_forever(0.02)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        with LOCK:
            if Pool.connection:
                Pool.connection.close()
"""
_KEEP_UP = """
import signal, subprocess, sys
while True:
    subprocess.run(sys.argv[1:])
"""
_MAIN = """
import multiprocessing, signal, sys
from uvicorn.server import serve

def main():
    port = int(sys.argv[sys.argv.index("--port") + 1])
    if "--reload" not in sys.argv and "--workers" not in sys.argv:
        serve(port)
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    ports = (port,) if "--reload" in sys.argv else (port, 0)
    children = [multiprocessing.get_context("spawn").Process(target=serve, args=(port,)) for port in ports]
    for child in children:
        child.start()
    try:
        for child in children:
            child.join()
    except KeyboardInterrupt:
        for child in children:
            child.terminate()
            child.join()

if __name__ == "__main__":
    main()
"""
# The command, not the packages of these names in the server's folder.
_COMMAND = f"""
import sys
sys.path[:] = [{str(Path(__file__).parents[2])!r}, *(path for path in sys.path if path)]
from gharmitra_admin.cli.main import run
raise SystemExit(run(sys.argv[1:]))
"""


def free_port() -> int:
    """A port that nobody has, nor is given meanwhile: connections take theirs from higher numbers on every system."""
    chance = random.SystemRandom()
    while True:
        port = chance.randrange(10_000, 32_000)
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class Backend:
    """One such server in a folder, on the books it finds there."""

    def __init__(
        self,
        folder: Path,
        *,
        pooled: bool = False,
        reload: bool = False,
        stubborn: bool = False,
        kept_up: bool = False,
        workers: bool = False,
        app: str = "app.main:app",
        database: Path | None = None,
    ) -> None:
        """``kept_up``: a parent starts it again whenever it ends; ``workers``: a second process serves beside the first."""
        self.folder, self.port = folder, free_port()
        for name, text in {
            "app/main.py": "app = None\n",
            "uvicorn/__init__.py": "",
            "uvicorn/server.py": _SERVER,
            "uvicorn/__main__.py": _MAIN,
        }.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        command = [sys.executable, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(self.port)]
        command += (["--reload"] if reload else []) + (["--workers", "2"] if workers else [])
        if kept_up:
            (folder / "keep_up.py").write_text(_KEEP_UP)
            command = [sys.executable, "keep_up.py", *command]
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PYTHONPATH"}}
        environment |= {"POOLED": "1"} if pooled else {}
        environment |= {"STUBBORN": "1"} if stubborn else {}
        environment |= {"DATABASE_URL": f"sqlite+aiosqlite:///{database}"} if database else {}
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
        self.wait_until_up()
        if pooled:
            self.ask("GET", "/count")

    def wait_until_up(self) -> None:
        for _ in range(400):
            try:
                self.ask("GET", "/")
                return
            except OSError:
                if self.process.poll() is None:
                    self._pause()
        raise AssertionError("the server did not come up")

    def _pause(self) -> None:
        try:
            self.process.wait(0.05)
        except subprocess.TimeoutExpired:
            return

    def run(self, *words: str) -> tuple[int, Any]:
        """Have the process that serves run a terminal command, ``{pid}`` being its own number: the exit code and the answer."""
        code, answer = self.ask("POST", "/run", json.dumps([sys.executable, "-c", _COMMAND, *words]), timeout=60)
        return code, answer

    def ask(self, method: str, path: str, body: str | None = None, *, timeout: float = 10) -> Any:
        """One request; its answer. Raises OSError where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body)
            return json.loads(connection.getresponse().read())
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()

    def is_up(self) -> bool:
        try:
            return bool(self.ask("GET", "/") == {"app": "GharMitra API"})
        except OSError:
            return False

    def end(self) -> None:
        """Kill whatever still runs in its folder."""
        for process in psutil.process_iter():
            try:
                if process.cwd() == str(self.folder) and process.pid != os.getpid():
                    process.kill()
                    process.wait(10)
            except psutil.Error:
                continue
        self.process.wait(10)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.end()
