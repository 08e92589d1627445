"""One value as it is shown: rupees in paise, days as days, and nothing that is secret. Leaves nothing on disk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from gharmitra_admin.engine.parts.books.meaning import paise
from gharmitra_admin.engine.parts.reading import secrets
from gharmitra_admin.engine.parts.reading.columns import Column, Holds

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00:00(?:\.0+)?)?")
_NAMES_OF_SETTINGS = frozenset({"key", "name", "setting", "setting_key", "setting_name", "config_key", "option", "option_name"})
_SETTINGS = frozenset({"value", "val", "setting_value", "config_value", "option_value"})


@dataclass(frozen=True, slots=True)
class Rupees:
    """An amount, exact."""

    paise: int


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes that are no text: how many."""

    size: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """Something is there that nobody is to see."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The beginning of a long text."""

    text: str


Cell: TypeAlias = Rupees | Bytes | Withheld | Cut | date | datetime | bool | int | float | str | None
WITHHELD = Withheld()


def selected(column: Column, letters: int) -> str:
    """The two values that SQLite is asked for in place of a column: its kind, and no more of it than is shown."""
    name = quoted(column.name)
    if column.holds is Holds.SECRET:
        return f"CASE WHEN {name} IS NULL THEN 'null' ELSE 'secret' END, NULL"
    # Text comes as bytes, since SQLite keeps as text what is none.
    text = f"CAST(substr({name}, 1, {letters + 1}) AS BLOB)"
    return f"typeof({name}), CASE typeof({name}) WHEN 'text' THEN {text} WHEN 'blob' THEN length({name}) ELSE {name} END"


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def row_of(columns: Sequence[Column], row: Sequence[Any], letters: int) -> tuple[Cell, ...]:
    """Make the cells of one row out of what ``selected`` asked for."""
    cells = [_cell(column, kind, value, letters) for column, kind, value in zip(columns, row[::2], row[1::2], strict=True)]
    names = [cell for column, cell in zip(columns, cells, strict=True) if column.name.lower() in _NAMES_OF_SETTINGS]
    if any(isinstance(name, str) and secrets.is_secret(f"the_{name}") for name in names):
        cells = [WITHHELD if column.name.lower() in _SETTINGS else cell for column, cell in zip(columns, cells, strict=True)]
    return tuple(cells)


def _cell(column: Column, kind: str, value: Any, letters: int) -> Cell:
    if kind == "secret":
        return WITHHELD
    if kind == "blob":
        return Bytes(int(value))
    if kind == "text":
        return _of_text(column.holds, bytes(value).decode("utf-8", "backslashreplace"), letters)
    return _of_number(column, value)


def _of_number(column: Column, value: Any) -> Cell:
    if column.holds is Holds.YES_NO and value in {0, 1}:
        return bool(value)
    if column.holds is Holds.AMOUNT and (exact := paise(value)) is not None:
        return Rupees(exact)
    return value if isinstance(value, int | float) else None


def _of_text(holds: Holds, text: str, letters: int) -> Cell:
    if holds is Holds.AMOUNT and (exact := paise(text)) is not None:
        return Rupees(exact)
    if holds is Holds.DATE and (day := day_of(text)) is not None:
        return day
    if holds is Holds.MOMENT and (moment := moment_of(text)) is not None:
        return moment
    shown = secrets.told(text)
    if shown is None:
        return WITHHELD
    return Cut(shown[:letters]) if len(text) > letters else shown


def day_of(value: object) -> date | None:
    """A day as GharMitra stores it; None where it is none."""
    found = _DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def moment_of(text: str) -> datetime | None:
    """A moment as GharMitra stores it, in UTC; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
