"""Asks the application that we are mounted in who its user is, through its own dependency. Leaves nothing on disk.

The dependency runs in a small application of its own, so that every version of FastAPI resolves it as it always does, and so that a
request with one of our tokens never touches the host's database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.types import Message, Scope

Dependency: TypeAlias = Callable[..., Any]
_NAME_LIMIT = 100
_NAMES = ("email", "name", "username", "id")


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """What the host says: 200 and who it is, or its own refusal."""

    status: int
    detail: str
    who: str
    challenge: str | None = None


class HostCheck:
    """One of the host's dependencies, asked outside of its routes."""

    def __init__(self, dependency: Dependency) -> None:
        self._app = FastAPI(openapi_url=None)

        async def checked(user: Any = Depends(dependency)) -> dict[str, str]:  # noqa: B008 - FastAPI's way
            return {"who": _name_of(user)}

        self._app.add_api_route("/", checked, methods=["GET"], response_model=None)

    async def ask(self, request: Request) -> HostAnswer:
        """Who asks, as the host sees it. A host that fails at this is told as 503; it never lets anybody in."""
        overrides = getattr(request.app, "dependency_overrides", None)
        if isinstance(overrides, dict):
            self._app.dependency_overrides = overrides
        answer = _Answer()
        try:
            await self._app(_scope_of(request), _nothing_more, answer.take)
        except Exception:  # noqa: BLE001 - whatever the host's own check falls over, nobody is let in
            return HostAnswer(503, "", "")
        return answer.told()


def _name_of(user: Any) -> str:
    """How the activity record names a user: their address, else what there is: short, and with no sign that no command can be told."""
    read: Callable[[str], Any] = user.get if isinstance(user, Mapping) else lambda name: getattr(user, name, None)
    found = next((str(value) for name in _NAMES if (value := read(name))), "")
    return found[:_NAME_LIMIT].replace("\0", " ").encode("utf-8", "replace").decode()


class _Answer:
    def __init__(self) -> None:
        self._status, self._body = 500, b""
        self._headers: dict[bytes, bytes] = {}

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = dict(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def told(self) -> HostAnswer:
        try:
            document = json.loads(self._body)
        except ValueError:
            document = None
        said = document if isinstance(document, dict) else {}
        challenge = self._headers.get(b"www-authenticate")
        if self._status == 200:
            return HostAnswer(200, "", str(said.get("who", "")))
        status = self._status if 400 <= self._status < 500 else 503
        return HostAnswer(status, str(said.get("detail", "")), "", challenge.decode("latin-1") if challenge else None)


def _scope_of(request: Request) -> Scope:
    taken = ("asgi", "http_version", "scheme", "server", "client", "headers", "query_string", "state")
    return {
        **{name: request.scope[name] for name in taken if name in request.scope},
        "type": "http",
        "method": "GET",
        "path": "/",
        "raw_path": b"/",
        "root_path": "",
    }


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
