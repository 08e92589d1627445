"""The log for support: what this program did and where it failed, without names of members or amounts.

Leaves ``logs/app.log`` beside the books, at most four files of a quarter of a megabyte. A log that cannot be written costs
nothing else.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

LIMIT_BYTES, OLDER_FILES = 250_000, 3
NAME = "gharmitra_admin"


class _Quiet(RotatingFileHandler):
    """A full disk is told by the job that meets it, not by its log."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say nothing."""


@contextmanager
def written_to(file: Path) -> Iterator[logging.Logger]:
    """Write the program's log to this file for the block, where the folder is there or can be made."""
    logger = logging.getLogger(NAME)
    handler: logging.Handler = logging.NullHandler()
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        if _is_ours(file):
            handler = _Quiet(file, maxBytes=LIMIT_BYTES, backupCount=OLDER_FILES, encoding="utf-8", errors="backslashreplace", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(process)d %(message)s"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield logger
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        handler.close()


def _is_ours(file: Path) -> bool:
    """Whether a log may be written here: a FIFO would hold the program up for ever, a link leads into somebody else's file."""
    return not os.path.lexists(file) or stat.S_ISREG(file.lstat().st_mode)
