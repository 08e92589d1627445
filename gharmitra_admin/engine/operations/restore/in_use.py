"""Whether anybody has the books open: no single test is enough, so GharMitra's own processes, open files and locks are all asked.

Leaves nothing on disk.
"""

from __future__ import annotations

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.operations.restore.plan import Finding, FindingCode, Weight
from gharmitra_admin.engine.parts import backend
from gharmitra_admin.engine.parts.fingerprint import beside
from gharmitra_admin.engine.parts.live_books import exclusive


def look(paths: Paths, *, pid: int, drained: int | None = None, is_planned: bool = False) -> list[Finding]:
    """Tell who uses the books now. ``pid``: this process, which does not count. Books that cannot be opened are told elsewhere.

    ``drained``: the server above this process that answers nobody; it counts where it has the books open. ``is_planned``: it will
    have let go of them by the time that counts, so that it does not count yet. Raises Refused.
    """
    if drained is not None:
        backend.require_above(drained)
    seen = backend.find(paths.books, drained=drained)
    if seen.servers or seen.unknown_ports:
        pids = tuple(server.pid for server in seen.servers)
        ports = (*(port for server in seen.servers for port in server.ports), *seen.unknown_ports)
        return [Finding(FindingCode.BACKEND_RUNS, Weight.BLOCKER, {"path": paths.books, "pids": pids, "ports": ports})]
    opened = backend.openers((paths.books, beside(paths.books, "-wal")), but_not=pid)
    others = tuple(one for one in opened.found if not (is_planned and one.pid == drained))
    if others:
        programs = tuple(f"{one.name}, {one.pid}" for one in others)
        return [Finding(FindingCode.IN_USE, Weight.BLOCKER, {"path": paths.books, "programs": programs})]
    if is_planned and drained is not None:
        return [Finding(FindingCode.SERVED_HERE, Weight.FINE)]
    try:
        is_free = exclusive.is_free(paths.books)
    except EngineError:
        is_free = True
    if not is_free:
        return [Finding(FindingCode.IN_USE, Weight.BLOCKER, {"path": paths.books, "programs": ()})]
    if opened.denied:
        return [Finding(FindingCode.CANNOT_TELL, Weight.WARNING, {"count": opened.denied})]
    return [Finding(FindingCode.NOT_IN_USE, Weight.FINE)]
