"""Why something was not done, and what was done with a warning. Fields are only ever added."""

from __future__ import annotations

import msgspec


class Failure(msgspec.Struct, frozen=True):
    """Why a command did not do what it was asked."""

    code: str
    message: str
    hint: str


class Failed(msgspec.Struct, frozen=True):
    """The document of a failure."""

    error: Failure


class Told(msgspec.Struct, frozen=True):
    """A warning: its code and its sentence."""

    code: str
    message: str
