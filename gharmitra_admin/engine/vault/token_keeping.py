"""The flows of tokens: make one, list them, revoke one.

Leaves ``backups/tokens.json`` and a start and an end in the activity record, which name a token by its id and never hold its text.
"""

from __future__ import annotations

from gharmitra_admin.engine.operations import curate
from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import Role, Token
from gharmitra_admin.engine.vault.session import Context, audited, turn

CREATE, REVOKE = "token_create", "token_revoke"
_WAIT_SECONDS = 10.0


def create(context: Context, role: Role, valid_days: int, note: str) -> tuple[str, Token]:
    paths, said = context.paths, curate.clean_label(note) or ""
    with turn(context, CREATE, wait_seconds=_WAIT_SECONDS) as current:
        known = tokens.read(paths)
        text, token = tokens.new(role, valid_days, said, known, context.clock.now())
        with audited(current, CREATE, required=True, **_told(token)) as end:
            tokens.write(paths, (*known, token))
            end(**_told(token))
    return text, token


def listed(context: Context) -> tuple[Token, ...]:
    """Read without the lock: the file is whole at every moment."""
    return tokens.read(context.paths)


def revoke(context: Context, wanted: str) -> Token:
    paths = context.paths
    with turn(context, REVOKE, wait_seconds=_WAIT_SECONDS) as current:
        known = tokens.read(paths)
        token = tokens.find(known, wanted)
        if token.revoked_at is not None:
            return token
        ended = tokens.revoked(token, context.clock.now())
        with audited(current, REVOKE, required=True, **_told(token)) as end:
            tokens.write(paths, [ended if one.id == token.id else one for one in known])
            end(**_told(token))
    return ended


def _told(token: Token) -> dict[str, object]:
    return {"token_id": token.id, "role": token.role, "expires_at": token.expires_at.isoformat(), "note": token.note}
