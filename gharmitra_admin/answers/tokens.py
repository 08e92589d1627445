"""What ``--json`` tells of tokens. Leaves nothing on disk."""

from __future__ import annotations

import msgspec


class TokenMade(msgspec.Struct, frozen=True):
    """A new token; ``token`` is its text, told this once."""

    token: str
    id: str
    role: str
    expires_at: str


class TokenTold(msgspec.Struct, frozen=True):
    """One token of the list. ``state`` is valid, expired or revoked."""

    id: str
    role: str
    created_at: str
    expires_at: str
    revoked_at: str | None
    state: str
    note: str
