"""The language of all sentences: one catalogue for window, tray, terminal and HTTP. Leaves nothing on disk.

Sentences stand in the code in plain English, marked by ``mark`` in tables and said through ``Words.say`` or ``Words.count``.
"""

from __future__ import annotations

import gettext
import re
from dataclasses import dataclass, field
from pathlib import Path

DOMAIN = "gharmitra_admin"
ENGLISH = "en_IN"


def mark(text: str) -> str:
    """Mark a sentence of a table for the translators."""
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """One language. ``locale`` is what numbers and dates follow."""

    catalogue: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)
    locale: str = ENGLISH

    def say(self, text: str, /, **values: object) -> str:
        """Say a sentence with its values put in."""
        said = self.catalogue.gettext(text)
        return said.format(**values) if values else said

    def count(self, one: str, many: str, number: int, /, **values: object) -> str:
        """Say a sentence about ``number`` things, in the form which that number asks for; ``{number}`` is put in."""
        return self.catalogue.ngettext(one, many, number).format(number=number, **values)


def load(language: str, folder: Path) -> Words:
    """Load a language; English where there is no catalogue for it.  ``folder`` holds LANGUAGE/LC_MESSAGES/gharmitra_admin.mo."""
    if language.startswith("pseudo"):
        return pseudo()
    catalogue = gettext.translation(DOMAIN, folder, languages=[language], fallback=True)
    is_translated = isinstance(catalogue, gettext.GNUTranslations)
    return Words(catalogue, language.replace("-", "_") if is_translated else ENGLISH)


class _Pseudo(gettext.NullTranslations):
    """English made longer by 40 % and accented: what it does not reach is not translatable, what it breaks is too narrow."""

    _ACCENTS = str.maketrans("aceginorsuyACEGINORSUY", "áçéğíñóŕšúýÁÇÉĞÍÑÓŔŠÚÝ")

    def gettext(self, message: str) -> str:
        parts = re.split(r"(\{[^}]*\}|&)", message)
        accented = "".join(part if part.startswith(("{", "&")) else part.translate(self._ACCENTS) for part in parts)
        return accented + "·" * max(1, round(0.4 * len(re.sub(r"\{[^}]*\}|&", "", message)))) if message.strip() else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def pseudo() -> Words:
    """The language that tests layouts."""
    return Words(_Pseudo())
