"""The application that the server runs which stands alone: every society's routes, what there is to serve, and the page /docs.

Nothing is answered without a token but /docs and /openapi.json. Leaves nothing on disk by itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
import unicodedata
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gharmitra_admin.answers.http import SocietyTold
from gharmitra_admin.api import docs_page, openapi
from gharmitra_admin.api.access import require_any
from gharmitra_admin.api.guarded_route import Guard, guarded, own_names, whatever
from gharmitra_admin.api.replies import Reply
from gharmitra_admin.api.router import EVERY_METHOD, Mounted, Options, mounted
from gharmitra_admin.api.society import Place
from gharmitra_admin.api.throttle import Throttle
from gharmitra_admin.wording import http
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

TITLE, VERSION = "GharMitra Admin", "1"  # the version of what can be asked; that of the program is nobody's business
ONE, SEVERAL = "/api/database", "/api/societies/{slug}/database"
SOCIETIES, DOCS, OPENAPI = "/api/societies", "/docs", "/openapi.json"
_READ_BY_PAGES = ["Content-Disposition", "Content-Range", "ETag", "Retry-After", "X-Backup-SHA256"]


@dataclass(frozen=True)
class Offered:
    """One society that is served: its name, what its addresses begin with, its parts."""

    name: str
    prefix: str
    parts: Mounted


class Standalone:
    """The application of one server, and the jobs that it has to look after."""

    def __init__(self, places: Sequence[tuple[str, Place]], words: Words, *, hosts: Collection[str], origins: Collection[str]) -> None:
        options = Options(hosts=hosts, origins=origins, throttle=Throttle(time.monotonic))
        named = zip(prefixes([name for name, _ in places]), places, strict=True)
        self.societies = tuple(Offered(name, prefix, mounted(place, options, words)) for prefix, (name, place) in named)
        self._words, self._is_stopping = words, False
        guard = Guard(words, own_names(*hosts), frozenset(origins))
        self.app = self._application(guard, origins)

    def told(self) -> list[SocietyTold]:
        return [SocietyTold(one.name, one.prefix) for one in self.societies]

    def stop(self) -> None:
        """Answer nothing new from now on."""
        self._is_stopping = True

    async def close(self, patience_seconds: float) -> None:
        """End all jobs, cancelled where that is possible, else finished, while who watches is told; then let go of who still does."""
        await asyncio.gather(*(one.parts.jobs.close(patience_seconds) for one in self.societies))

    def _application(self, guard: Guard, origins: Collection[str]) -> ASGIApp:
        app = FastAPI(title=TITLE, version=VERSION, openapi_url=None, redirect_slashes=False)
        for one in self.societies:
            app.include_router(one.parts.router, prefix=one.prefix, include_in_schema=False)
        app.router.route_class = guarded(guard, on_fault=_told_already)
        own: dict[str, Any] = {"methods": ["GET"], "response_model": None}
        app.add_api_route(SOCIETIES, self.served, include_in_schema=False, **own)
        document = self._document(own)
        told, page = json.dumps(document).encode(), docs_page.html(self._words, document)

        async def openapi_json() -> Response:
            return Response(told, 200, {"Cache-Control": "no-store"}, "application/json")

        async def docs() -> Response:
            return docs_page.response(page)

        app.add_api_route(OPENAPI, openapi_json, include_in_schema=False, **own)
        app.add_api_route(DOCS, docs, include_in_schema=False, **own)
        app.add_api_route(whatever(""), self.nothing_here, methods=EVERY_METHOD, include_in_schema=False, response_model=None)
        app.add_exception_handler(HTTPException, self._refused)
        app.add_exception_handler(Exception, self._fault)
        stoppable = _Stopping(app, lambda: self._is_stopping, self._words)
        return _Cors(stoppable, self._words, origins) if origins else stoppable

    def _document(self, own: dict[str, Any]) -> dict[str, Any]:
        """What can be asked, with the token that all of it needs. It is told to anybody: of several societies it names none."""
        described, told = FastAPI(title=TITLE, version=VERSION), openapi.of_route("served", list[SocietyTold], None)
        is_one = len(self.societies) == 1
        described.include_router(self.societies[0].parts.router, prefix=ONE if is_one else SEVERAL.format(slug="{society}"))
        description = openapi.described(self.served, http.any_role_needed(self._words))
        described.add_api_route(SOCIETIES, self.served, responses=told, description=description, **own)
        document: dict[str, Any] = described.openapi()
        if not is_one:
            openapi.add_parameter(document, "society", http.docs_words(self._words).society)
        document.setdefault("components", {})["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
        return document

    async def served(self, request: Request) -> Response:
        """The societies in which this token counts, and what their addresses begin with."""
        opened = await require_any([one.parts.access for one in self.societies], request)
        told = [SocietyTold(one.name, one.prefix) for one in self.societies if one.parts.access in opened]
        return Response(msgspec.json.encode(told), 200, {"Cache-Control": "no-store"}, "application/json")

    async def nothing_here(self, request: Request) -> Response:
        """Whatever else is asked."""
        if request.url.path in {SOCIETIES, DOCS, OPENAPI}:
            return Reply.refused(self._words, Refused.NO_SUCH_METHOD, headers={"Allow": "GET"}).response()
        await require_any([one.parts.access for one in self.societies], request)
        is_of_one = len(self.societies) > 1 and f"{request.url.path}/".startswith(f"{ONE}/")
        return Reply.refused(self._words, Refused.SEVERAL_SOCIETIES if is_of_one else Refused.NO_SUCH_ROUTE).response()

    async def _refused(self, _request: Request, error: Exception) -> Response:
        """What the framework refuses before any route of ours is asked: a method that no route has."""
        assert isinstance(error, HTTPException)
        known = {404: Refused.NO_SUCH_ROUTE, 405: Refused.NO_SUCH_METHOD, 422: Refused.QUERY_NOT_UNDERSTOOD}
        why = known.get(error.status_code, Refused.REQUEST_NOT_UNDERSTOOD)
        headers = {"Allow": "GET, POST"} if error.status_code == 405 else None
        return Reply.refused(self._words, why, headers=headers, name="").response()

    async def _fault(self, _request: Request, _error: Exception) -> Response:
        return Reply.fault(self._words).response()


def prefixes(names: Sequence[str]) -> list[str]:
    """What the addresses of each society begin with: the short ones where there is only one, else ones that its name makes."""
    if len(names) == 1:
        return [ONE]
    plain = [_plain(name) for name in names]
    told = [one if one and plain.count(one) == 1 else f"{one or 'society'}-{_mark(name)}" for one, name in zip(plain, names, strict=True)]
    return [SEVERAL.format(slug=one) for one in told]


def _plain(name: str) -> str:
    """The letters of a name that need no writing round in an address; nothing where too much would be lost."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")


def _mark(name: str) -> str:
    """What tells two names apart of which nothing else is left; of the name alone, so that it stays the same."""
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _told_already(_fault: BaseException) -> None:
    """A fault in these routes touches no society; the server's own log has it."""


class _Stopping:
    """Tells who comes on an open connection while the server stops that it does."""

    def __init__(self, app: ASGIApp, is_stopping: Callable[[], bool], words: Words) -> None:
        self._app, self._is_stopping, self._words = app, is_stopping, words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._is_stopping():
            headers = {"Retry-After": "10", "Connection": "close"}
            await Reply.refused(self._words, Refused.STOPPING, headers=headers).response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class _Cors(CORSMiddleware):
    """Lets pages of the sites that were named ask; what it refuses is told as everything else is."""

    def __init__(self, app: ASGIApp, words: Words, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=list(origins),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Authorization", "Content-Type", "If-Range", "Range"],
            expose_headers=_READ_BY_PAGES,
        )
        self._words = words

    def preflight_response(self, request_headers: Any) -> Response:
        answer = super().preflight_response(request_headers)
        return answer if answer.status_code == 200 else Reply.refused(self._words, Refused.ORIGIN_UNKNOWN).response()
