"""Makes the router of one society, to be mounted in any FastAPI application. Leaves nothing on disk by itself."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from fastapi import APIRouter

from gharmitra_admin.api import openapi
from gharmitra_admin.api.access import Access, HostChecks
from gharmitra_admin.api.guarded_route import Guard, guarded, own_names, whatever
from gharmitra_admin.api.host_check import Dependency, HostCheck
from gharmitra_admin.api.jobs import Jobs
from gharmitra_admin.api.log_masking import mask_tokens
from gharmitra_admin.api.logouts import Logouts
from gharmitra_admin.api.restoring import Alone, Backend, InsideBackend, Restorer
from gharmitra_admin.api.routes import ROUTES, Face, Routes, headed
from gharmitra_admin.api.society import Place, Society
from gharmitra_admin.api.startup import WAIT_SECONDS, Startup
from gharmitra_admin.api.throttle import Throttle
from gharmitra_admin.engine.base import app_log
from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.resources import resource
from gharmitra_admin.wording import http
from gharmitra_admin.wording.language import Words, load

EVERY_METHOD = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]


@dataclass(frozen=True)
class Options:
    """What whoever mounts the routes may choose. ``hosts``, ``origins``: further names of this server, pages that may ask."""

    admin: Dependency | None = None
    user: Dependency | None = None
    hosts: Collection[str] = ()
    origins: Collection[str] = ()
    origin_pattern: str | None = None
    throttle: Throttle = field(default_factory=lambda: Throttle(time.monotonic))


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


@dataclass(frozen=True)
class Mounted:
    """The parts of one society that whoever mounts it has to look after."""

    router: APIRouter
    jobs: Jobs
    startup: Startup
    access: Access


def words_of_settings() -> Words:
    """The language that was chosen in the window."""
    language = settings_file.load(settings_file.default_file())[0].language
    said = os.environ.get("LANGUAGE", "").split(":")[0] or "en" if language == "system" else language
    return load(said, resource("translations"))


def router(
    db: Path | str,
    *,
    admin: Dependency | None = None,
    user: Dependency | None = None,
    hosts: Collection[str] = (),
    origins: Collection[str] = (),
) -> APIRouter:
    """The routes for the society with these books; include them under ``/api/database``.

    ``admin``, ``user``: dependencies of the application that let its administrators, and anybody who is logged in, pass; without them only
    tokens count. Restores are refused while anybody, this application included, has the books open: ``protect`` can do better.
    Raises Refused where the backups of these books have no place.
    """
    return mounted(Place.of_books(Path(db)), Options(admin, user, hosts, origins), words_of_settings()).router


def mounted(
    place: Place,
    options: Options,
    words: Words,
    *,
    backend: Backend | None = None,
    start_seconds: float = WAIT_SECONDS,
    environment: dict[str, str] | None = None,
) -> Mounted:
    """Put one society's parts together. ``backend``: the one whose own books these are, where we are inside it."""
    mask_tokens()

    def on_fault(fault: BaseException) -> None:
        _keep_for_support(place, fault)

    jobs = Jobs(Society(place, environment=environment), words, now=_now, on_fault=on_fault)
    startup = Startup(jobs, words, wait_seconds=start_seconds)
    restorer: Restorer = Alone(jobs) if backend is None else InsideBackend(jobs, backend, words)
    host = HostChecks(HostCheck(options.admin) if options.admin else None, HostCheck(options.user) if options.user else None)
    face = Face(
        jobs=jobs,
        access=Access(
            place.paths, options.throttle, words, now=lambda: datetime.now(UTC), host=host, gate=backend.gate if backend else None
        ),
        guard=Guard(words, own_names(*options.hosts), frozenset(options.origins), options.origin_pattern),
        restorer=restorer,
        logouts=Logouts(jobs, words, time.monotonic),
        words=words,
        alarm=lambda: startup.alarm,
        on_fault=on_fault,
    )
    return Mounted(_router(face), jobs, startup, face.access)


def _router(face: Face) -> APIRouter:
    made = APIRouter(route_class=guarded(face.guard, on_fault=face.on_fault), tags=["GharMitra Admin"])
    handlers = Routes(face)
    for method, path, name, answer, body, role in ROUTES:
        handler = getattr(handlers, name)
        made.add_api_route(
            path,
            handler,
            methods=[method],
            description=openapi.described(handler, http.role_needed(face.words, name, role)),
            response_model=None,
            responses=openapi.of_route(name, answer, body),
            openapi_extra=openapi.sent(body) if body is not None else None,
        )
    for method, path, name in headed():
        made.add_api_route(path, getattr(handlers, name), methods=[method], include_in_schema=False, response_model=None)
    made.add_api_route(whatever(""), handlers.nothing_here, methods=EVERY_METHOD, include_in_schema=False, response_model=None)
    return made


def _keep_for_support(place: Place, fault: BaseException) -> None:
    with app_log.written_to(place.paths.app_log) as log:
        log.error("a fault of this program", exc_info=fault)
