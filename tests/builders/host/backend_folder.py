"""The folder of a host: its code, its .env, and books where a test wants some."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

TEMPLATE = Path(__file__).parent / "template"
PROTECT = "\n\nfrom gharmitra_admin.api import protect  # noqa: E402\n\nprotect(app)\n"


def write_backend(
    folder: Path, *, books: Path | None = None, dotenv: Mapping[str, str] | None = None, last_lines: str = "", name: str = "gharmitra.db"
) -> Path:
    """Write the host's code into a folder; return the path of its books: a copy of ``books``, or else made by its first start.

    ``last_lines`` go to the end of app/main.py; ``PROTECT`` is the line of the guide.
    """
    shutil.copytree(TEMPLATE / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    main = folder / "app" / "main.py"
    main.write_text(main.read_text("utf-8") + last_lines, "utf-8")
    if dotenv:
        (folder / ".env").write_text("".join(f"{key}={value}\n" for key, value in dotenv.items()), "utf-8")
    if books is not None:
        shutil.copyfile(books, folder / name)
    return folder / name


def calls_of_old_code(folder: Path) -> list[str]:
    """What the host's own backup code was asked for ("backup", "restore"); empty where another has taken its place."""
    marker = folder / "naive_calls.txt"
    return marker.read_text("utf-8").split() if marker.is_file() else []
