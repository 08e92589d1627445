"""Whose books a database holds: its societies, and whether two databases are of the same ones. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass

import apsw


@dataclass(frozen=True, slots=True)
class SocietyMark:
    """What a society is known by: its name may be corrected, its number and the moment it was set up stay."""

    number: object
    name: str
    since: object


def societies(connection: apsw.Connection) -> tuple[SocietyMark, ...]:
    """Name every society in the file; none where it is not GharMitra's. Never raises for a strange schema."""
    try:
        rows = connection.execute("SELECT id, name, created_at FROM societies ORDER BY id LIMIT 1000").fetchall()
    except (apsw.Error, UnicodeDecodeError):
        return ()
    return tuple(SocietyMark(number, str(name), since) for number, name, since in rows)


def are_named_alike(one: tuple[SocietyMark, ...], other: tuple[SocietyMark, ...]) -> bool:
    """Whether at least one society of both has the same name."""
    return bool({mark.name.casefold().strip() for mark in one} & {mark.name.casefold().strip() for mark in other})


def are_same(one: tuple[SocietyMark, ...], other: tuple[SocietyMark, ...]) -> bool:
    """Whether at least one society stands in both: by its name, or, renamed, by its number and the moment it was set up."""
    names = {mark.name.casefold().strip() for mark in one}
    births = {(mark.number, mark.since) for mark in one if mark.since is not None}
    return any(mark.name.casefold().strip() in names or (mark.number, mark.since) in births for mark in other)
