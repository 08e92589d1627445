"""Who may: our own tokens, which work whatever state the books are in, and the host application's own users.

Leaves a line in the server's log for every refusal, with no token in it. A token is looked up anew for each request, so that a revoked one
ends at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from gharmitra_admin.api.gate import Gate
from gharmitra_admin.api.host_check import HostAnswer, HostCheck
from gharmitra_admin.api.replies import Refusal, Reply
from gharmitra_admin.api.throttle import Throttle
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import Role, Token
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

_WHY = {
    tokens.Refusal.UNKNOWN: Refused.TOKEN_UNKNOWN,
    tokens.Refusal.EXPIRED: Refused.TOKEN_EXPIRED,
    tokens.Refusal.REVOKED: Refused.TOKEN_REVOKED,
}
_LOG = logging.getLogger("gharmitra_admin.api")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the activity record names them. ``key``: what their credentials hash to. ``is_host``: a user of the host application."""

    who: str
    key: str
    is_host: bool


@dataclass(frozen=True, slots=True)
class HostChecks:
    """The host's own checks: who is an administrator, and who is logged in at all."""

    admin: HostCheck | None = None
    user: HostCheck | None = None


class Access:
    """The one door of all routes."""

    def __init__(
        self,
        paths: Paths,
        throttle: Throttle,
        words: Words,
        *,
        now: Callable[[], datetime],
        host: HostChecks = HostChecks(),
        gate: Gate | None = None,
    ) -> None:
        self._paths, self._throttle, self._words, self._now = paths, throttle, words, now
        self._host, self._gate = host, gate

    async def require(self, request: Request, role: Role, *, any_user: bool = False) -> Caller:
        """Tell who asks. ``any_user``: a logged-in user of the host will do. Raises Refusal."""
        address = self.refuse_when_shut(request)
        said = _bearer(request)
        check = self._host.user if any_user and self._host.user else self._host.admin
        if tokens.looks_like(said) or check is None:
            return await self._by_token(request, said, role, address)
        return await self._by_host(request, check, address)

    def refuse_when_shut(self, request: Request) -> str:
        """Tell where a request comes from. Raises Refusal where so many wrong tries from there wait that another is not looked at."""
        address = request.client.host if request.client else ""
        if self._throttle.is_shut(address):
            raise self._refused(request, Refused.TOO_MANY_TRIES, {"Retry-After": "2"}, seconds=2)
        return address

    def told_by_token(self, request: Request) -> Token | tokens.Refusal | None:
        """What the token of a request is here; None where that cannot be read. Nobody is made to wait: ``require`` does that."""
        try:
            return tokens.check(_bearer(request), tokens.read(self._paths), self._now())
        except EngineError:
            return None

    async def _by_token(self, request: Request, said: str, role: Role, address: str) -> Caller:
        if not said:
            raise self._refused(request, Refused.NO_TOKEN, {"WWW-Authenticate": "Bearer"}, role=role.value)
        try:
            found = tokens.check(said, tokens.read(self._paths), self._now())
        except EngineError as error:
            raise Refusal(Reply.worded(503, error.code.value, errors.message(self._words, error))) from error
        if not isinstance(found, Token):
            await self._made_to_wait(address)
            raise self._refused(request, _WHY[found], {"WWW-Authenticate": 'Bearer error="invalid_token"'}, role=role.value)
        if not found.role.may(role):
            raise self._refused(request, Refused.ROLE_TOO_LOW, {}, role=role.value)
        return Caller(f"token {found.id}", key_of(request), is_host=False)

    async def _by_host(self, request: Request, check: HostCheck, address: str) -> Caller:
        """Ask the host; its own database is touched, so that the gate counts for it."""
        if self._gate is None:
            answer = await check.ask(request)
        else:
            with self._gate.passed():
                answer = await check.ask(request)
        if answer.status == 200:
            return Caller(answer.who or "GharMitra", key_of(request), is_host=True)
        if answer.status == 401:
            await self._made_to_wait(address)
        raise self._refused_by_host(request, answer)

    async def _made_to_wait(self, address: str) -> None:
        try:
            await asyncio.sleep(self._throttle.wrong(address))
        finally:
            self._throttle.waited(address)

    def _refused(self, request: Request, why: Refused, headers: dict[str, str], **values: object) -> Refusal:
        _LOG.info("refused %s %s: %s", request.method, request.url.path.encode("ascii", "backslashreplace").decode(), why.value)
        return Refusal(Reply.refused(self._words, why, headers=headers, **values))

    def _refused_by_host(self, request: Request, answer: HostAnswer) -> Refusal:
        """The host's own words, as its pages know them."""
        if answer.status == 503:
            return self._refused(request, Refused.ACCESS_CHECK_FAILED, {"Retry-After": "5"})
        _LOG.info("refused by GharMitra: %s", answer.status)
        headers = {"WWW-Authenticate": answer.challenge} if answer.challenge else {}
        why = Refused.NO_TOKEN if answer.status == 401 else Refused.ROLE_TOO_LOW
        document = Reply.refused(self._words, why, role=Role.BACKUP.value).document
        return Refusal(Reply(answer.status, {**document, "detail": answer.detail or document["detail"]}, why.value, headers))


async def require_any(doors: Sequence[Access], request: Request) -> list[Access]:
    """Find the doors that the token of a request opens, whatever its role. Raises Refusal where it opens none."""
    doors[0].refuse_when_shut(request)
    told = [(door, door.told_by_token(request)) for door in doors]
    opened = [door for door, what in told if isinstance(what, Token)]
    if not opened:
        nearest = next((door for door, what in told if what is not tokens.Refusal.UNKNOWN), doors[0])
        await nearest.require(request, Role.READ)
    return opened


def _bearer(request: Request) -> str:
    kind, _, said = request.headers.get("authorization", "").partition(" ")
    return said.strip() if kind.lower() == "bearer" else ""


def key_of(request: Request) -> str:
    """What the credentials of a request hash to; nobody can tell them from it. Empty where there are none that we know of."""
    said = request.headers.get("authorization") or request.headers.get("cookie")
    return hashlib.sha256(said.encode("utf-8", "surrogateescape")).hexdigest() if said else ""
