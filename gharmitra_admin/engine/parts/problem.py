"""What may be wrong with the file of a backup. Leaves nothing on disk; knows nothing of how it is found out."""

from __future__ import annotations

import enum


class Problem(enum.Enum):
    """What is wrong with a file, one word each; the sentence is made in ``wording``."""

    EMPTY = "empty"
    CUT_SHORT = "cut_short"
    TOO_LONG = "too_long"
    HASH_DIFFERS = "hash_differs"
    NOT_A_DATABASE = "not_a_database"
    ENCRYPTED = "encrypted"  # no database, and its bytes look sealed
    UNKNOWN_FORMAT = "unknown_format"
    PAGES_DAMAGED = "pages_damaged"
    NO_TABLES = "no_tables"
    SCHEMA_DIFFERS = "schema_differs"
    ROWS_DIFFER = "rows_differ"
    UNSETTLED = "unsettled"  # a -wal or journal lies beside it: part of it is elsewhere
    TOO_BIG = "too_big"  # more bytes claimed than stored: a sparse file
    TOO_SLOW = "too_slow"  # the check was stopped at its time limit
    UNREADABLE = "unreadable"
    MISSING = "missing"
    NOT_THESE_BOOKS = "not_these_books"  # whole, but of another program or another society
    NAME_TOO_LONG = "name_too_long"  # too long to write anything down about the file
    MANIFEST_DAMAGED = "manifest_damaged"
    BOOKS_DAMAGED = "books_damaged"  # a true copy of books that were damaged


UNPROVEN = frozenset({Problem.UNREADABLE, Problem.NOT_THESE_BOOKS})  # says nothing against the bytes, and nothing for them
