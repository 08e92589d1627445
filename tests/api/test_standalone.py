"""The application of the server that stands alone, asked in the test's own process."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi")

import httpx

from gharmitra_admin.api.routes import ROUTES
from gharmitra_admin.api.society import Place
from gharmitra_admin.api.standalone import Standalone, prefixes
from gharmitra_admin.engine.parts.tokens import Role
from gharmitra_admin.wording.language import Words, pseudo
from tests.builders import society as societies
from tests.builders.mounted import write_token
from tests.builders.society import Society


def test_one_society_has_the_short_address_whatever_its_name() -> None:
    assert prefixes(["शांति"]) == ["/api/database"]


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (["Green Park CHS", "Shanti/Niketan & Co."], ["green-park-chs", "shanti-niketan-co"]),
        (["Zürich", "../../etc"], ["zurich", "etc"]),
        (["A b", "a-B", "c"], ["a-b-*", "a-b-*", "c"]),
        (["शांति", "///", "x"], ["society-*", "society-*", "x"]),
    ],
)
def test_names_become_addresses_that_tell_them_apart(names: list[str], slugs: list[str]) -> None:
    """``*``: what the name alone makes, so that an address stays the same whatever else is served."""
    made = prefixes(names)
    assert len(set(made)) == len(names)
    plain = [re.fullmatch(r"/api/societies/([a-z0-9-]+)/database", one) for one in made]
    assert [re.sub("-[0-9a-f]{8}$", "-*", one[1]) for one in plain if one] == slugs
    assert prefixes(names[::-1]) == made[::-1]


async def _asked(standalone: Standalone, path: str, token: str = "", method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(standalone.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.request(method, path, headers={"Authorization": f"Bearer {token}"} if token else {})


def test_a_fault_of_this_program_is_told_in_the_shape_of_all_failures(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    standalone = Standalone([("x", Place.of_books(society.paths.books))], Words(), hosts=(), origins=())
    broken: Any = standalone
    broken.societies = None
    answer = asyncio.run(_asked(standalone, "/api/societies"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "bug")
    assert "TypeError" in caplog.text
    caplog.clear()


NAMES = ("Green Park CHS", "Shanti Niketan")


@pytest.fixture
def several(society: Society, tmp_path: Path) -> Standalone:
    others = [society, societies.make(tmp_path / "other")]
    places = [(name, Place.of_books(one.paths.books)) for name, one in zip(NAMES, others, strict=True)]
    return Standalone(places, Words(), hosts=(), origins=())


@pytest.mark.parametrize(
    "path", ["/docs", "/openapi.json", "/api/societies", "/api/database/backups", "/api/societies/x/database/backups", "/"]
)
def test_nobody_without_a_token_is_told_the_name_of_a_society(several: Standalone, path: str) -> None:
    for token in ("", "gma_wrong"):
        answer = asyncio.run(_asked(several, path, token))
        assert answer.status_code == (200 if path in {"/docs", "/openapi.json"} else 401)
        said = f"{answer.text} {answer.headers}".lower()
        assert [word for name in NAMES for word in name.lower().split() if word in said] == []


def test_the_document_of_several_describes_each_route_once(several: Standalone) -> None:
    paths = asyncio.run(_asked(several, "/openapi.json")).json()["paths"]
    assert set(paths) == {"/api/societies", *(f"/api/societies/{{society}}/database{path.replace(':path', '')}" for _, path, *_ in ROUTES)}
    told = paths["/api/societies/{society}/database/backups"]["get"]
    assert [(one["name"], one["in"]) for one in told["parameters"]] == [("society", "path")]
    assert "any role" in paths["/api/societies"]["get"]["description"]


def test_the_page_says_which_role_each_route_needs(society: Society) -> None:
    standalone = Standalone([("x", Place.of_books(society.paths.books))], Words(), hosts=(), origins=())
    page = asyncio.run(_asked(standalone, "/docs")).text
    found = re.findall(r"<h2><code>(\w+) ([^<]+)</code></h2><p>[^<]*role", page)
    assert len(found) == len(ROUTES) + 1


def test_the_address_of_one_society_where_there_are_several_says_where_to_look(several: Standalone, society: Society) -> None:
    token, _ = write_token(society, Role.READ)
    answer = asyncio.run(_asked(several, "/api/database/backups", token))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "several_societies")
    assert "/api/societies" in answer.json()["error"]["hint"]
    assert asyncio.run(_asked(several, "/api/societies", token)).json() == [
        {"name": NAMES[0], "prefix": "/api/societies/green-park-chs/database"}
    ]


def test_the_docs_speak_the_language_that_was_chosen(society: Society) -> None:
    standalone = Standalone([("x", Place.of_books(society.paths.books))], pseudo(), hosts=(), origins=())
    answer = asyncio.run(_asked(standalone, "/docs"))
    assert "·" in answer.text
