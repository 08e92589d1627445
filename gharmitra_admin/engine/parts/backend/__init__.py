"""GharMitra's own server: which ones use these books, stopping one as a whole, and starting it again the way it was found.

Leaves nothing on disk. A process is only ever touched where it is identified as that server on those books.
"""

from __future__ import annotations

from gharmitra_admin.engine.parts.backend.draining import require_above
from gharmitra_admin.engine.parts.backend.openers import Opener, Openers, openers
from gharmitra_admin.engine.parts.backend.servers import Look, Server, find
from gharmitra_admin.engine.parts.backend.stopping import start, stop

__all__ = ["Look", "Opener", "Openers", "Server", "find", "openers", "require_above", "start", "stop"]
