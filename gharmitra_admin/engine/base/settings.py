"""The settings file: what the treasurer chose, and thresholds that only the file shows.

Leaves one TOML file in the user's own configuration folder. A bad value costs that value, never the program or the file: an
unreadable file is set aside before a new one is written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar, cast

from gharmitra_admin.engine.base import files
from gharmitra_admin.engine.base.errors import EngineError, NotFound

FILE_VARIABLE = "GHARMITRA_ADMIN_SETTINGS"
LOOKS = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Policy:
    """How many rotating backups stay: the last so many, and the newest of each of so many days."""

    last: int = 10
    days: int = 7


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When health speaks. Units stand in the names."""

    days_without_backup: int = 3
    min_free_bytes: int = 1_000_000_000
    books_large_bytes: int = 100_000_000
    fragmentation_percent: float = 10.0
    shrink_percent: float = 50.0
    wal_large_bytes: int = 10_000_000
    copy_reminder_days: int = 10


@dataclass(frozen=True, slots=True)
class SocietyEntry:
    """One society that was set up. ``backups`` None: beside the books."""

    name: str
    books: Path
    backups: Path | None = None
    practice: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, each valid. ``policy_certain`` False: the policy is a default in place of something unreadable."""

    societies: tuple[SocietyEntry, ...] = ()
    current: str | None = None
    policy: Policy = field(default_factory=Policy)
    thresholds: Thresholds = field(default_factory=Thresholds)
    language: str = "system"
    look: str = "system"
    start_with_system: bool = False
    tray_told: bool = False
    last_copy_folder: str | None = None
    policy_certain: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that could not be used, and what is used instead. ``name`` "" is the whole file."""

    name: str
    value: str
    default: str


def default_file() -> Path:
    """Where the settings lie: the user's configuration folder, or where the environment says."""
    if said := os.environ.get(FILE_VARIABLE):
        return Path(said)
    import appdirs  # noqa: PLC0415 - only this function needs to know the system's folders

    return Path(appdirs.user_config_dir("GharMitra Admin", appauthor=False)) / "settings.toml"


def load(file: Path) -> tuple[Settings, tuple[Problem, ...]]:
    """Read the settings; what cannot be used is a problem and its default is used. Never raises, deletes nothing."""
    try:
        raw = _read(file)
    except NotFound:
        return Settings(), ()
    except (EngineError, ValueError, RecursionError) as error:
        return Settings(policy_certain=False), (Problem("", str(file), type(error).__name__),)
    problems: list[Problem] = []
    found = Settings(
        societies=_societies(raw.get("societies", []), problems),
        current=_one(raw, "current", str, None, problems),
        policy=_group(raw, "policy", Policy(), problems),
        thresholds=_group(raw, "thresholds", Thresholds(), problems),
        language=_one(raw, "language", str, "system", problems),
        look=_one(raw, "look", str, "system", problems, allowed=LOOKS),
        start_with_system=_one(raw, "start_with_system", bool, False, problems),
        tray_told=_one(raw, "tray_told", bool, False, problems),
        last_copy_folder=_one(raw, "last_copy_folder", str, None, problems),
    )
    is_certain = not any(problem.name.partition(".")[0] == "policy" for problem in problems)
    return replace(found, policy_certain=is_certain), tuple(problems)


def without_lost_practice(settings: Settings) -> Settings:
    """Forget a made-up society whose whole folder is gone: nobody misses it, and another is made in its place."""
    left = tuple(entry for entry in settings.societies if not entry.practice or entry.books.parent.exists())
    return settings if len(left) == len(settings.societies) else replace(settings, societies=left)


def save(file: Path, settings: Settings) -> None:
    """Write the settings whole, keeping fields that a newer program put there, and a policy that could not be used as it stands.

    Raises NoAccess, NoSpace.
    """
    files.make_private_folder(file.parent)
    try:
        known = _read(file)
    except NotFound:
        known = {}
    except (EngineError, ValueError, RecursionError):
        aside = file.with_name(f"{file.name}.unreadable")
        files.remove(aside)
        files.publish(file, aside)
        known = {}
    import tomli_w  # noqa: PLC0415 - the window paints before it is needed

    files.replace_whole(file, tomli_w.dumps(_merged(known, _plain(settings))).encode())


def with_society(settings: Settings, entry: SocietyEntry) -> Settings:
    """Add a society, or replace the one of the same books, and make it the current one."""
    others = tuple(other for other in settings.societies if other.books != entry.books)
    taken = {other.name for other in others}
    name, count = entry.name, 1
    while name in taken:
        count += 1
        name = f"{entry.name} ({count})"
    return replace(settings, societies=(*others, replace(entry, name=name)), current=name)


def find(settings: Settings, name: str | None) -> SocietyEntry | None:
    """Find a society by name, or the current one; None where there is none."""
    wanted = name if name is not None else settings.current
    for entry in settings.societies:
        if entry.name == wanted:
            return entry
    return settings.societies[0] if name is None and settings.societies else None


def _read(file: Path) -> dict[str, Any]:
    data = files.read_whole(file).decode("utf-8")
    import tomllib  # noqa: PLC0415 - a first start has nothing to read, and paints earlier

    return tomllib.loads(data)


Value = TypeVar("Value")


def _one(
    raw: Mapping[str, Any], name: str, kind: type, default: Value, problems: list[Problem], allowed: tuple[str, ...] | None = None
) -> Value:
    value: Any = raw.get(name, default)
    if value is default or (_is_a(value, kind) and (allowed is None or value in allowed)):
        return cast("Value", value)
    problems.append(Problem(name, repr(value), repr(default)))
    return default


def _is_a(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


Group = TypeVar("Group", Policy, Thresholds)


def _group(raw: Mapping[str, Any], name: str, default: Group, problems: list[Problem]) -> Group:
    """Read a group of numbers, none below 0 and no "last" below 1, each bad one costing itself only."""
    given = raw.get(name, {})
    if not isinstance(given, dict):
        problems.append(Problem(name, repr(given), repr(default)))
        return default
    good: dict[str, Any] = {}
    for one in fields(default):
        standard = getattr(default, one.name)
        value = given.get(one.name, standard)
        lowest = 1 if one.name in {"last", "days_without_backup"} else 0
        highest = 100 if one.name.endswith("_percent") else 1 << 50
        if _is_a(value, type(standard)) and lowest <= value <= highest:
            good[one.name] = value
        else:
            problems.append(Problem(f"{name}.{one.name}", repr(value), repr(standard)))
    return replace(default, **good)


def _societies(given: object, problems: list[Problem]) -> tuple[SocietyEntry, ...]:
    found = []
    for one in given if isinstance(given, list) else [given]:
        if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("books"), str) and one["books"]:
            backups = one.get("backups")
            place = Path(backups) if isinstance(backups, str) and backups else None
            found.append(SocietyEntry(one["name"], Path(one["books"]), place, one.get("practice") is True))
        else:
            problems.append(Problem("societies", repr(one), "-"))
    return tuple(found)


def _plain(settings: Settings) -> dict[str, Any]:
    societies = [
        {"name": entry.name, "books": str(entry.books), "practice": entry.practice}
        | ({"backups": str(entry.backups)} if entry.backups else {})
        for entry in settings.societies
    ]
    named = {one.name: getattr(settings, one.name) for one in fields(settings)}
    groups = {name: {one.name: getattr(named[name], one.name) for one in fields(named[name])} for name in ("policy", "thresholds")}
    ours = {name: value for name, value in (named | groups | {"societies": societies}).items() if value is not None}
    left_alone = {"policy_certain"} if settings.policy_certain else {"policy_certain", "policy"}
    return {name: value for name, value in ours.items() if name not in left_alone}


def _merged(known: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """Ours over what was there; a group keeps its unknown fields too. A value of ours that is None is gone."""
    optional = {one.name for one in fields(Settings)} - set(ours) - {"policy"}
    merged = {name: value for name, value in known.items() if name not in optional}
    for name, value in ours.items():
        merged[name] = {**merged[name], **value} if isinstance(value, dict) and isinstance(merged.get(name), dict) else value
    return merged
