"""Which commands there are, and where each family of them lives. Only the family that is asked for is loaded: a server runs a command for
every backup, and waits for what it loads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

import typer

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "backups": ("backup", "list", "verify", "keep", "label", "delete", "prune", "copy"),
    "acknowledging": ("acknowledge",),
    "comparing": ("compare",),
    "restoring": ("restore", "undo"),
    "reentering": ("reentry",),
    "looking": ("health", "audit"),
    "salvaging": ("salvage",),
    "tokens": ("token",),
    "serving": ("serve",),
    "demo": ("demo",),
}
_WITH_VALUE = frozenset({"--db", "--society", "--acting-for", "--drained"})


def add(app: typer.Typer, arguments: Sequence[str]) -> None:
    """Add the family of the command that is asked for; all of them where none is known by that name, so that help and advice have all."""
    asked = _command(arguments)
    for family in [name for name, commands in FAMILIES.items() if asked in commands] or FAMILIES:
        import_module(f"gharmitra_admin.cli.{family}").add_to(app)


def _command(arguments: Sequence[str]) -> str | None:
    """The first word that is neither an option nor the value of one."""
    rest = iter(arguments)
    for word in rest:
        if word in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None
