"""Where the environment says that the books are: a variable of ours, or the address of GharMitra's own database. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

BOOKS_VARIABLE, URL_VARIABLE = "GHARMITRA_DB", "DATABASE_URL"


def of_url(url: str) -> Path | None:
    """The file of an SQLAlchemy address such as ``sqlite+aiosqlite:///./gharmitra.db``, its query left out; None for any other database."""
    scheme, _, rest = url.partition("://")
    path = rest[1:].partition("?")[0].removeprefix("file:")
    return Path(path) if scheme.startswith("sqlite") and rest.startswith("/") and path not in {"", ":memory:"} else None


def of_environment(variables: Mapping[str, str], folder: Path) -> Path | None:
    """The books of our variable, else those of the address in the ``.env`` of a GharMitra folder; None where neither names any."""
    if said := variables.get(BOOKS_VARIABLE):
        return Path(said)
    return of_url(url_of_dotenv(folder / ".env"))


def url_of_dotenv(file: Path) -> str:
    """The database of a GharMitra folder; empty where its settings are not there, or name none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in lines:
        name, _, value = line.strip().removeprefix("export ").partition("=")
        if name.strip() == URL_VARIABLE:
            return value.strip().strip("'\"")
    return ""
