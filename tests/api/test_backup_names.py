"""What may be the name of a backup: whatever the list can show, and nothing that leads out of a folder."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gharmitra_admin.api.backup_names import is_name
from gharmitra_admin.engine.base.names import from_shown, shown

HOSTILE = "./\\:%\x00\n~ \u2044\u2215\uff0f\uff3c\u2025\u2026\u202e\u200b\udc80"
ANY = st.text(st.one_of(st.sampled_from(HOSTILE + "2f5cexu0acCdb1"), st.characters(codec=None)), max_size=40)
# The bytes of a name on disk, valid UTF-8 or not.
ON_DISK = st.one_of(st.binary(max_size=255), st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))

_LIKE_SEPARATORS, _LIKE_DOTS = (
    "\u2044\u2215\u29f8\uff0f\u2571\u29f5\ufe68\uff3c\u2216\u29f9\u2100\u2101\u2105\u2106",
    "\u2024-\u2026\ufe52\uff0e\u3002",
)
_MISLEADING, _ENCODED = re.compile(f"[{_LIKE_SEPARATORS}{_LIKE_DOTS}]"), re.compile(r"%(?:25)*(?:2[ef]|5c|00)", re.IGNORECASE)


@given(ANY)
@example("1:x.db")
@example("é:x.db")
@example("\\x2f")
@example("\\u002f")
@example("a\\\\b")
def test_a_name_joined_to_a_folder_lies_directly_in_it(text: str) -> None:
    if is_name(text, on_windows=False):
        real = from_shown(text)
        joined = PurePosixPath("/society/backups") / real
        assert (joined.parent, joined.name) == (PurePosixPath("/society/backups"), real)
        assert posixpath.normpath(f"/society/backups/{real}") == f"/society/backups/{real}"
        assert "\0" not in real
        os.fsencode(real)
    if is_name(text, on_windows=True):
        real = from_shown(text)
        folder = PureWindowsPath("C:\\society\\backups")
        assert ((folder / real).parent, (folder / real).name) == (folder, real)


@given(ON_DISK)
@example(b"caf\xe9.db")
@example(b"line\nbreak.db")
@example("रोज़ गार्डन.db".encode())
@example(b"back\\slash.db")
@example(b"-rf.db")
@example(b"\\x2f.db")
def test_every_name_that_the_list_shows_is_taken_back(raw: bytes) -> None:
    raw = raw.replace(b"\0", b"").replace(b"/", b"")[:255]
    real = raw.decode("utf-8", "surrogateescape")
    if not real.strip(". ") or real[1:2] == ":" or _misleads(real):
        return
    assert is_name(shown(real), on_windows=False)
    assert from_shown(shown(real)) == real


def _misleads(real: str) -> bool:
    """Names that are refused though a disk may hold them: a sign in them passes for a separator or a way up."""
    return _MISLEADING.search(real) is not None or _ENCODED.search(real) is not None


@pytest.mark.parametrize(
    "name", ["gharmitra_backup_20261123_180000.db", "a", ".hidden.db", "x y.db", "caf\\xe9.db", "100%.db", "a%20b.db", "~x.db"]
)
def test_plain_names_are_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "..", "...", " ", ". .", "/", "\\", "../x.db", "..\\x.db", "a/b", "a\\b", "/etc/passwd"),
        *("\\\\server\\share", "C:\\x.db", "C:x.db", "x.db\x00", "\x00", "x\ny", "x\x7f", "\\x00", "\\x2f", "\\u002f"),
        *("\\U0000002f", "\\x5c", "\\x41", "\u202ebd.x", "\ufeffx.db", "x\u200b.db", "..\u2215x", "..\u2044x", "..\uff0fx"),
        *("\uff0e\uff0e", "\u2025", "..\uff3cx", "\u2100x", "..%2fx", "..%2Fx", "..%5Cx", "..%252Fx", "%2e%2e", "x%00.db"),
        *("x" * 256, "é" * 128, "\\xff" * 256, "\ud800", "\\ud800", "\\udc80", "\\U00110000"),
    ],
)
def test_these_are_no_names(text: str) -> None:
    assert not is_name(text, on_windows=False)
    assert not is_name(text, on_windows=True)
