"""GharMitra's backend under protection, with no line of it changed: ``uvicorn gharmitra_admin.api.protected:app`` in its folder."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from fastapi import FastAPI

from gharmitra_admin.api.protecting import protect


def _backend() -> FastAPI:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    found = importlib.import_module("app.main").app
    assert isinstance(found, FastAPI)
    protect(found)
    return found


app = _backend()
