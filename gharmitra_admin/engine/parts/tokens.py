"""The keys with which programs ask over HTTP: who holds one may read, back up or restore, until it expires or is revoked.

Leaves ``backups/tokens.json``, whole at every moment, with hashes only: who reads that file learns no key. It lies outside the
books, so that a restore brings no revoked token back and destroyed books lock nobody out.
"""

from __future__ import annotations

import enum
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import msgspec

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import BadInput, Code, Damaged, NotFound, Refused
from gharmitra_admin.engine.base.paths import Paths

VERSION = 1
PREFIX = "gma_"
DEFAULT_DAYS, FEWEST_DAYS, MOST_DAYS = 365, 1, 3650
_SECRET_BYTES = 32
_TEXT = re.compile(rf"{PREFIX}([0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}")
_ID, _SHA256 = re.compile(r"[0-9a-f]{8}"), re.compile(r"[0-9a-f]{64}")


class Role(enum.Enum):
    """What a token is for; each may also do what the ones before it may."""

    READ = "read"
    BACKUP = "backup"
    RESTORE = "restore"

    def may(self, needed: Role) -> bool:
        """Whether this role is enough where another one is asked for."""
        ranks = tuple(Role)
        return ranks.index(self) >= ranks.index(needed)


class Refusal(enum.Enum):
    """Why what was presented opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Token:
    """One token as it is kept. ``sha256`` is of its whole text, which nobody keeps; times are UTC, to the second."""

    id: str
    role: Role
    sha256: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    note: str

    def refusal(self, now: datetime) -> Refusal | None:
        """Tell why it opens nothing any more; None while it does."""
        if self.revoked_at is not None:
            return Refusal.REVOKED
        return Refusal.EXPIRED if now >= self.expires_at else None


class _File(msgspec.Struct, frozen=True):
    version: int
    tokens: tuple[Token, ...]


def read(paths: Paths) -> tuple[Token, ...]:
    """Read all tokens, oldest first; none where there is no file. Raises NoAccess, and Damaged: then no token is valid."""
    try:
        kept = msgspec.json.decode(files.read_whole(paths.tokens), type=_File)
    except NotFound:
        return ()
    except (msgspec.MsgspecError, UnicodeError, RecursionError, Refused) as error:
        raise Damaged(Code.TOKENS_DAMAGED, path=paths.tokens) from error
    ids = {token.id for token in kept.tokens}
    if kept.version != VERSION or len(ids) != len(kept.tokens) or not all(map(_is_sound, kept.tokens)):
        raise Damaged(Code.TOKENS_DAMAGED, path=paths.tokens)
    return kept.tokens


def _is_sound(token: Token) -> bool:
    moments = (token.created_at, token.expires_at, token.revoked_at or token.created_at)
    return bool(_ID.fullmatch(token.id) and _SHA256.fullmatch(token.sha256)) and all(moment.tzinfo for moment in moments)


def write(paths: Paths, tokens: Sequence[Token]) -> None:
    """Write all tokens, under the society's lock. Commit point: the new file takes the place of the old. Raises NoSpace, NoAccess."""
    files.replace_whole(paths.tokens, msgspec.json.format(msgspec.json.encode(_File(VERSION, tuple(tokens))), indent=1) + b"\n")


def new(role: Role, valid_days: int, note: str, known: Sequence[Token], now: datetime) -> tuple[str, Token]:
    """Make a token, and its text, which is told once and kept nowhere. Raises BadInput for days out of bounds. Writes nothing."""
    if not FEWEST_DAYS <= valid_days <= MOST_DAYS:
        raise BadInput(Code.BAD_VALIDITY, days=valid_days, smallest=FEWEST_DAYS, largest=MOST_DAYS)
    taken = {token.id for token in known}
    identifier = next(drawn for drawn in iter(lambda: secrets.token_hex(4), "") if drawn not in taken)
    text = f"{PREFIX}{identifier}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    begins = now.astimezone(UTC).replace(microsecond=0)
    return text, Token(identifier, role, _hash(text), begins, begins + timedelta(days=valid_days), None, note)


def find(known: Sequence[Token], wanted: str) -> Token:
    """Find a token by its id or, for one that turned up somewhere, by its text. Raises NotFound, which never repeats a text."""
    presented = _TEXT.fullmatch(wanted)
    identifier = presented[1] if presented else wanted
    for token in known:
        if token.id == identifier:
            return token
    raise NotFound(Code.TOKEN_NOT_FOUND, name=identifier)


def revoked(token: Token, now: datetime) -> Token:
    """The token from now on: refused, whatever its date says."""
    return replace(token, revoked_at=now.astimezone(UTC).replace(microsecond=0))


def looks_like(presented: str) -> bool:
    """Whether a text has the form of a token at all."""
    return _TEXT.fullmatch(presented) is not None


def check(presented: str, known: Sequence[Token], now: datetime) -> Token | Refusal:
    """Find the token whose text was presented, if it opens anything now.

    The hash is compared with every known one, each in constant time: how long it takes tells neither which ids exist nor how
    near a guess came. Expired and revoked are told only to who has the whole text.
    """
    if not looks_like(presented):
        return Refusal.UNKNOWN
    digest, found = _hash(presented), None
    for token in known:
        if hmac.compare_digest(token.sha256, digest):
            found = token
    if found is None:
        return Refusal.UNKNOWN
    return found.refusal(now) or found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
