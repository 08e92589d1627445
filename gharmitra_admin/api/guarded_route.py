"""The route class of all our routes: what every request is held to before it is read, and the one place where failures end.

A request must name this server by a name it is known by (DNS rebinding), must not come from a page of another site, and its body must be
short and come soon. Leaves a line in the server's log for a fault of this program.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import socket
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from gharmitra_admin.api.replies import Refusal, Reply
from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

BODY_LIMIT_BYTES = 64 * 1024
BODY_SECONDS = 10.0
_REASON_LIMIT = 300
_LOG = logging.getLogger("gharmitra_admin.api")


@dataclass(frozen=True, slots=True)
class Guard:
    """By which names the server is known, and which pages may ask it. ``origins`` may hold ``*``.

    ``origin_pattern``: an expression that the whole of a further origin matches.
    """

    words: Words
    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    origin_pattern: str | None = None
    body_seconds: float = BODY_SECONDS

    def check(self, request: Request) -> None:
        """Raises Refusal."""
        if _is_too_long(request):
            raise self._too_large()
        if "\n" in request.scope["path"]:  # a route's pattern overlooks one at the end
            raise Refusal(Reply.refused(self.words, Refused.BAD_NAME))
        said = request.headers.get("host", "")
        if not self._is_known(_name(said)):
            raise Refusal(Reply.refused(self.words, Refused.HOST_UNKNOWN))
        origin = request.headers.get("origin")
        if origin is not None and not self._may_ask(origin, said):
            raise Refusal(Reply.refused(self.words, Refused.ORIGIN_UNKNOWN))

    def _is_known(self, name: str) -> bool:
        """A number cannot be rebound by a foreign name server, a name can."""
        if name in self.hosts:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _may_ask(self, origin: str, host: str) -> bool:
        is_like = self.origin_pattern is not None and re.fullmatch(self.origin_pattern, origin) is not None
        if "*" in self.origins or origin in self.origins or is_like:
            return True
        try:
            return urlsplit(origin).netloc.lower() == host.lower() and origin != "null"
        except ValueError:
            return False

    async def body(self, request: Request) -> bytes:
        """Read what was sent. Raises Refusal where it is too large or comes too slowly."""
        read = bytearray()
        try:
            async with asyncio.timeout(self.body_seconds):
                async for part in request.stream():
                    read += part
                    if len(read) > BODY_LIMIT_BYTES:
                        raise self._too_large()
        except TimeoutError:
            raise Refusal(Reply.refused(self.words, Refused.BODY_TOO_SLOW, headers={"Connection": "close"})) from None
        return bytes(read)

    def _too_large(self) -> Refusal:
        return Refusal(Reply.refused(self.words, Refused.BODY_TOO_LARGE, headers={"Connection": "close"}, limit=BODY_LIMIT_BYTES))

    async def asked(self, request: Request, kind: type[Any]) -> Any:
        """Read the JSON that was sent, as a record of this kind; nothing sent is a record with nothing in it. Raises Refusal."""
        body = await self.body(request)
        try:
            return msgspec.json.decode(body or b"{}", type=kind)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            reason = shown(str(error)) if isinstance(error, msgspec.MsgspecError) else "JSON"
            raise Refusal(Reply.refused(self.words, Refused.BODY_NOT_UNDERSTOOD, reason=reason[:_REASON_LIMIT])) from None


class _Whatever(Convertor[str]):
    """The rest of an address, line breaks and all: Starlette's own ``path`` ends before one, and the address would be nobody's."""

    regex = "(?s:.*)"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


def whatever(prefix: str) -> str:
    """The pattern of every address under a prefix, for the handler of those that no route has."""
    register_url_convertor("whatever", _Whatever())
    return f"{prefix}/{{rest:whatever}}"


def own_names(*more: str) -> frozenset[str]:
    """The names that this computer has for itself, and others that are allowed."""
    own = socket.gethostname().lower()
    return frozenset({"localhost", own, f"{own}.local", own.partition(".")[0], *(one.lower() for one in more)})


def _is_too_long(request: Request) -> bool:
    """Whether what is announced is too much to be read at all."""
    declared = request.headers.get("content-length", "")
    return declared.isdecimal() and (len(declared) > 18 or int(declared) > BODY_LIMIT_BYTES)


def _name(host: str) -> str:
    """The name without the port; empty for what is no name and port alone."""
    if set("@/?#") & set(host):
        return ""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def guarded(guard: Guard, *, on_fault: Callable[[BaseException], None]) -> type[APIRoute]:
    """Make the route class for one router."""

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handled(request: Request) -> Response:
                try:
                    guard.check(request)
                    return await handle(request)
                except Refusal as refusal:
                    return refusal.reply.response()
                except RequestValidationError as error:
                    named = ", ".join(_places(error.errors()))
                    return Reply.refused(guard.words, Refused.QUERY_NOT_UNDERSTOOD, name=named).response()
                except (HTTPException, ClientDisconnect, asyncio.CancelledError):
                    raise
                except Exception as fault:  # noqa: BLE001 - the last place: a fault is told in words, never by a traceback
                    _LOG.exception("a fault of this program")
                    on_fault(fault)
                    return Reply.fault(guard.words).response()

            return handled

    return GuardedRoute


def _places(found: Sequence[Any]) -> list[str]:
    return sorted({str(one["loc"][-1]) for one in found if one.get("loc")})
