"""What a request is answered with: a command's own answer, or a failure in the shape of all failures. Leaves nothing on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from gharmitra_admin.api.engine_process import Ended, is_killed
from gharmitra_admin.wording import http
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

# The exit codes of the terminal; 0 and 3 are answers.
STATUS_OF_EXIT = {2: 422, 10: 404, 11: 409, 12: 422, 13: 507, 14: 400, 15: 500, 16: 502, 130: 409}
STATUS = {
    Refused.NO_TOKEN: 401,
    Refused.TOKEN_UNKNOWN: 401,
    Refused.TOKEN_EXPIRED: 401,
    Refused.TOKEN_REVOKED: 401,
    Refused.ROLE_TOO_LOW: 403,
    Refused.TOO_MANY_TRIES: 429,
    Refused.HOST_UNKNOWN: 400,
    Refused.ORIGIN_UNKNOWN: 403,
    Refused.BODY_TOO_LARGE: 413,
    Refused.BODY_TOO_SLOW: 408,
    Refused.REQUEST_NOT_UNDERSTOOD: 400,
    Refused.TOO_MANY_CONNECTIONS: 503,
    Refused.BODY_NOT_UNDERSTOOD: 422,
    Refused.QUERY_NOT_UNDERSTOOD: 422,
    Refused.BAD_NAME: 400,
    Refused.NO_NAME: 400,
    Refused.TWO_NAMES: 422,
    Refused.NOT_CONFIRMED: 400,
    Refused.NO_SUCH_ROUTE: 404,
    Refused.SEVERAL_SOCIETIES: 404,
    Refused.NO_SUCH_METHOD: 405,
    Refused.NO_SUCH_JOB: 404,
    Refused.BACKUP_NOT_WHOLE: 422,
    Refused.RANGE: 416,
    Refused.RESTORING: 503,
    Refused.STOPPING: 503,
    Refused.ACCESS_CHECK_FAILED: 503,
    Refused.NOT_AT_REST: 409,
    Refused.RESTORE_RUNS: 409,
    Refused.ENGINE_DIED: 500,
    Refused.ENGINE_NOT_STARTED: 500,
    Refused.FAULT: 500,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: its status, its document, and for failures their code."""

    status: int
    document: Any
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Words, ended: Ended) -> Reply:
        """A command's own answer; one that ended without a whole answer is never a success."""
        if ended.code in {0, 3} and ended.document is not None:
            return cls(200, ended.document)
        said = ended.document.get("error") if isinstance(ended.document, dict) else None
        if is_killed(ended) or ended.code in {0, 3} or ended.code not in STATUS_OF_EXIT:
            return cls.refused(words, Refused.ENGINE_DIED) if not said else cls._failure(500, said)
        if said is None:  # verify found damage: that is its answer
            return cls(200, ended.document) if ended.document is not None else cls.refused(words, Refused.ENGINE_DIED)
        return cls._failure(STATUS_OF_EXIT[ended.code], said)

    @classmethod
    def _failure(cls, status: int, said: Mapping[str, Any]) -> Reply:
        code = str(said.get("code", "bug"))
        return cls(status, failure(code, str(said.get("message", "")), str(said.get("hint", ""))), code)

    @classmethod
    def refused(cls, words: Words, why: Refused, *, headers: Mapping[str, str] | None = None, **values: object) -> Reply:
        """What the server itself refuses."""
        said = http.refused(words, why, **values)
        return cls(STATUS[why], failure(why.value, said.message, said.hint), why.value, headers or {})

    @classmethod
    def worded(cls, status: int, code: str, said: Message) -> Reply:
        return cls(status, failure(code, said.message, said.hint), code)

    @classmethod
    def fault(cls, words: Words) -> Reply:
        """A fault of this program."""
        return cls.refused(words, Refused.FAULT)

    @classmethod
    def not_started(cls, words: Words, error: OSError) -> Reply:
        """The engine could not even be started."""
        return cls.refused(words, Refused.ENGINE_NOT_STARTED, reason=error.strerror or "")

    def response(self) -> Response:
        body = json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
        return Response(body, self.status, {**self.headers, "Cache-Control": "no-store"}, "application/json")


def failure(code: str, message: str, hint: str) -> dict[str, Any]:
    """The shape of every failure: ``detail`` is what GharMitra's own pages show."""
    return {"detail": message, "error": {"code": code, "hint": hint}}


class Refusal(Exception):
    """A reply that ends a request early."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.code)
        self.reply = reply
