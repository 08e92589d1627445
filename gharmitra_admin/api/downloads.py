"""A whole backup handed out, or a part of it. Opens nothing but a listed, regular file that is not the books under another name."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gharmitra_admin.api.replies import Refusal, Reply
from gharmitra_admin.engine.base.names import from_shown
from gharmitra_admin.engine.base.paths import Paths
from gharmitra_admin.wording.http import Refused
from gharmitra_admin.wording.language import Words

PIECE_BYTES = 256 * 1024
_WHOLE = frozenset({"checked", "proven"})
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file, from ``first`` up to and without ``end``."""

    first: int
    end: int


def part_of(said: str | None, size: int) -> Part | None:
    """The part a Range header asks for (RFC 9110, one range of bytes); None for the whole file, also where the header is of another kind.

    Raises ValueError where the file has no such part.
    """
    found = _RANGE.fullmatch(said.strip()) if said else None
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        first, end = max(0, size - int(found[2])), size
    else:
        first, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
        if found[2] and int(found[2]) < int(found[1]):
            return None
    if first >= end:
        raise ValueError(said)
    return Part(first, end)


async def download(request: Request, paths: Paths, record: Mapping[str, Any], words: Words) -> Response:
    """Hand out a backup of the list. Raises Refusal where it is not known to be whole, is gone, or has no such part."""
    if record["status"] not in _WHOLE:
        raise Refusal(Reply.refused(words, Refused.BACKUP_NOT_WHOLE))
    opened = await run_in_threadpool(_open, paths, from_shown(record["filename"]), int(record["size_bytes"]))
    if opened is None:
        raise Refusal(Reply.refused(words, Refused.BACKUP_NOT_WHOLE))
    size, tag = int(record["size_bytes"]), f'"{record["sha256"]}"'
    try:
        asked = request.headers.get("range") if request.headers.get("if-range", tag) == tag else None
        part = part_of(asked, size)
    except ValueError:
        os.close(opened)
        headers = {"Content-Range": f"bytes */{size}"}
        raise Refusal(Reply.refused(words, Refused.RANGE, headers=headers, size=size)) from None
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "X-Backup-SHA256": str(record["sha256"]),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(record['filename'])}",
        "Cache-Control": "no-store",
    }
    if part is not None:
        headers["Content-Range"] = f"bytes {part.first}-{part.end - 1}/{size}"
    wanted = part or Part(0, size)
    headers["Content-Length"] = str(wanted.end - wanted.first)
    if request.method == "HEAD":
        os.close(opened)
        return Response(None, 206 if part else 200, headers, "application/vnd.sqlite3")
    return _File(opened, wanted, 206 if part else 200, headers)


class _File(StreamingResponse):
    """Sends a part of an open file and closes it, also where the client has gone before the first byte."""

    def __init__(self, opened: int, part: Part, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(_pieces(opened, part), status, headers, "application/vnd.sqlite3")
        self._opened = opened

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(self._opened)


async def _pieces(opened: int, part: Part) -> AsyncIterator[bytes]:
    at = part.first
    while at < part.end:
        piece = await run_in_threadpool(_read, opened, at, min(PIECE_BYTES, part.end - at))
        if not piece:
            return  # cut short meanwhile: the length that was promised is not reached, so that the client sees it
        at += len(piece)
        yield piece


def _read(opened: int, at: int, length: int) -> bytes:
    os.lseek(opened, at, os.SEEK_SET)
    return os.read(opened, length)


def _open(paths: Paths, name: str, size: int) -> int | None:
    """Open the file of this name, whichever folder of backups it lies in; None where there is none of that size that may be opened."""
    for folder in paths.folders_of_backups:
        path = folder / name
        if path.parent == folder and (opened := _open_regular(paths, path, size)) is not None:
            return opened
    return None


def _open_regular(paths: Paths, path: Path, size: int) -> int | None:
    """Opening and closing the books by another name would drop SQLite's locks in a process that uses them: look first, then open."""
    books = paths.books_identity()
    try:
        found = os.lstat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size != size or (books is None and found.st_nlink > 1):
            return None
        if books is not None and (found.st_dev, found.st_ino) == (books.dev, books.ino):
            return None
        opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError:
        return None
    now = os.fstat(opened)
    if (now.st_dev, now.st_ino) != (found.st_dev, found.st_ino):
        os.close(opened)
        return None
    return opened
