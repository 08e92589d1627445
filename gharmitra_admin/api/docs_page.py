"""The page /docs: what can be asked, made of the OpenAPI document. It loads nothing, least of all from another site, and runs no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from starlette.responses import Response

from gharmitra_admin.wording import http
from gharmitra_admin.wording.language import Words

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color-scheme:light dark}"
    "code{font:0.95em monospace;overflow-wrap:anywhere}h2{font-size:1.1em;margin:2em 0 0}td{padding:0 1em 0 0;vertical-align:top}"
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def html(words: Words, document: Mapping[str, Any]) -> str:
    """The page for an OpenAPI document."""
    said = http.docs_words(words)
    body = "".join(_routes(said, document))
    title = escape(document["info"]["title"])
    return (
        f'<!doctype html><html lang="{escape(words.locale.replace("_", "-"))}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style></head>'
        f'<body><h1>{title}</h1><p>{escape(said.every)}</p><p><a href="/openapi.json">{escape(said.machine)}</a></p>{body}</body></html>'
    )


def response(page: str) -> Response:
    """The page, which may load nothing and be put into no other."""
    return Response(page, 200, _HEADERS, "text/html")


def _routes(said: http.DocsWords, document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{escape(operation.get('description', ''))}</p>"
            yield _table(said.sends, _sent(operation))
            yield _table(said.answers, [(code, one["description"]) for code, one in operation["responses"].items()])


def _sent(operation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is sent in the address, then what is sent as JSON."""
    told = [(one["name"], one.get("description", "")) for one in operation.get("parameters", ())]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        schema = content["schema"]
        fields = ", ".join(schema.get("properties", {}))
        told.append((f"JSON {{{fields}}}", schema.get("description", "")))
    return told


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(f"<tr><td><code>{escape(name)}</code></td><td>{escape(what)}</td></tr>" for name, what in rows)
    return f"<details><summary>{escape(title)}</summary><table>{lines}</table></details>"
