"""Our routes in an application of the test's own process, with a host that knows two users. The engine's processes are real.

The books are never opened by this process: whoever looks at them while the routes work looks at their bytes only when nothing runs.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx
from fastapi import FastAPI, HTTPException, Request

from gharmitra_admin.api.router import Options, mounted, words_of_settings
from gharmitra_admin.api.society import Place
from gharmitra_admin.api.throttle import FORGIVEN_AFTER_SECONDS, Throttle
from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import Role, Token
from tests.builders.society import Society

PREFIX = "/api/database"
ADMIN, RESIDENT = "host-admin", "host-resident"


def user_of_host(request: Request) -> Mapping[str, str]:
    """Anybody who is logged in."""
    said = request.headers.get("authorization", "").removeprefix("Bearer ")
    if said not in {ADMIN, RESIDENT}:
        raise HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})
    return {"email": f"{said}@example.com"}


def admin_of_host(request: Request) -> Mapping[str, str]:
    user = user_of_host(request)
    if not user["email"].startswith(ADMIN):
        raise HTTPException(403, "Only an admin may do this")
    return user


def never_slow() -> Throttle:
    """A throttle that finds each try alone in its minute."""
    ticks = itertools.count()
    return Throttle(lambda: next(ticks) * (FORGIVEN_AFTER_SECONDS + 1))


def write_token(society: Society, role: Role, *, expired: bool = False, is_revoked: bool = False) -> tuple[str, Token]:
    """Add a token, as old or as revoked as wanted, to the society's list; by the real clock, as a server reads it."""
    known, now = tokens.read(society.paths), datetime.now(UTC)
    text, token = tokens.new(role, 1, "", known, now - timedelta(days=2 if expired else 0))
    token = tokens.revoked(token, now) if is_revoked else token
    society.paths.backups.mkdir(exist_ok=True)
    tokens.write(society.paths, (*known, token))
    return text, token


class Asked:
    """The routes of one society, asked one request after the other or several at once."""

    def __init__(self, society: Society, **options: Any) -> None:
        chosen: dict[str, Any] = {"admin": admin_of_host, "user": user_of_host, "throttle": never_slow()} | options
        self.mounted = mounted(Place.of_books(society.paths.books), Options(**chosen), words_of_settings())
        self.app = FastAPI()
        self.app.include_router(self.mounted.router, prefix=PREFIX)
        self._runner = asyncio.Runner()

    def ask(self, method: str, path: str, *, token: str | None = None, source: str = "127.0.0.1", **how: Any) -> httpx.Response:
        return self.ask_all([(method, path, {"token": token, **how})], source=source)[0]

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self.ask("GET", path, **how)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.ask("POST", path, **how)

    def ask_all(self, requests: list[tuple[str, str, dict[str, Any]]], *, source: str = "127.0.0.1") -> list[httpx.Response]:
        """Ask several things at the same time; the answers in the order of the questions."""
        return self._runner.run(self._ask_all(requests, source))

    async def _ask_all(self, requests: list[tuple[str, str, dict[str, Any]]], source: str) -> list[httpx.Response]:
        transport = httpx.ASGITransport(self.app, client=(source, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return list(await asyncio.gather(*(self._one(client, *request) for request in requests)))

    async def _one(self, client: httpx.AsyncClient, method: str, path: str, how: dict[str, Any]) -> httpx.Response:
        token, headers = how.get("token"), dict(how.get("headers", {}))
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        more = {name: value for name, value in how.items() if name not in {"token", "headers"}}
        return await client.request(method, f"{PREFIX}{path}", headers=headers, timeout=60, **more)

    def at_rest(self) -> None:
        """Wait until every job has ended."""

        async def ended() -> None:
            for job in self.mounted.jobs.all():
                await job.ended()

        self._runner.run(ended())

    def run(self, coroutine: Any) -> Any:
        """Run something else on the same loop."""
        return self._runner.run(coroutine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._runner.run(self.mounted.jobs.close(20))
        self._runner.close()
