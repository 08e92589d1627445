"""Tokens at work: refused from the moment they are revoked, never in an address or a log, and good when the books are destroyed."""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import Role
from tests.builders.command import gharmitra_admin
from tests.builders.host import PROTECT, Host, calls_of_old_code, write_backend
from tests.builders.mounted import ADMIN, Asked, write_token
from tests.builders.society import Society

ROUTE = "/api/database"


@pytest.fixture
def asked(society: Society) -> Iterator[Asked]:
    with Asked(society) as asked:
        yield asked


def test_a_token_made_in_the_terminal_counts_at_once_and_a_revoked_one_no_more(society: Society, asked: Asked) -> None:
    made = gharmitra_admin("--json", "token", "create", "--role", "read", books=society.paths.books).json
    assert asked.get("/jobs", token=made["token"]).status_code == 200
    gharmitra_admin("token", "revoke", made["id"], books=society.paths.books)
    answer = asked.get("/jobs", token=made["token"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_revoked")


def test_a_token_ends_with_its_day_though_the_server_has_known_it_all_along(society: Society, asked: Asked) -> None:
    text, token = write_token(society, Role.READ)
    assert asked.get("/jobs", token=text).status_code == 200
    ended = tokens.Token(token.id, token.role, token.sha256, token.created_at, datetime.now(UTC), None, "")
    tokens.write(society.paths, [ended])
    assert asked.get("/jobs", token=text).json()["error"]["code"] == "token_expired"


def test_a_role_that_is_lowered_counts_at_once(society: Society, asked: Asked) -> None:
    text, token = write_token(society, Role.RESTORE)
    assert asked.post("/undo", token=text).status_code == 400
    tokens.write(society.paths, [tokens.Token(token.id, Role.READ, token.sha256, token.created_at, token.expires_at, None, "")])
    assert asked.post("/undo", token=text).status_code == 403


def test_a_list_of_tokens_that_is_damaged_lets_nobody_in_and_says_so(society: Society, asked: Asked) -> None:
    text, _ = write_token(society, Role.RESTORE)
    for damage in (b"", b"{", b"[]", b'{"version":1,"tokens":null}', b'{"version":2,"tokens":[]}', b"\xff" * 100):
        society.paths.tokens.write_bytes(damage)
        answer = asked.get("/jobs", token=text)
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "tokens_damaged")
        assert asked.get("/jobs", token=ADMIN).status_code == 200
    society.paths.tokens.unlink()
    assert asked.get("/jobs", token=text).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER   {}", "Bearer {} "])
def test_the_header_is_read_as_the_standard_has_it(society: Society, asked: Asked, scheme: str) -> None:
    text, _ = write_token(society, Role.READ)
    assert asked.get("/jobs", headers={"Authorization": scheme.format(text)}).status_code == 200


@pytest.mark.parametrize(
    "scheme", ["{}", "Basic {}", "Token {}", "Bearer{}", "Bearer x{}", "Bearer {}x", "Bearer {0} {0}", "Bearer\x00 {}"]
)
def test_nothing_else_is_taken_for_a_token(society: Society, asked: Asked, scheme: str) -> None:
    text, _ = write_token(society, Role.READ)
    assert asked.get("/jobs", headers={"Authorization": scheme.format(text).encode()}).status_code == 401


def test_a_token_elsewhere_than_in_the_header_is_not_seen(society: Society, asked: Asked) -> None:
    text, _ = write_token(society, Role.RESTORE)
    for name in ("token", "access_token", "authorization", "Authorization", "api_key"):
        assert asked.get("/jobs", params={name: text}).status_code == 401
    assert asked.get("/jobs", headers={"Cookie": f"token={text}"}).status_code == 401
    assert asked.post("/undo", json={"token": text}).status_code == 401


def test_every_known_token_is_compared_in_constant_time_whatever_is_presented(
    society: Society, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [write_token(society, Role.READ)[0] for _ in range(5)]
    expired = write_token(society, Role.READ, expired=True)[0]
    unknown_id = f"gma_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    known_id = texts[2][:13] + secrets.token_urlsafe(32)
    real, compared = hmac.compare_digest, list[tuple[int, int]]()

    def counted(one: str, other: str) -> bool:
        compared.append((len(one), len(other)))
        return real(one, other)

    monkeypatch.setattr(hmac, "compare_digest", counted)
    for presented in (*texts, expired, unknown_id, known_id):
        compared.clear()
        asked.get("/jobs", token=presented)
        assert compared == [(64, 64)] * 6, presented


def test_no_line_of_our_log_holds_a_token_wherever_it_was_put(society: Society, asked: Asked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gharmitra_admin.api")
    text, _ = write_token(society, Role.READ)
    for path in (f"/{text}", f"/backups/{text}", f"/jobs/{text}", f"/jobs/x?token={text}"):
        assert asked.get(path).status_code == 401
        asked.get(path, token=text)
        asked.get(path, token=text[:-1])
    assert text[13:-1] not in caplog.text
    assert "refused" in caplog.text


def _emptied(books: Path) -> None:
    books.write_bytes(b"")


def _random(books: Path) -> None:
    books.write_bytes(secrets.token_bytes(200_000))


def _missing(books: Path) -> None:
    books.unlink()


class TestInsideTheBackend:
    @pytest.fixture
    def host(self, tmp_path: Path) -> Iterator[Host]:
        write_backend(tmp_path, last_lines=PROTECT)
        with Host(tmp_path, arguments=("--log-level", "trace")) as host:
            yield host

    def test_no_log_of_the_server_holds_a_token_wherever_it_was_put(self, host: Host) -> None:
        text, _ = write_token(Society.of(host.folder / "gharmitra.db"), Role.RESTORE)
        assert host.get(f"{ROUTE}/jobs", token=text).status == 200
        assert host.get(f"{ROUTE}/jobs?access_token={text}").status == 401
        assert host.get(f"{ROUTE}/jobs/{text}", token=text).status == 404
        assert host.get(f"{ROUTE}/backups/{text}", token=text).status == 404
        assert host.get(f"/elsewhere?token={text}").status == 404
        host.stop()
        assert "access_token=" in host.said
        assert text[13:] not in host.said
        kept = [path for path in host.folder.rglob("*") if path.is_file() and text[13:].encode() in path.read_bytes()]
        assert kept == []

    @pytest.mark.parametrize(
        "destroy", [_random, pytest.param(_emptied, marks=pytest.mark.full), pytest.param(_missing, marks=pytest.mark.full)]
    )
    def test_when_the_books_are_destroyed_a_token_puts_them_back_and_nobody_else_gets_in(
        self, host: Host, destroy: Callable[[Path], None]
    ) -> None:
        books = host.folder / "gharmitra.db"
        text, _ = write_token(Society.of(books), Role.RESTORE)
        assert host.post("/api/receipts", json={"note": "kept"}).status == 201
        name = host.post(f"{ROUTE}/backup", token="user-1").json["filename"]
        host.kill()
        for ending in ("-wal", "-shm"):
            books.with_name(books.name + ending).unlink(missing_ok=True)
        destroy(books)
        host.start()
        if destroy is _random:  # the host's own start makes new, empty books of the two others, with users of their own
            for user, method, route in (
                ("user-1", "GET", "/backups"),
                ("user-1", "POST", "/restore"),
                ("user-2", "POST", "/backup-on-logout"),
            ):
                assert host.ask(method, ROUTE + route, token=user, params={"filename": name}).status in {401, 503}
        assert name in [one["filename"] for one in host.get(f"{ROUTE}/backups", token=text).json]
        plan = host.get(f"{ROUTE}/plan", token=text, params={"filename": name})
        assert plan.status == 200, plan.json
        done = host.post(f"{ROUTE}/restore", token=text, json={"filename": name, "confirm": plan.json["confirmation"]})
        assert (done.status, done.json.get("restored")) == (200, name), done.json
        assert host.get("/api/receipts").json == ["kept"]
        assert host.get(f"{ROUTE}/backups", token="user-1").status == 200
        assert calls_of_old_code(host.folder) == []
        host.stop()
        assert json.loads(gharmitra_admin("--json", "health", books=books).out)["integrity"] == "ok"
