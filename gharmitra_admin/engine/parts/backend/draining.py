"""A server that answers nobody while a process of its own works on the books: that one is no reason against a restore, its siblings are.

Leaves nothing on disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import psutil

from gharmitra_admin.engine.base.errors import Code, Refused

_HELPER = "multiprocessing.resource_tracker"  # beside a worker that is spawned; it serves nobody


def require_above(pid: int) -> None:
    """Refuse a process that this one does not descend from: nobody may call a stranger drained. Raises Refused."""
    above: set[int] = set()
    with suppress(psutil.Error):
        above = {one.pid for one in psutil.Process().parents()}
    if pid not in above:
        raise Refused(Code.NOT_OUR_SERVER, pid=pid)


def is_all_drained(members: Iterable[int], drained: int) -> bool:
    """Whether no process of a server but the drained one can serve: the others have started it, or were started by it."""
    others = set(members) - {drained}
    if len(others) == len(set(members)):
        return False
    try:
        process = psutil.Process(drained)
        others -= {one.pid for one in (*process.parents(), *process.children(recursive=True))}
    except psutil.Error:
        return False
    return not any(_may_serve(pid) for pid in others)


def _may_serve(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and not any(_HELPER in word for word in process.cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def listening(process: psutil.Process) -> set[int]:
    """The ports of this PC that a process takes calls on, as far as it may be looked into."""
    with suppress(psutil.Error):
        return {found.laddr.port for found in process.net_connections("inet") if found.status == psutil.CONN_LISTEN}
    return set()


def ports_of(pid: int) -> set[int]:
    """The ports of a process and of those it has started."""
    ports: set[int] = set()
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            ports |= listening(one)
    return ports
