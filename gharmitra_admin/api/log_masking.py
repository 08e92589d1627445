"""Keeps tokens out of the server's logs: who puts one into an address, though it does not count there, must not find it in a log later.

Leaves nothing on disk; a token's id stays readable, so that the token can be revoked.
"""

from __future__ import annotations

import logging
import re

from gharmitra_admin.engine.base import app_log

_SEEN = (f"{app_log.NAME}.api", "uvicorn.access", "uvicorn.error", "uvicorn.asgi", "gunicorn.access", "hypercorn.access")
_TOKEN = re.compile(r"(gma(?:_|%5f)[0-9a-f]{8})(?:_|%5f)[A-Za-z0-9_%-]{6,}", re.IGNORECASE)
_MASKED = r"\1_[hidden]"


def mask_tokens() -> None:
    """Mask from now on, in the logs of the servers that may serve us. Calling it again changes nothing."""
    for name in _SEEN:
        logger = logging.getLogger(name)
        if not any(isinstance(one, _Mask) for one in logger.filters):
            logger.addFilter(_Mask())


class _Mask(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = _masked(record.msg)
        if isinstance(record.args, tuple):  # each stays where it is: a server's own formatter picks them apart
            record.args = tuple(_masked(one) for one in record.args)
        return True


def _masked(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    return _TOKEN.sub(_MASKED, text) if _TOKEN.search(text) else value
