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
from gharmitra_admin.api.router import words_of_settings
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.names import shown_path
from gharmitra_admin.wording import errors, http

HOSTS_VARIABLE = "GHARMITRA_ADMIN_HOSTS"
_MODULE = "app.main"


def _backend() -> FastAPI:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    found = _found(Path(here))
    try:
        protect(found, hosts=[name.strip() for name in os.environ.get(HOSTS_VARIABLE, "").split(",") if name.strip()])
    except EngineError as error:
        said = errors.message(words_of_settings(), error)
        raise SystemExit(f"{said.message} {said.hint}") from None
    return found


def _found(folder: Path) -> FastAPI:
    """GharMitra's application. Ends this process with a sentence where there is none; what GharMitra's own code raises is its own."""
    try:
        found = getattr(importlib.import_module(_MODULE), "app", None)
    except ModuleNotFoundError as error:
        if error.name not in {_MODULE, _MODULE.partition(".")[0]}:
            raise
        found = None
    if not isinstance(found, FastAPI):
        raise SystemExit(http.no_backend(words_of_settings(), shown_path(folder)))
    return found


app = _backend()
