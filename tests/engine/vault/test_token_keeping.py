"""The flows of tokens, through the front door: what is kept, what is recorded, and what other flows leave alone."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest

from gharmitra_admin.engine import BadInput, Code, Damaged, EngineError, Kind, NotFound, Refused, Settings
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import Refusal, Role
from tests.builders.society import Society


def opens(society: Society, text: str) -> object:
    """What a server would find now, reading the list anew."""
    return tokens.check(text, tokens.read(society.paths), society.clock.now())


def test_a_token_opens_until_it_expires(society: Society) -> None:
    text, token = society.vault().create_token(Role.BACKUP)
    assert society.vault().tokens() == (token,)
    assert opens(society, text) == token
    assert token.expires_at - token.created_at == timedelta(days=365)
    society.clock.forward(days=365)
    assert opens(society, text) is Refusal.EXPIRED


def test_a_revoked_token_is_refused_at_once_and_the_others_are_not(society: Society) -> None:
    vault = society.vault()
    (first, one), (second, two) = vault.create_token(Role.READ), vault.create_token(Role.RESTORE, 7, "the shop's PC")
    ended = vault.revoke_token(one.id)
    assert ended.revoked_at == society.clock.now()
    assert opens(society, first) is Refusal.REVOKED
    assert opens(society, second) == two
    assert vault.tokens() == (ended, two)


def test_revoking_again_changes_and_records_nothing(society: Society) -> None:
    vault = society.vault()
    text, token = vault.create_token(Role.READ)
    ended = vault.revoke_token(text)
    society.clock.forward(days=1)
    before = society.everything()
    assert vault.revoke_token(token.id) == ended
    assert society.everything() == before


def test_each_change_is_recorded_before_and_after_and_no_secret_lies_anywhere(society: Society) -> None:
    vault = society.vault()
    text, token = vault.create_token(Role.READ, 7, "Green\nPark")
    vault.revoke_token(token.id)
    events = vault.audit_events()
    assert [(event.action, event.outcome) for event in events] == [
        ("token_create", "started"), ("token_create", "finished"), ("token_revoke", "started"), ("token_revoke", "finished"),
    ]  # fmt: skip
    assert {event.details["token_id"] for event in events} == {token.id}
    assert (events[0].details["role"], events[0].details["note"]) == ("read", "Green Park")
    for name, data in society.everything().items():
        assert text[-43:].encode() not in data, name
    assert token.sha256.encode() not in society.paths.audit.read_bytes()


def test_what_cannot_be_recorded_is_not_done(society: Society) -> None:
    vault = society.vault()
    text, token = vault.create_token(Role.READ)
    society.paths.audit.unlink()
    society.paths.audit.mkdir()
    before = society.everything()
    for act in (lambda: vault.create_token(Role.RESTORE), lambda: vault.revoke_token(token.id)):
        with pytest.raises(Refused) as told:
            act()
        assert told.value.code is Code.AUDIT_UNWRITABLE
    assert society.everything() == before
    assert opens(society, text) == token


def test_a_damaged_list_is_written_over_by_nobody_until_it_is_moved_away(society: Society) -> None:
    vault = society.vault()
    text, token = vault.create_token(Role.READ)
    society.paths.tokens.write_bytes(society.paths.tokens.read_bytes()[:-9])
    before = society.everything()
    for act in (lambda: vault.create_token(Role.READ), lambda: vault.revoke_token(token.id), vault.tokens, lambda: opens(society, text)):
        with pytest.raises(Damaged) as told:
            act()
        assert told.value.code is Code.TOKENS_DAMAGED
    assert society.everything() == before
    society.paths.tokens.rename(society.paths.home / "tokens.moved")
    assert vault.tokens() == ()
    assert opens(society, text) is Refusal.UNKNOWN
    fresh, made = vault.create_token(Role.READ)
    assert opens(society, fresh) == made


@pytest.mark.parametrize(
    ("days", "note", "code"), [(0, "", Code.BAD_VALIDITY), (3651, "", Code.BAD_VALIDITY), (1, "x" * 999, Code.LABEL_TOO_LONG)]
)
def test_what_cannot_be_asked_for_leaves_nothing(society: Society, days: int, note: str, code: Code) -> None:
    with pytest.raises(BadInput) as told:
        society.vault().create_token(Role.READ, days, note)
    assert told.value.code is code
    assert not society.paths.tokens.exists()
    assert not society.paths.audit.exists()


def test_an_id_that_is_not_there_is_not_found(society: Society) -> None:
    for wanted in ("", "0123abcd", "../tokens.json", "x" * 10_000):
        with pytest.raises(NotFound) as told:
            society.vault().revoke_token(wanted)
        assert told.value.code is Code.TOKEN_NOT_FOUND


def test_tokens_are_kept_where_the_books_are_gone(society: Society) -> None:
    society.back_up()
    text, token = society.vault().create_token(Role.RESTORE)
    society.paths.books.unlink()
    assert opens(society, text) == token
    other, made = society.vault().create_token(Role.READ)
    society.vault().revoke_token(token.id)
    assert (opens(society, text), opens(society, other)) == (Refusal.REVOKED, made)


def test_two_at_once_lose_no_token(society: Society) -> None:
    failed: list[EngineError] = []

    def several() -> None:
        try:
            for _ in range(5):
                society.vault().create_token(Role.READ)
        except EngineError as error:
            failed.append(error)

    threads = [Thread(target=several) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(society.vault().tokens()) == 15


def test_backups_rotation_and_the_sweep_leave_the_list_alone_and_it_is_no_backup(society: Society) -> None:
    society.settings = Settings(policy=Policy(last=1, days=0))
    society.vault().create_token(Role.READ)
    kept = society.paths.tokens.read_bytes()
    half = society.paths.backups / ".tokens.json.part"
    half.write_bytes(b'{"version": 1, "tok')
    for kind in (Kind.MANUAL, Kind.LOGOUT, Kind.MANUAL):
        society.enter()
        society.back_up(kind=kind)
    society.vault().prune()
    assert society.paths.tokens.read_bytes() == kept
    assert not half.exists()
    assert not [record for record in society.vault().records() if "tokens" in record.filename]
    assert society.vault().verify([]) != []
    assert society.paths.tokens.read_bytes() == kept


def test_a_restore_brings_no_revoked_token_back(society: Society) -> None:
    text, token = society.vault().create_token(Role.RESTORE)
    backup = society.back_up().record.filename
    society.enter()
    society.vault().revoke_token(token.id)
    society.vault().restore(backup)
    assert opens(society, text) is Refusal.REVOKED
