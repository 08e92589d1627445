"""What GharMitra's own requests feel of a backup asked over HTTP, and how much the list and the event streams bear."""

from __future__ import annotations

import asyncio
import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psutil

from gharmitra_admin.engine import Paths, Settings, SystemClock, Vault
from gharmitra_admin.engine.parts.tokens import Role
from tests.bench.crowding import crowd
from tests.bench.recipe import books_of
from tests.bench.table import Line, bounded
from tests.bench.writers import WRITER, p99
from tests.builders.host import Host, write_backend

SIZE_MB, COMMITS_PER_SECOND, REQUESTS_PER_SECOND = 500.0, 20, 100
IDLE_SECONDS, BACKUPS = 5.0, 6
BACKUPS_LISTED, LIST_SECONDS, LIST_CLIENTS, WATCHERS = 1000, 10.0, 4, 100
PROTECTED = "gharmitra_admin.api.protected:app"
ADMIN = "user-1"


def lines(folder: Path) -> Iterator[Line]:
    yield from _beside_a_backup(folder)
    yield from _list_and_streams(folder)


class Client:
    """Asks at a steady rate, on one connection, and notes when each request began and how long it took."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path, self.took = port, path, list[tuple[float, float]]()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        next_at = time.monotonic()
        while not self._end.wait(max(0.0, next_at - time.monotonic())):
            next_at += 1 / REQUESTS_PER_SECOND
            began = time.monotonic()
            connection.request("GET", self._path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            self.took.append((began, time.monotonic() - began))

    def stop(self) -> list[tuple[float, float]]:
        self._end.set()
        self._thread.join()
        return self.took


class Writer:
    """Another process that commits 20 times a second."""

    def __init__(self, books: Path) -> None:
        command = [sys.executable, "-c", WRITER, str(books), "NORMAL", str(COMMITS_PER_SECOND)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self._process.communicate(b"\n", timeout=60)


def _beside_a_backup(folder: Path) -> Iterator[Line]:
    home = folder / "http"
    home.mkdir()
    books = write_backend(home, books=books_of(folder, SIZE_MB))
    with Host(home, app=PROTECTED, patience_seconds=300) as host:
        (home / "backups").mkdir(exist_ok=True)
        writer, client = Writer(books), Client(host.port, "/api/receipts/count")
        calm, spans, pause = [], [], threading.Event()
        pause.wait(1)
        for _ in range(BACKUPS):
            started = time.monotonic()
            pause.wait(IDLE_SECONDS)
            calm.append((started, time.monotonic()))
            started = time.monotonic()
            name = _back_up(host)
            spans.append((started, time.monotonic()))
            (home / "backups" / name).unlink()
        took, largest = client.stop(), Largest(host)
        _back_up(host)
        peak = largest.stop()
        writer.stop()
    idle = [one for at, one in took for start, end in calm if start <= at < end]
    during = [one for at, one in took for start, end in spans if start <= at < end]
    told = f" ({p99(during):.2f} ms : {p99(idle):.2f} ms, of {len(during)} : {len(idle)} requests, {max(during) * 1000:.1f} ms at most)"
    yield bounded("requests' p99 while 500 MB are backed up over HTTP, against idle", p99(during) / p99(idle), 1.5, "", extra=told)
    yield bounded("memory of the process that backs up 500 MB", peak / 1e6, 150.0, " MB")


def _back_up(host: Host) -> str:
    answer = host.post("/api/database/backup", token=ADMIN, timeout_seconds=600)
    assert answer.status == 200, answer.body
    return str(answer.json["filename"])


class Largest:
    """The most memory that a process below the server has had."""

    def __init__(self, host: Host) -> None:
        self._host, self._end, self._peak = host, threading.Event(), 0
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._end.wait(0.2):
            for child in self._host.children():
                with suppress(psutil.Error):
                    self._peak = max(self._peak, child.memory_info().rss)

    def stop(self) -> int:
        self._end.set()
        self._thread.join()
        return self._peak


def _many_backups(home: Path) -> str:
    """1,000 backups of a small society; a token that may read and back up."""
    books = write_backend(home)
    with Host(home, app=PROTECTED) as host:
        host.post("/api/receipts", json={"note": "x"})
    vault = Vault.open(Paths.of(books), settings=Settings(), clock=SystemClock(), who="bench", face="terminal")
    crowd(vault, vault.backup().record, BACKUPS_LISTED)
    return vault.create_token(Role.BACKUP)[0]


def _list_and_streams(folder: Path) -> Iterator[Line]:
    home = folder / "http-list"
    home.mkdir()
    token = _many_backups(home)
    with Host(home, app=PROTECTED) as host:
        assert len(host.get("/api/database/backups", token=token).json) >= BACKUPS_LISTED
        before = psutil.Process(host.pid).memory_info().rss
        with ThreadPoolExecutor(LIST_CLIENTS) as clients:
            counts = list(clients.map(lambda _number: _list_for(host.port, token), range(LIST_CLIENTS)))
        grown = psutil.Process(host.pid).memory_info().rss - before
        rate = sum(counts) / LIST_SECONDS
        yield Line("GET /backups with 1,000 on the list", f"{rate:.0f} a second", "at least 500 a second", rate >= 500)
        yield bounded("memory that the server grew by meanwhile", grown / 1e6, 30.0, " MB")
        yield _watched(host, token)


def _list_for(port: int, token: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    until, count = time.monotonic() + LIST_SECONDS, 0
    while time.monotonic() < until:
        connection.request("GET", "/api/database/backups", headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        assert len(answer.read()) > 100_000
        count += 1
    return count


def _watched(host: Host, token: str) -> Line:
    """100 clients watch one backup; each sees its end."""
    job = host.post("/api/database/verify", params={"background": "true"}, token=token).json["job"]

    async def one() -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", host.port)
        writer.write(f"GET /api/database/jobs/{job}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        async with asyncio.timeout(120):
            said = b""
            while b"event: end" not in said:
                part = await reader.read(65536)
                if not part:
                    break
                said = said[-20:] + part
        writer.close()
        return b"event: end" in said

    async def everybody() -> list[bool]:
        return await asyncio.gather(*(one() for _ in range(WATCHERS)))

    seen = asyncio.run(everybody())
    return Line("clients that watch one job's events and see its end", f"{sum(seen)} of {WATCHERS}", f"{WATCHERS}", all(seen))
