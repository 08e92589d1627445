"""A backup taken away over HTTP: whole or in parts, byte by byte; and never the books under a backup's name."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from starlette.requests import ClientDisconnect

from gharmitra_admin.api import downloads
from gharmitra_admin.api.downloads import Part, part_of
from gharmitra_admin.engine.parts.tokens import Role
from tests.builders import society as societies
from tests.builders.mounted import PREFIX, Asked, write_token
from tests.builders.society import Society

needs_links = pytest.mark.skipif(os.name == "nt", reason="links need rights of their own on Windows")


class Shelf:
    """A society with one backup, and the routes with a token that may take it away."""

    def __init__(self, society: Society) -> None:
        self.society, self.record = society, society.back_up().record
        self.token = write_token(society, Role.BACKUP)[0]
        self.asked = Asked(society)
        self.bytes = self.record.path.read_bytes()

    def take(self, name: str | None = None, **headers: str) -> httpx.Response:
        return self.asked.get(f"/backups/{name or self.record.filename}", token=self.token, headers=headers)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    made = Shelf(societies.make(tmp_path_factory.mktemp("shelf") / "society"))
    with made.asked:
        yield made


@pytest.fixture
def own(society: Society) -> Iterator[Shelf]:
    made = Shelf(society)
    with made.asked:
        yield made


SIZE = 1000


@pytest.mark.parametrize(
    ("said", "part"),
    [
        (None, None),
        ("", None),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=10-19", Part(10, 20)),
        ("bytes=10-", Part(10, SIZE)),
        ("bytes=-10", Part(SIZE - 10, SIZE)),
        ("bytes=-5000", Part(0, SIZE)),
        ("bytes=990-5000", Part(990, SIZE)),
        (" bytes=1-2 ", Part(1, 3)),
        ("bytes=0-1,5-6", None),
        ("bytes=9-3", None),
        ("bytes=-", None),
        ("bytes", None),
        ("lines=1-2", None),
        ("bytes=1-x", None),
        ("bytes=-1-2", None),
        ("bytes=" + "9" * 30 + "-", None),
    ],
)
def test_the_part_that_a_header_asks_for(said: str | None, part: Part | None) -> None:
    assert part_of(said, SIZE) == part


@pytest.mark.parametrize(("said", "size"), [("bytes=1000-", SIZE), ("bytes=5000-6000", SIZE), ("bytes=-0", SIZE), ("bytes=0-0", 0)])
def test_a_part_that_is_not_there(said: str, size: int) -> None:
    with pytest.raises(ValueError, match="bytes="):
        part_of(said, size)


def test_the_whole_file_is_the_backup(shelf: Shelf) -> None:
    answer = shelf.take()
    assert (answer.status_code, answer.content == shelf.bytes) == (200, True)
    told = hashlib.sha256(shelf.bytes).hexdigest()
    assert (answer.headers["x-backup-sha256"], answer.headers["etag"]) == (told, f'"{told}"')
    assert answer.headers["content-length"] == str(len(shelf.bytes))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{shelf.record.filename}"


def test_parts_put_together_are_the_backup(shelf: Shelf) -> None:
    size, got = len(shelf.bytes), b""
    for said in ("bytes=0-9999", "bytes=10000-19999", "bytes=20000-"):
        answer = shelf.take(Range=said)
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {len(got)}-{len(got) + len(answer.content) - 1}/{size}"
        got += answer.content
    assert got == shelf.bytes
    assert shelf.take(Range="bytes=-16").content == shelf.bytes[-16:]


def test_what_is_no_single_part_gives_the_whole(shelf: Shelf) -> None:
    for said in ("bytes=0-1,5-6", "bytes=9-3", "pages=1"):
        answer = shelf.take(Range=said)
        assert (answer.status_code, answer.content == shelf.bytes, "content-range" in answer.headers) == (200, True, False)


def test_a_part_beyond_the_end_tells_the_size(shelf: Shelf) -> None:
    answer = shelf.take(Range=f"bytes={len(shelf.bytes)}-")
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{len(shelf.bytes)}")
    assert answer.json()["error"]["code"] == "range_not_there"


def test_a_part_of_another_file_than_the_client_has_begun_gives_the_whole(shelf: Shelf) -> None:
    same = shelf.take(Range="bytes=5-9", **{"If-Range": f'"{shelf.record.sha256}"'})
    assert (same.status_code, same.content) == (206, shelf.bytes[5:10])
    for other in ('"' + "0" * 64 + '"', f'W/"{shelf.record.sha256}"', "Wed, 21 Oct 2026 07:28:00 GMT"):
        answer = shelf.take(Range="bytes=5-9", **{"If-Range": other})
        assert (answer.status_code, answer.content == shelf.bytes) == (200, True)


def test_a_name_that_is_not_on_the_list_is_not_there(shelf: Shelf) -> None:
    for name in ("gharmitra_backup_20200101_000000.db", "tokens.json", "catalogue.json", "gharmitra.db"):
        assert shelf.take(name).status_code == 404


def test_a_damaged_backup_is_not_handed_out(own: Shelf) -> None:
    own.record.path.write_bytes(own.bytes[:4096] + bytes(len(own.bytes) - 4096))
    own.asked.post("/verify", token=own.token)
    answer = own.take()
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "backup_not_whole")


@needs_links
@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("of", ["the books", "another file"])
def test_a_link_under_a_backups_name_is_never_opened(own: Shelf, tmp_path: Path, link: Any, of: str) -> None:
    """It takes the backup's place after the list was made, with a size that fits: only the moment of opening can tell."""
    assert own.take().status_code == 200
    target = own.society.paths.books if of == "the books" else tmp_path / "secret"
    if of == "another file":
        target.write_bytes(bytes(len(own.bytes)))
    size = target.stat().st_size
    own.record.path.unlink()
    link(target, own.record.path)
    opened = downloads._open(own.society.paths, own.record.filename, size)
    if of == "another file" and link is os.link:
        # A plain file is all it is: who can put it there can put its bytes there, too.
        assert opened is not None
        os.close(opened)
        return
    assert opened is None
    assert own.take().status_code in {404, 422}


@needs_links
def test_books_that_are_gone_make_every_hard_link_suspect(own: Shelf) -> None:
    """With the books' own name gone, a backup's name may be all that is left of the file that others still work in."""
    own.record.path.unlink()
    os.link(own.society.paths.books, own.record.path)
    own.society.paths.books.unlink()
    os.link(own.record.path, own.society.paths.home / "somewhere")
    assert downloads._open(own.society.paths, own.record.filename, own.record.path.stat().st_size) is None


@needs_links
def test_a_pipe_under_a_backups_name_holds_nobody_up(own: Shelf) -> None:
    own.record.path.unlink()
    os.mkfifo(own.record.path)
    assert downloads._open(own.society.paths, own.record.filename, 0) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody cut a file that is open")
def test_a_file_that_is_cut_meanwhile_never_looks_whole(own: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "PIECE_BYTES", 4096)
    read = downloads._read

    def cut_after_first(opened: int, at: int, length: int) -> bytes:
        if at:
            os.truncate(own.record.path, 4096)
        return read(opened, at, length)

    monkeypatch.setattr(downloads, "_read", cut_after_first)
    answer = own.take()
    assert len(answer.content) < int(answer.headers["content-length"]) == len(own.bytes)


@pytest.mark.parametrize("when", ["before the first byte", "after the first piece"])
def test_a_client_that_goes_away_leaves_nothing_open(own: Shelf, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    monkeypatch.setattr(downloads, "PIECE_BYTES", 4096)
    headers = [(b"host", b"127.0.0.1"), (b"authorization", f"Bearer {own.token}".encode())]
    path = f"{PREFIX}/backups/{own.record.filename}"
    asgi, ends = {"version": "3.0", "spec_version": "2.4"}, {"client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}
    asked = {"method": "GET", "scheme": "http", "http_version": "1.1", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope = {"type": "http", "asgi": asgi, "root_path": "", "headers": headers, **ends, **asked}
    sent: list[str] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])
        if when == "before the first byte" or len(sent) > 1:
            raise OSError("the client has gone")

    async def go() -> None:
        with contextlib.suppress(ClientDisconnect, OSError):
            await own.asked.app(scope, receive, send)  # type: ignore[arg-type]

    own.asked.run(go())
    assert sent
    assert str(own.record.path) not in {one.path for one in psutil.Process().open_files()}


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=100-199"}, {"Range": "bytes=999999999-"}], ids=["whole", "part", "no such part"])
def test_head_is_answered_as_get_without_the_bytes(shelf: Shelf, headers: dict[str, str]) -> None:
    path = f"/backups/{shelf.record.filename}"
    asked, head = (shelf.asked.ask(method, path, token=shelf.token, headers=headers) for method in ("GET", "HEAD"))
    assert (head.status_code, head.headers) == (asked.status_code, asked.headers)
    assert head.content == b"" or head.status_code == 416  # a server sends no body of a refusal either


def test_head_of_the_list_tells_its_length_and_needs_a_token(shelf: Shelf) -> None:
    asked, head = (shelf.asked.ask(method, "/backups", token=shelf.token) for method in ("GET", "HEAD"))
    assert (head.status_code, head.headers, head.content) == (200, asked.headers, b"")
    assert shelf.asked.ask("HEAD", "/backups").status_code == 401
    assert shelf.asked.ask("HEAD", f"/backups/{shelf.record.filename}").status_code == 401
    assert shelf.asked.ask("HEAD", f"/backups/{shelf.record.filename}", token=write_token(shelf.society, Role.READ)[0]).status_code == 403
    assert shelf.asked.ask("HEAD", "/restore", token=shelf.token).status_code == 405
