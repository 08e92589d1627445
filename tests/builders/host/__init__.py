"""A host in the shape of GharMitra's backend: its folder, the Pythons it runs on, and the running server."""

from __future__ import annotations

from tests.builders.host.backend_folder import PROTECT, calls_of_old_code, write_backend
from tests.builders.host.environments import ENVIRONMENTS, CannotBeMade, newest_environment, pinned_environment, python_of
from tests.builders.host.server import Answer, Host

__all__ = [
    "ENVIRONMENTS",
    "PROTECT",
    "Answer",
    "CannotBeMade",
    "Host",
    "calls_of_old_code",
    "newest_environment",
    "pinned_environment",
    "python_of",
    "write_backend",
]
