"""Puts GharMitra's own backend under our protection without touching its files: routes, automatic backups, and restores while it runs.

Leaves the application with our routes before its own, its automatic backups replaced by checked ones, and a gate that a restore shuts.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from gharmitra_admin.api.gate import Gate, GateMiddleware
from gharmitra_admin.api.host_check import Dependency
from gharmitra_admin.api.restoring import PATIENCE_SECONDS, Backend
from gharmitra_admin.api.router import Mounted, Options, mounted, words_of_settings
from gharmitra_admin.api.society import Place
from gharmitra_admin.api.startup import WAIT_SECONDS, Startup
from gharmitra_admin.engine.base import app_log
from gharmitra_admin.engine.base.books_named import BOOKS_VARIABLE, URL_VARIABLE, of_url, url_of_dotenv
from gharmitra_admin.engine.base.errors import Code, NotFound
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.language import Words

PREFIX = "/api/database"
STOP_SECONDS = 20.0
# GharMitra's own names; any of them may be missing.
_DATABASE, _ROUTES, _DEPENDENCIES, _CONFIG = "app.database", "app.routes.database", "app.dependencies", "app.config"
_BACKUP = "perform_automated_backup"
_LOG = logging.getLogger(f"{app_log.NAME}.api")


def protect(
    app: FastAPI,
    *,
    db: Path | str | None = None,
    admin: Dependency | None = None,
    user: Dependency | None = None,
    prefix: str = PREFIX,
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
    let_go: Callable[[], Any] | None = None,
    drain_seconds: float = PATIENCE_SECONDS,
    start_seconds: float = WAIT_SECONDS,
) -> None:
    """Protect a backend: our routes under ``prefix`` before its own, a checked backup at each start, restores without a restart.

    Called once, before the application is started. What is not named is looked for where GharMitra has it: ``db`` in
    ``app.config.settings.DATABASE_URL``, else in ``GHARMITRA_DB``, else in ``DATABASE_URL`` of the environment or of ``.env``; the checks
    of who may in ``app.dependencies``. Pages of other sites may ask where the
    application's own CORS settings let them, and those of ``origins``. Books that are no SQLite file are left alone, with a
    warning in the log. ``let_go`` closes the connections that the application keeps, and may be awaited; GharMitra's own engine is found.
    ``drain_seconds``: so long a restore waits for requests that run; ``start_seconds``: so long a start waits for its backup.
    An application that is protected already is left as it is, with a warning in the log.
    Raises NotFound where nothing names the books: a backend must not run unprotected without a word; Refused where their backups have
    no place.
    """
    if _is_protected(app):
        return
    words = words_of_settings()
    books = Path(db) if db is not None else _books(words)
    if books is None:
        _LOG.warning("the books are no SQLite file: GharMitra Admin does not protect them")
        return
    gate = Gate(words)
    options = _options(app, admin, user, hosts, origins)
    backend = Backend(gate, let_go or _let_go, drain_seconds)
    made = mounted(Place.of_books(books), options, words, backend=backend, start_seconds=start_seconds)
    _mount_first(app, made, prefix)
    _describe(app, made, prefix)
    _put_gate(app, gate, prefix)
    _follow_life(app, made)


def _books(words: Words) -> Path | None:
    """The books that the backend works on; None where they are no SQLite file. Raises NotFound where nothing names them."""
    url = str(_of("settings.DATABASE_URL", _CONFIG) or "")
    if not url and (said := os.environ.get(BOOKS_VARIABLE)):
        return Path(said).absolute()
    url = url or os.environ.get(URL_VARIABLE) or url_of_dotenv(Path(".env"))
    if not url:
        error = NotFound(Code.BOOKS_NOT_NAMED)
        told = errors.message(words, error)
        error.add_note(f"{told.message} {told.hint}")
        raise error
    found = of_url(url)
    return found.absolute() if found is not None else None


def _of(name: str, module: str) -> Any:
    """What the backend has by this name; None where it has no such module, or nothing of the name."""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def _origins_of(app: FastAPI) -> tuple[list[str], str | None]:
    """The pages that the application itself lets ask, by its CORS settings: by name, and by an expression."""
    told: list[str] = []
    pattern = None
    for one in app.user_middleware:
        if _is_cors(one):
            chosen = getattr(one, "kwargs", None) or getattr(one, "options", {})
            told += [str(origin) for origin in chosen.get("allow_origins", ())]
            pattern = chosen.get("allow_origin_regex") or pattern
    return told, pattern


def _is_protected(app: FastAPI) -> bool:
    """Whether it has our gate already, as where the line stands in GharMitra's code and it is started without it too; told in the log."""
    kinds: list[object] = [one.cls for one in app.user_middleware]
    if GateMiddleware in kinds:
        _LOG.warning("this application is protected already: what was asked for a second time is passed over")
    return GateMiddleware in kinds


def _options(app: FastAPI, admin: Dependency | None, user: Dependency | None, hosts: Collection[str], origins: Collection[str]) -> Options:
    named, pattern = _origins_of(app)
    admin, user = admin or _of("get_current_admin_user", _DEPENDENCIES), user or _of("get_current_user", _DEPENDENCIES)
    return Options(admin, user, hosts, (*origins, *named), pattern)


def _is_cors(one: Middleware) -> bool:
    kind: object = one.cls
    return kind is CORSMiddleware


def _mount_first(app: FastAPI, made: Mounted, prefix: str) -> None:
    """The first route that matches is taken, so that ours have to stand before the application's own of the same paths."""
    own = len(app.router.routes)
    app.include_router(made.router, prefix=prefix)
    routes = app.router.routes
    routes[:] = [*routes[own:], *routes[:own]]


def _describe(app: FastAPI, made: Mounted, prefix: str) -> None:
    """Tell of our routes in the OpenAPI document: it would tell of the application's own of the same paths, which are never reached."""
    own, alone = app.openapi, FastAPI()
    # So that the backend's own page /docs sends its users' tokens to our routes too.
    alone.include_router(made.router, prefix=prefix, dependencies=[Depends(HTTPBearer(auto_error=False))])

    def openapi() -> dict[str, Any]:
        whole = own()
        others = {path: said for path, said in whole["paths"].items() if not path.startswith(f"{prefix}/")}
        ours, components = alone.openapi(), whole.get("components", {})
        schemes = {**ours["components"]["securitySchemes"], **components.get("securitySchemes", {})}
        return {**whole, "paths": {**others, **ours["paths"]}, "components": {**components, "securitySchemes": schemes}}

    setattr(app, "openapi", openapi)  # noqa: B010 - a method of the application's, as FastAPI's own guide replaces it


def _put_gate(app: FastAPI, gate: Gate, prefix: str) -> None:
    """Before everything that may touch the books, but behind CORS: a page of another site has to be able to read the 503."""

    def is_ours(path: str) -> bool:
        return path == prefix or path.startswith(f"{prefix}/")

    behind = max((at + 1 for at, one in enumerate(app.user_middleware) if _is_cors(one)), default=0)
    app.user_middleware.insert(behind, Middleware(GateMiddleware, gate=gate, is_ours=is_ours))


def _follow_life(app: FastAPI, made: Mounted) -> None:
    own = app.router.lifespan_context

    @asynccontextmanager
    async def life(running: Any) -> AsyncIterator[Any]:
        _replace_backups(made.startup)
        await made.startup.before_first_touch()
        try:
            async with own(running) as state:
                yield state
        finally:
            await made.jobs.close(STOP_SECONDS)

    app.router.lifespan_context = life


def _replace_backups(startup: Startup) -> None:
    """The backend looks its own backup up at each call, and its routes have imported it by name."""

    async def checked_backup() -> None:
        await startup.again()

    for module in (_DATABASE, _ROUTES):
        if _of(_BACKUP, module) is not None:
            setattr(sys.modules[module], _BACKUP, checked_backup)


def _let_go() -> Any:
    """Close the connections that the backend keeps; it opens others by itself."""
    engine = _of("engine", _DATABASE)
    return engine.dispose() if engine is not None else None
