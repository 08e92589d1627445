"""Where everything of one society lies. Leaves nothing on disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gharmitra_admin.engine.base.errors import Code, Refused
from gharmitra_admin.engine.base.files import Identity, identity


@dataclass(frozen=True, slots=True)
class Paths:
    """The places of one society: the books, the folder they lie in, and where the backups lie."""

    books: Path
    backups: Path

    @classmethod
    def of(cls, books: Path, backups: Path | None = None) -> Paths:
        """Find the places for these books; symbolic links on the way are followed once, here. Raises Refused.

        Refused where the backups would lie in a file or be the books themselves, or where links lead in a circle.
        """
        books = _resolved(books)
        place = _resolved(backups or books.parent / "backups")
        if place == books or books in place.parents:
            raise Refused(Code.UNSAFE_FOLDER, path=place)
        return cls(books, place)

    @property
    def home(self) -> Path:
        return self.books.parent

    @property
    def kept(self) -> Path:
        return self.backups / "kept"

    @property
    def set_apart(self) -> Path:
        return self.backups / "set_apart"

    @property
    def manifests(self) -> Path:
        return self.backups / "manifests"

    @property
    def documents(self) -> Path:
        return self.backups / "documents"

    @property
    def held(self) -> Path:
        return self.backups / ".held"

    @property
    def scratch(self) -> Path:
        return self.backups / ".scratch"

    @property
    def lock(self) -> Path:
        return self.backups / ".lock"

    @property
    def tokens(self) -> Path:
        return self.backups / "tokens.json"

    @property
    def how_to_restore(self) -> Path:
        return self.backups / "HOW-TO-RESTORE.txt"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def audit(self) -> Path:
        return self.logs / "audit.log"

    @property
    def app_log(self) -> Path:
        return self.logs / "app.log"

    @property
    def uploads(self) -> Path:
        return self.home / "uploads"

    @property
    def folders_of_backups(self) -> tuple[Path, Path, Path]:
        """The folders in which a backup may lie: rotating, kept, set apart."""
        return (self.backups, self.kept, self.set_apart)

    def books_identity(self) -> Identity | None:
        """Which file the books are now: no other file with this identity may be opened or removed."""
        return identity(self.books)


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise Refused(Code.UNSAFE_FOLDER, path=path) from error
