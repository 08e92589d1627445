"""A server that has had many backups made leaves no dead child, no open handle and no thread behind."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.api.under_fire import ADMIN, PROTECTED
from tests.builders.host import Host, write_backend

WARM_UP, SHORT, LONG = 3, 6, 200


def _made(host: Host, number: int) -> None:
    for _ in range(number):
        answer = host.post("/api/database/backup", token=ADMIN)
        assert answer.status == 200, answer.body


def _kept_open(server: psutil.Process) -> tuple[int, int]:
    handles = server.num_fds() if hasattr(server, "num_fds") else server.num_handles()
    return handles, server.num_threads()


def _many(host: Host, number: int) -> None:
    server = psutil.Process(host.pid)
    _made(host, WARM_UP)
    before = _kept_open(server)
    _made(host, number)
    host.wait_until(lambda: host.children() == [], "no child is left, dead or alive")
    handles, threads = _kept_open(server)
    assert handles <= before[0] + 2, f"{handles} handles, {before[0]} before {number} backups"
    assert threads <= before[1] + 16, f"{threads} threads, {before[1]} before {number} backups"


def test_many_backups_leave_nothing_open(tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED) as host:
        _many(host, SHORT)


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_two_hundred_backups_leave_nothing_open(tmp_path: Path) -> None:
    write_backend(tmp_path)
    with Host(tmp_path, app=PROTECTED) as host:
        _many(host, LONG)
