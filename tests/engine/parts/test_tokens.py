"""Tokens: what opens something, what does not, and what a damaged list means."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gharmitra_admin.engine import BadInput, Code, Damaged, NoAccess, NotFound, Paths
from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import PREFIX, Refusal, Role, Token

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
steady = settings(derandomize=True, deadline=None, database=None, max_examples=150)


def made(role: Role = Role.BACKUP, *, known: tuple[Token, ...] = (), now: datetime = NOW, days: int = 30) -> tuple[str, Token]:
    return tokens.new(role, days, "", known, now)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    (tmp_path / "backups").mkdir()
    return Paths.of(tmp_path / "gharmitra.db")


@pytest.mark.parametrize(("role", "allowed"), [(Role.READ, "r"), (Role.BACKUP, "rb"), (Role.RESTORE, "rbR")])
def test_a_role_may_what_the_lower_ones_may_and_no_more(role: Role, allowed: str) -> None:
    assert "".join(letter for letter, needed in zip("rbR", Role, strict=True) if role.may(needed)) == allowed


def test_a_new_token_is_a_long_secret_of_which_only_the_hash_is_kept() -> None:
    text, token = made()
    assert tokens.looks_like(text)
    assert text.startswith(f"{PREFIX}{token.id}_")
    secret = text.removeprefix(f"{PREFIX}{token.id}_")
    assert len(secret) * 6 >= 256
    assert token.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert secret not in repr(token)
    assert (token.created_at, token.expires_at, token.revoked_at) == (NOW, NOW + timedelta(days=30), None)


def test_no_two_tokens_are_the_same() -> None:
    known: tuple[Token, ...] = ()
    for _ in range(100):
        known = (*known, made(known=known)[1])
    assert len({token.id for token in known}) == len({token.sha256 for token in known}) == 100


@pytest.mark.parametrize("days", [-1, 0, 3651, 10**12])
def test_days_out_of_bounds_are_refused(days: int) -> None:
    with pytest.raises(BadInput) as told:
        made(days=days)
    assert told.value.code is Code.BAD_VALIDITY


def test_each_token_opens_as_itself_among_others() -> None:
    several = [made(role) for role in Role for _ in range(3)]
    known = [token for _, token in several]
    assert [tokens.check(text, known, NOW) for text, _ in several] == known


@given(st.text(max_size=80))
@steady
def test_no_other_text_opens_anything(presented: str) -> None:
    _, token = made()
    assert tokens.check(presented, [token], NOW) is Refusal.UNKNOWN
    assert not tokens.looks_like(presented)


@given(st.data())
@steady
def test_one_letter_changed_opens_nothing(data: st.DataObject) -> None:
    text, token = made()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters().filter(lambda one: one != text[place]))
    for changed in (text[:place] + letter + text[place + 1 :], text[:place] + text[place + 1 :], text[:place] + letter + text[place:]):
        assert tokens.check(changed, [token], NOW) is Refusal.UNKNOWN


@pytest.mark.parametrize("around", [" {}", "{} ", "{}\n", "\0{}", "Bearer {}", "{}{}"])
def test_a_token_with_anything_around_it_opens_nothing(around: str) -> None:
    text, token = made()
    assert tokens.check(around.format(text, text), [token], NOW) is Refusal.UNKNOWN


def test_the_hash_that_is_kept_opens_nothing() -> None:
    _, token = made()
    for presented in (token.sha256, f"{PREFIX}{token.id}_{token.sha256[:43]}", token.id, ""):
        assert tokens.check(presented, [token], NOW) is Refusal.UNKNOWN


def test_it_expires_at_its_moment_in_whatever_zone_the_clock_is() -> None:
    text, token = made(days=1)
    kolkata = timezone(timedelta(hours=5, minutes=30))
    last = NOW + timedelta(days=1, seconds=-1)
    for now in (last, last.astimezone(kolkata)):
        assert tokens.check(text, [token], now) == token
        assert tokens.check(text, [token], now + timedelta(seconds=1)) is Refusal.EXPIRED


def test_a_revoked_one_is_told_as_such_only_to_who_has_it() -> None:
    text, token = made()
    other, _ = made()
    ended = tokens.revoked(token, NOW)
    for now in (NOW, NOW + timedelta(days=400)):
        assert tokens.check(text, [ended], now) is Refusal.REVOKED
        assert tokens.check(f"{PREFIX}{token.id}_{other[-43:]}", [ended], now) is Refusal.UNKNOWN
    assert replace(ended, revoked_at=None) == token


def test_no_file_is_no_token(paths: Paths) -> None:
    assert tokens.read(paths) == ()
    paths.backups.rmdir()
    assert tokens.read(paths) == ()


def test_what_is_written_is_read_and_private(paths: Paths) -> None:
    text, first = made(now=NOW.astimezone(timezone(timedelta(hours=5, minutes=30))))
    known = (first, tokens.revoked(made(Role.RESTORE)[1], NOW))
    tokens.write(paths, known)
    assert tokens.read(paths) == known
    assert text.encode() not in paths.tokens.read_bytes()
    assert text[-43:].encode() not in paths.tokens.read_bytes()
    if os.name != "nt":
        assert stat.S_IMODE(paths.tokens.stat().st_mode) == 0o600
    assert [path.name for path in paths.backups.iterdir()] == ["tokens.json"]


def told_of(**changed: object) -> dict[str, Any]:
    sound = {
        "id": "0123abcd", "role": "read", "sha256": "0" * 64, "created_at": "2026-11-23T12:30:00Z", "expires_at": "2027-11-23T12:30:00Z",
        "revoked_at": None, "note": "",
    }  # fmt: skip
    return {**sound, **changed}


def document(*told: dict[str, Any], version: int = 1) -> bytes:
    return json.dumps({"version": version, "tokens": told}).encode()


def test_the_sound_one_of_the_damaged_ones_below_is_sound(paths: Paths) -> None:
    paths.tokens.write_bytes(document(told_of()))
    assert [token.id for token in tokens.read(paths)] == ["0123abcd"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 4096,
        document(told_of())[:-3],
        document(told_of()) + b"x",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"version": 1, "tokens": null}',
        b"\xff\xfe",
        document(told_of(), version=2),
        document(told_of(), told_of()),
        document(told_of(role="admin")),
        document(told_of(id="0123ABCD")),
        document(told_of(id="../../x")),
        document(told_of(sha256="")),
        document(told_of(sha256="é" * 64)),
        document(told_of(expires_at="2027-11-23T12:30:00")),
        document(told_of(created_at="2026-11-23T12:30:00")),
        document(told_of(revoked_at="2026-11-23T12:30:00")),
        document(told_of(expires_at="never")),
        document(told_of(expires_at=None)),
        document({key: value for key, value in told_of().items() if key != "revoked_at"}),
    ],
)
def test_a_damaged_list_is_an_error_and_never_some_tokens(paths: Paths, data: bytes) -> None:
    paths.tokens.write_bytes(data)
    with pytest.raises(Damaged) as told:
        tokens.read(paths)
    assert (told.value.code, told.value.path) == (Code.TOKENS_DAMAGED, paths.tokens)


@given(data=st.data())
@steady
def test_any_one_byte_changed_is_an_error_or_leaves_each_token_closed_or_what_it_was(data: st.DataObject, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("changed")
    (folder / "backups").mkdir()
    paths = Paths.of(folder / "gharmitra.db")
    text, token = made()
    tokens.write(paths, [token])
    whole = bytearray(paths.tokens.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    paths.tokens.write_bytes(whole)
    try:
        read = tokens.read(paths)
    except Damaged:
        return
    found = tokens.check(text, read, NOW)
    assert isinstance(found, Refusal) or (found.sha256, found.role) == (token.sha256, token.role)


def test_a_link_or_a_folder_in_its_place_is_damage_and_never_followed(paths: Paths, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_bytes(document(told_of()))
    paths.tokens.symlink_to(elsewhere)
    with pytest.raises(Damaged):
        tokens.read(paths)
    paths.tokens.unlink()
    paths.tokens.mkdir()
    with pytest.raises(Damaged):
        tokens.read(paths)


def test_a_list_that_cannot_be_reached_is_no_empty_list(tmp_path: Path) -> None:
    (tmp_path / "backups").write_bytes(b"a file")
    with pytest.raises(NoAccess):
        tokens.read(Paths.of(tmp_path / "gharmitra.db"))


def test_one_is_found_by_its_id_or_its_text_and_a_text_is_never_repeated() -> None:
    (text, token), (unknown, _) = made(), made()
    assert tokens.find([token], token.id) == tokens.find([token], text) == token
    with pytest.raises(NotFound) as told:
        tokens.find([token], unknown)
    assert unknown[-43:] not in str(told.value)


def test_the_module_loads_no_sqlite() -> None:
    code = "import sys, gharmitra_admin.engine.parts.tokens; print([name for name in sys.modules if 'sqlite3' in name or 'apsw' in name])"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"
