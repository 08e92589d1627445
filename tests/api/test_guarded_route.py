"""Which names a server is known by, and which pages may ask it."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from gharmitra_admin.api.guarded_route import Guard, own_names
from gharmitra_admin.api.replies import Refusal
from gharmitra_admin.wording.language import Words


def _asked(**headers: str) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": raw})


def _refused(guard: Guard, **headers: str) -> str | None:
    try:
        guard.check(_asked(**headers))
    except Refusal as refusal:
        return refusal.reply.code
    return None


@pytest.mark.parametrize(
    ("origin", "why"),
    [
        ("https://flat-12.society.example", None),
        ("https://books.example:8001", None),
        ("https://society.example.evil.test", "origin_unknown"),
        ("https://xsociety.example", "origin_unknown"),
        ("null", "origin_unknown"),
        ("https://[", "origin_unknown"),
    ],
)
def test_pages_may_ask_by_the_whole_of_an_expression_and_by_this_very_name(origin: str, why: str | None) -> None:
    guard = Guard(Words(), own_names("books.example"), origin_pattern=r"https://[\w-]+\.society\.example")
    assert _refused(guard, host="books.example:8001", origin=origin) == why


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("127.0.0.1:8001", None),
        ("[::1]:8001", None),
        ("localhost", None),
        ("LOCALHOST.", None),
        ("evil.test", "host_unknown"),
        ("", "host_unknown"),
    ],
)
def test_a_name_that_a_foreign_name_server_could_give_is_not_known(host: str, why: str | None) -> None:
    assert _refused(Guard(Words(), own_names()), host=host) == why
