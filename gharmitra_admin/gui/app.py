"""Start the window: paint first, then load the engine; one program per user. Leaves nothing on disk itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from gharmitra_admin import __version__
from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.books_named import BOOKS_VARIABLE
from gharmitra_admin.engine.base.resources import resource
from gharmitra_admin.gui.backups_tab import BackupsTab
from gharmitra_admin.gui.look.theme import Look, Theme
from gharmitra_admin.gui.main_window import MainWindow
from gharmitra_admin.gui.single_instance import FirstInstance, raise_first, socket_name
from gharmitra_admin.wording.language import Words, load

if TYPE_CHECKING:
    from gharmitra_admin.gui.first_start import FirstStartPage

_WITH_VALUE = {"--db": "db", "--society": "society", "--practice": "practice", "--language": "language"}
USAGE, NO_SCREEN = 2, 14  # as the terminal's exit codes: wrong words, refused


@dataclass(frozen=True, slots=True)
class Options:
    """What the window was started with. ``practice``: where to make a made-up society if none is set up."""

    db: str = ""
    society: str = ""
    practice: str = ""
    language: str = ""
    tray: bool = False


def parse(arguments: Sequence[str]) -> Options | None:
    """Read the words; None where they cannot be read."""
    found: dict[str, str] = {}
    rest, is_tray = list(arguments), False
    while rest:
        name, has_value, value = rest.pop(0).partition("=")
        if name == "--tray":
            is_tray = True
        elif name in _WITH_VALUE and (has_value or rest):
            found[_WITH_VALUE[name]] = value if has_value else rest.pop(0)
        else:
            return None
    return Options(**found, tray=is_tray)


def run(arguments: Sequence[str]) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    if list(arguments) == ["--version"]:
        print(f"gharmitra-admin {__version__}")  # noqa: T201 - this is its answer
        return 0
    options = parse(arguments)
    if options is None:
        print("gharmitra-admin-gui [--db FILE | --society NAME] [--tray]", file=sys.stderr)  # noqa: T201 - there is no window yet
        return USAGE
    file = settings_file.default_file()
    settings, problems = settings_file.load(file)
    settings = settings_file.without_lost_practice(settings)
    words = _words(options.language or settings.language)
    if not has_screen(os.environ):
        # Qt would end the whole process with a core dump.
        said = words.say("There is no screen here for the window. In a terminal the same is done by words: gharmitra-admin --help")
        print(said, file=sys.stderr)  # noqa: T201 - there is no window to say it
        return NO_SCREEN
    app = _application()
    db = options.db or ("" if options.society else os.environ.get(BOOKS_VARIABLE, ""))
    name = socket_name(file, str(Path(db).absolute()) if db else options.society)
    if raise_first(name):
        return 0
    first = FirstInstance(name, app)
    theme = Theme(app, Look(settings.look))
    window = MainWindow(theme, words)
    tab = BackupsTab(theme, words)
    window.add_tab(tab, words.say("Backups"))
    is_first = not db and not options.practice and not settings.societies
    page = _first_page(window, theme, words) if is_first else None
    if not options.tray:
        window.show()
        app.processEvents()
    # What is loaded now takes as long again as all before it; the window is there meanwhile.
    from gharmitra_admin.gui.program import Parts, Program, Setup  # noqa: PLC0415 - see above

    setup = Setup(options.society, db, options.practice, options.tray, file, settings, problems)
    return Program(Parts(app, window, tab, page, theme, words, first), setup).run()


def _application() -> QApplication:
    app = QApplication([sys.argv[0]])
    app.setApplicationName("GharMitra Admin")
    app.setDesktopFileName("gharmitra-admin")
    return app


def _first_page(window: MainWindow, theme: Theme, words: Words) -> FirstStartPage:
    from gharmitra_admin.gui.first_start import FirstStartPage  # noqa: PLC0415 - every later start paints without it

    page = FirstStartPage(theme, words)
    window.show_page(page)
    return page


def has_screen(environment: Mapping[str, str]) -> bool:
    """Whether Qt will find a screen to draw on."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return not sys.platform.startswith("linux") or any(environment.get(name) for name in named)


def _words(language: str) -> Words:
    said = os.environ.get("LANGUAGE", "").split(":")[0] or "en" if language == "system" else language
    return load(said, resource("translations"))
