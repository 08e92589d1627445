"""What must never be shown, whatever table it stands in: passwords, hashes, tokens, keys of the payment gateway. Leaves nothing on disk.

A column is known by its name; what was put into another text all the same, by its form. Too much is withheld rather than too little.
"""

from __future__ import annotations

import json
import re
from typing import Any

DOTS = "•••"
_WORDS = frozenset(
    {"password", "passwords", "passwd", "pwd", "passphrase", "passcode", "hash", "hashes", "hashed", "secret", "secrets", "token", "tokens"}
    | {"signature", "otp", "totp", "mfa", "credential", "credentials", "salt", "cookie", "cookies", "encrypted", "apikey", "cvv", "jwt"}
    | {"bearer", "authorization", "session", "sessions", "private"}
)
_ANYWHERE = re.compile(r"passw(or)?d|passphrase|apikey|privatekey|secretkey|accesskey", re.IGNORECASE)
_KEYS = frozenset({"key", "keys"})
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FORMS = re.compile(
    r"\$(?:2[abxy]?|argon2\w*|pbkdf2[\w-]*|scrypt|[156])\$\S*"  # hashes as crypt(3) and its heirs write them
    r"|\b(?:pbkdf2_\w+|bcrypt\w*|argon2)\$\S+"
    r"|\beyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*)?"  # a JSON Web Token
    r"|\b(?:rzp_(?:live|test)|sk_(?:live|test)|pk_(?:live|test)|whsec)_\w*"
    r"|\bgAAAA[\w-]{16,}=*"  # Fernet
    r"|-----BEGIN [\s\S]*"
)


def is_secret(name: str) -> bool:
    """Whether a column, a field or a table of this name holds what nobody is to see."""
    parts = {part.lower() for part in _PARTS.findall(name)}
    if parts & _WORDS or _ANYWHERE.search(name):
        return True
    if "pin" in parts:
        return "code" not in parts  # "pin_code" is the postal one
    return bool(parts & _KEYS) and len(parts) > 1


def told(text: str) -> str | None:
    """A text without what is secret in it; None where it cannot be told apart."""
    shown = _FORMS.sub(DOTS, text)
    if shown.lstrip()[:1] not in {"{", "["}:
        return shown
    if not any(is_secret(name) for name in re.findall(r'"((?:[^"\\]|\\.)*)"?\s*:', shown)):
        return shown
    try:
        return json.dumps(_without(json.loads(shown)), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: DOTS if is_secret(name) and inner is not None else _without(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner) for inner in value]
    return value
