"""Where the files lie that come with the program: in a checkout, when installed, and in the built program. Leaves nothing on disk."""

from __future__ import annotations

from pathlib import Path

from gharmitra_admin.engine.base.errors import Code, NotFound


def resource(name: str) -> Path:
    """Find one file of ``resources/`` by its name there. Raises NotFound, which means a damaged installation."""
    package = Path(__file__).parents[2]
    for folder in (package / "resources", package.parent / "resources"):
        if (folder / name).exists():
            return folder / name
    raise NotFound(Code.FILE_NOT_FOUND, path=package / "resources" / name)
