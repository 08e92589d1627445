"""What a rescue brought, in words: never that all is well where something is missing. Leaves nothing on disk."""

from __future__ import annotations

from datetime import datetime

from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.engine.vault.salvaging import Salvaged
from gharmitra_admin.wording import backups, values
from gharmitra_admin.wording.language import Words


def headline(words: Words, found: Salvaged) -> str:
    """How many rows were saved and how many are missing."""
    result = found.result
    saved = words.count("{number} row was saved", "{number} rows were saved", result.saved)
    if result.lost is None:
        return words.say("{saved}. How many are missing cannot be told without a backup.", saved=saved)
    if result.lost == 0:
        return words.say("{saved}. No row of the backup is missing.", saved=saved)
    return words.say("{saved}. {lost}.", saved=saved, lost=_missing(words, result.lost))


def _missing(words: Words, number: int) -> str:
    return words.count("{number} row of the backup is missing", "{number} rows of the backup are missing", number)


def compared_with(words: Words, found: Salvaged, now: datetime) -> str:
    """Which backup it was compared with; nothing where there was none."""
    if found.guide is not None:
        return words.say("Compared with the backup of {when}.", when=backups.made_at(words, found.guide, now))
    if found.result.guide is not None:
        return words.say("Compared with {path}.", path=shown_path(found.result.guide))
    return ""


def doubts(words: Words, found: Salvaged) -> list[str]:
    """What a person must know before relying on the new books."""
    result = found.result
    told = []
    if unsure := sum(one.unsure for one in result.tables):
        told.append(
            words.count(
                "{number} row may be old or double: its page was no longer part of the books.",
                "{number} rows may be old or double: their pages were no longer part of the books.",
                unsure,
            )
        )
    if cut := sum(one.cut for one in result.tables):
        told.append(words.count("Of {number} row the end is missing.", "Of {number} rows the end is missing.", cut))
    if aside := result.set_aside + sum(one.set_aside for one in result.tables):
        told.append(
            words.count(
                "{number} row had no place and lies in the table lost_and_found.",
                "{number} rows had no place and lie in the table lost_and_found.",
                aside,
            )
        )
    return told + _whole_file(words, found)


def _whole_file(words: Words, found: Salvaged) -> list[str]:
    result = found.result
    told = []
    if result.schema_from_guide:
        told.append(words.say("How the books are built was lost, and was taken from the backup."))
    elif not result.schema_is_whole:
        told.append(words.say("How the books are built was damaged, and was put together again from what was left of it."))
    if result.left_out:
        told.append(words.say("Could not be made again: {names}", names=", ".join(map(shown, result.left_out))))
    if result.unreadable_bytes:
        size = values.size(words, result.unreadable_bytes)
        told.append(words.say("The drive did not give {size} of the file. Copy what matters to another drive soon.", size=size))
    if result.foreign_key_violations:
        number = result.foreign_key_violations
        told.append(
            words.count("{number} row points to a row that is not there.", "{number} rows point to rows that are not there.", number)
        )
    return told
