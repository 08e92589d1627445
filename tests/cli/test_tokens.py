"""token create, token list, token revoke, as a user runs them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import Refusal, Role
from tests.builders.command import Answer, gharmitra_admin
from tests.builders.society import Society

MADE = {"token", "id", "role", "expires_at"}
LISTED = {"id", "role", "created_at", "expires_at", "revoked_at", "state", "note"}


def token(society: Society, *words: str) -> Answer:
    return gharmitra_admin("token", *words, books=society.paths.books)


@pytest.mark.parametrize("words", [(), ("create",), ("list",), ("revoke",)])
def test_help_tells_the_exit_codes(words: tuple[str, ...]) -> None:
    answer = gharmitra_admin("token", *words, "--help")
    assert (answer.code, answer.err) == (0, "")
    assert "Exit codes: 0 done" in answer.out


def test_create_list_and_revoke_in_json_have_the_promised_shape(society: Society) -> None:
    made = token(society, "create", "--role", "backup", "--days", "30", "--note", "shop PC", "--json")
    assert (made.code, made.json.keys(), made.json["role"]) == (0, MADE, "backup")
    listed = token(society, "list", "--json")
    assert listed.code == 0
    [one] = listed.json
    assert one.keys() == LISTED
    assert (one["id"], one["role"], one["state"], one["note"], one["revoked_at"]) == (made.json["id"], "backup", "valid", "shop PC", None)
    until, since = (datetime.fromisoformat(one[name]) for name in ("expires_at", "created_at"))
    assert until - since == timedelta(days=30)
    known = tokens.read(society.paths)
    assert tokens.check(made.json["token"], known, since) == known[0]
    revoked = token(society, "revoke", made.json["id"], "--json")
    assert (revoked.code, revoked.json["state"], revoked.json.keys()) == (0, "revoked", LISTED)
    assert tokens.check(made.json["token"], tokens.read(society.paths), since) is Refusal.REVOKED


def test_plain_words_give_the_token_alone_and_say_that_it_is_shown_once(society: Society) -> None:
    assert "No token yet" in token(society, "list").out
    made = token(society, "create", "--role", "read")
    assert made.code == 0
    text = made.out.removesuffix("\n")
    assert tokens.looks_like(text)
    assert "cannot be shown again" in made.err
    assert text[-43:] not in made.err
    listed = token(society, "list")
    [kept] = tokens.read(society.paths)
    assert kept.role is Role.READ
    assert kept.id in listed.out
    assert "valid" in listed.out
    for secret in (text[-43:], kept.sha256):
        assert secret not in listed.out + token(society, "list", "--json").out
    assert "revoked" in token(society, "revoke", text).out
    assert "revoked" in token(society, "list").out
    said = gharmitra_admin("audit", books=society.paths.books)
    assert text[-43:] not in said.out


def test_an_expired_one_is_listed_as_such(society: Society) -> None:
    society.clock.set(datetime.fromisoformat("2020-01-01T00:00:00+00:00"))
    society.vault().create_token(Role.READ, 1)
    assert token(society, "list", "--json").json[0]["state"] == "expired"
    assert "expired" in token(society, "list").out


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("create",), 2, "usage"),
        (("create", "--role", "admin"), 2, "bad_role"),
        (("create", "--role", "read", "--days", "0"), 2, "bad_validity"),
        (("create", "--role", "read", "--days", "3651"), 2, "bad_validity"),
        (("create", "--role", "read", "--days", "ten"), 2, "usage"),
        (("create", "--role", "read", "--note", "x" * 999), 2, "label_too_long"),
        (("revoke",), 2, "usage"),
        (("revoke", "0123abcd"), 10, "token_not_found"),
        (("nonsense",), 2, "usage"),
    ],
)
def test_what_cannot_be_done_is_one_document_and_its_exit_code(society: Society, words: tuple[str, ...], code: int, error: str) -> None:
    answer = token(society, *words, "--json")
    assert (answer.code, answer.json["error"]["code"]) == (code, error)
    assert not society.paths.tokens.exists()


def test_a_damaged_list_says_how_to_go_on_and_is_left_as_it_is(society: Society) -> None:
    token(society, "create", "--role", "read")
    society.paths.tokens.write_bytes(b"{")
    for words in (("create", "--role", "read"), ("list",), ("revoke", "0123abcd")):
        answer = token(society, *words)
        assert (answer.code, answer.out) == (12, "")
        assert str(society.paths.tokens) in answer.err
        assert "no token is valid" in answer.err
        assert "Move that file" in answer.err
    assert society.paths.tokens.read_bytes() == b"{"
