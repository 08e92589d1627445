"""GharMitra's backend under protection, with no line of it changed: ``uvicorn gharmitra_admin.api.protected:app`` in its folder.

GHARMITRA_ADMIN_HOSTS in the environment: further names that the backend is reached by, with commas between them.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from fastapi import FastAPI

from gharmitra_admin.api.protecting import protect

HOSTS_VARIABLE = "GHARMITRA_ADMIN_HOSTS"


def _backend() -> FastAPI:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    found = importlib.import_module("app.main").app
    assert isinstance(found, FastAPI)
    protect(found, hosts=[name.strip() for name in os.environ.get(HOSTS_VARIABLE, "").split(",") if name.strip()])
    return found


app = _backend()
