"""Uploaded documents the way GharMitra keeps them, and a look at what lies there."""

from __future__ import annotations

import os
from pathlib import Path

from gharmitra_admin.engine import Paths

LONG_AGO_NS = 1_700_000_000_000_000_000


def upload(paths: Paths, name: str, data: bytes, *, at_ns: int | None = None) -> Path:
    """Put a document there, or another one in its place."""
    path = paths.uploads / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if at_ns is not None:
        os.utime(path, ns=(at_ns, at_ns))
    return path


def upload_many(paths: Paths, count: int) -> dict[str, bytes]:
    """So many vouchers' bills, each unlike the others."""
    for number in range(count):
        upload(paths, f"vouchers/{number:04d}.pdf", b"%PDF-1.4 bill " + str(number).encode() * 50, at_ns=LONG_AGO_NS + number)
    return lying(paths)


def lying(paths: Paths) -> dict[str, bytes]:
    """Every regular file in ``uploads/`` by its path inside."""
    found = [path for path in paths.uploads.rglob("*") if path.is_file() and not path.is_symlink()]
    return {path.relative_to(paths.uploads).as_posix(): path.read_bytes() for path in found}


def stored(paths: Paths) -> set[str]:
    """The hashes of all bytes in the store."""
    return {path.name for path in paths.documents.glob("??/*")}
