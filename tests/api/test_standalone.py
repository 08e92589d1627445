"""The application of the server that stands alone, asked in the test's own process."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

pytest.importorskip("fastapi")

import httpx

from gharmitra_admin.api.society import Place
from gharmitra_admin.api.standalone import Standalone, prefixes
from gharmitra_admin.wording.language import Words, pseudo
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


async def _asked(standalone: Standalone, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(standalone.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        return await client.get(path)


def test_a_fault_of_this_program_is_told_in_the_shape_of_all_failures(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    standalone = Standalone([("x", Place.of_books(society.paths.books))], Words(), hosts=(), origins=())
    broken: Any = standalone
    broken.societies = None
    answer = asyncio.run(_asked(standalone, "/api/societies"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "bug")
    assert "TypeError" in caplog.text
    caplog.clear()


def test_the_docs_speak_the_language_that_was_chosen(society: Society) -> None:
    standalone = Standalone([("x", Place.of_books(society.paths.books))], pseudo(), hosts=(), origins=())
    answer = asyncio.run(_asked(standalone, "/docs"))
    assert "·" in answer.text
