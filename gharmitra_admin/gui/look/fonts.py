"""The window's type: the system's own family, a Devanagari family after it, and the few sizes in use. Leaves nothing on disk."""

import sys
from dataclasses import dataclass

from PySide6.QtGui import QFont, QFontDatabase

BASE_POINTS = 11.0
WINDOWS_DEFAULT_POINTS = 9.0

_DEVANAGARI = {
    "win32": ["Nirmala UI"],
    "darwin": ["Kohinoor Devanagari", "Devanagari MT"],
    "linux": ["Noto Sans Devanagari", "Lohit Devanagari"],
}
_NO_CHOICE_MADE = {"", "sans", "sans serif", "sans-serif"}
"""What an X server without a desktop names; fontconfig would answer it with any font at all."""


@dataclass(frozen=True)
class Fonts:
    """The fonts of one run, all scaled together from ``points``, the size of ordinary words."""

    families: tuple[str, ...]
    points: float = BASE_POINTS

    @property
    def scale(self) -> float:
        """How much larger than the drawn pictures: 2.0 where words are 22 pt."""
        return self.points / BASE_POINTS

    def make(self, points: float, *, strong: bool = False, equal_digits: bool = False) -> QFont:
        font = QFont()
        font.setFamilies(list(self.families))
        font.setPointSizeF(points * self.scale)
        if strong:
            font.setWeight(QFont.Weight.DemiBold)
        if equal_digits:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    @property
    def plain(self) -> QFont:
        return self.make(11)

    @property
    def strong(self) -> QFont:
        return self.make(11, strong=True)

    @property
    def table(self) -> QFont:
        return self.make(11, equal_digits=True)

    @property
    def headline(self) -> QFont:
        return self.make(20, strong=True)

    @property
    def running_headline(self) -> QFont:
        """The headline whose percent changes: its digits keep their width, so that the words after them stand still."""
        return self.make(20, strong=True, equal_digits=True)

    @property
    def lead(self) -> QFont:
        return self.make(13)

    @property
    def number(self) -> QFont:
        return self.make(16, strong=True)


def system_fonts(platform: str = sys.platform) -> Fonts:
    """Take family and size from the desktop; words are never smaller than 11 pt and follow the desktop's larger text."""
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    return Fonts(families_for(system.families(), platform), points_for(system.pointSizeF(), platform))


def families_for(system: list[str], platform: str) -> tuple[str, ...]:
    """Put the families in order: the desktop's own first, but where it names none the one the pictures were drawn with."""
    own = list(system)
    if platform == "win32":
        own = ["Segoe UI Variable Text", "Segoe UI", *own]
    elif not own or own[0].casefold() in _NO_CHOICE_MADE:
        own = ["Inter", "Adwaita Sans", "Cantarell", "Noto Sans", *own]
    return tuple(dict.fromkeys([*own, *_DEVANAGARI.get(platform, _DEVANAGARI["linux"])]))


def points_for(system_points: float, platform: str) -> float:
    """Scale our 11 pt by the desktop's text size; Windows tells it as a multiple of 9 pt."""
    wanted = BASE_POINTS * system_points / WINDOWS_DEFAULT_POINTS if platform == "win32" else system_points
    return max(BASE_POINTS, wanted)
