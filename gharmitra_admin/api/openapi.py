"""What the OpenAPI page says of our routes, made of the very records that are answered. Leaves nothing on disk."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import msgspec

from gharmitra_admin.answers.http import Accepted, HttpFailure, JobTold

_MEANINGS = {
    400: "Refused",
    401: "No token, or one that does not count",
    403: "Not allowed",
    404: "Not found",
    405: "Not possible at this address",
    408: "What was sent came too slowly",
    409: "Busy, in use, or cancelled",
    413: "What was sent is too large",
    416: "The file has no such part",
    422: "Not understood, or damaged",
    429: "Too many wrong tries",
    500: "Not done; what happened is said",
    502: "A place cannot be reached",
    503: "Not now; try again",
    507: "No space",
}
_ALWAYS = (400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 507)
_WITH_BODY = (408, 413)
_MEDIA = {"download": "application/vnd.sqlite3", "job_events": "text/event-stream"}
_BACKGROUND = frozenset({"backup", "verify", "restore", "undo"})
_REF = "#/definitions/{name}"


def schema(kind: Any) -> dict[str, Any]:
    """The JSON schema of a record, complete in itself."""
    (found,), named = msgspec.json.schema_components((kind,), ref_template=_REF)
    whole: dict[str, Any] = _inlined(found, named)
    return whole


def _inlined(part: Any, named: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(one, named) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(named[str(part["$ref"]).rpartition("/")[2]], named)
    return {name: _inlined(value, named) for name, value in part.items() if name != "default" or not isinstance(value, dict)}


def of_route(name: str, answer: Any, body: Any) -> dict[int | str, dict[str, Any]]:
    """All answers of a route: what it answers where all went well, and every failure."""
    failure = {"application/json": {"schema": schema(HttpFailure)}}
    codes = sorted({*_ALWAYS, *(() if body is None else _WITH_BODY), *((416,) if name == "download" else ())})
    told: dict[int | str, dict[str, Any]] = {code: {"description": _MEANINGS[code], "content": failure} for code in codes}
    media = _MEDIA.get(name, "application/json")
    whole = _event() if name == "job_events" else {"type": "string"} if answer is None else schema(answer)
    told[200] = {"description": "Done", "content": {media: {"schema": whole}}}
    if name == "download":
        told[206] = {"description": "A part of it", "content": {media: {"schema": {"type": "string", "format": "binary"}}}}
    if name in _BACKGROUND:
        told[202] = {"description": "Begun; the job tells the rest", "content": {"application/json": {"schema": schema(Accepted)}}}
    return told


def _event() -> dict[str, Any]:
    """One event of a stream: its data is a job, as JSON."""
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema(JobTold)}
    return {"type": "object", "properties": {"event": {"enum": ["progress", "end"]}, "data": data}}


def described(handler: Callable[..., object], role: str) -> str:
    """What a route does, and which role it needs."""
    return f"{inspect.getdoc(handler) or ''}\n\n{role}"


def add_parameter(document: dict[str, Any], name: str, meaning: str) -> None:
    """Describe a part of the address to every route whose address has it."""
    told = {"name": name, "in": "path", "required": True, "description": meaning, "schema": {"type": "string"}}
    for path, operations in document["paths"].items():
        for operation in operations.values() if f"{{{name}}}" in path else ():
            operation["parameters"] = [told, *operation.get("parameters", ())]


def sent(kind: Any) -> dict[str, Any]:
    """The body that a route reads."""
    return {"requestBody": {"required": False, "content": {"application/json": {"schema": schema(kind)}}}}
