"""The flows that lead back, each loaded when it is first asked for: who makes a backup does not wait for the parts of a restore."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gharmitra_admin.engine.vault import (
        backends,
        comparing,
        exporting,
        glancing,
        looking_inside,
        practising,
        readiness,
        reentering,
        restoring,
        salvaging,
        undoing,
    )

__all__ = [
    "backends",
    "comparing",
    "exporting",
    "glancing",
    "looking_inside",
    "practising",
    "readiness",
    "reentering",
    "restoring",
    "salvaging",
    "undoing",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"gharmitra_admin.engine.vault.{name}")
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
