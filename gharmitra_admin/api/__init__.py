"""HTTP: one face on the engine, which it never runs in its own process: two SQLite libraries in one process corrupt backups.

``protect(app)`` puts GharMitra's backend under protection; ``router(books)`` gives the routes to any other FastAPI application;
``gharmitra_admin.api.server`` serves them alone. A newcomer reads ``routes.py`` first, then ``restoring.py``.
"""

from gharmitra_admin.api.protecting import protect
from gharmitra_admin.api.router import router

__all__ = ["protect", "router"]
