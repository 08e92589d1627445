"""Puts the look on the application and keeps it right when the desktop or the setting changes. Leaves nothing on disk."""

from enum import Enum
from string import Template

from PySide6.QtCore import QLoggingCategory, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gharmitra_admin.engine.base.resources import resource
from gharmitra_admin.gui.look.fonts import Fonts, system_fonts
from gharmitra_admin.gui.look.marks import Marks
from gharmitra_admin.gui.look.tokens import BY_SCHEME, Scheme, Tokens, two_tone

_ROLES = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Base: "surface",
    QPalette.ColorRole.AlternateBase: "sunken",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.Button: "surface",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.BrightText: "text",
    QPalette.ColorRole.ToolTipBase: "surface",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.Highlight: "select",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Accent: "accent",
    QPalette.ColorRole.Link: "text",
    QPalette.ColorRole.LinkVisited: "muted",
    QPalette.ColorRole.Light: "surface",
    QPalette.ColorRole.Midlight: "hover",
    QPalette.ColorRole.Mid: "line",
    QPalette.ColorRole.Dark: "edge",
    QPalette.ColorRole.Shadow: "edge_strong",
}
_OFF_ROLES = (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)


class Look(Enum):
    """The setting "Look"; the values are what the settings file holds."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def palette(tokens: Tokens) -> QPalette:
    made = QPalette()
    for role, name in _ROLES.items():
        made.setColor(role, QColor(getattr(tokens, name)))
    for role in _OFF_ROLES:
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.off_text))
    return made


def style_sheet(scheme: Scheme) -> str:
    """Fill the template; raises KeyError where the sheet names a colour that the table has not."""
    template = Template(resource("look/style.qss").read_text("utf-8"))
    return template.substitute(BY_SCHEME[scheme].as_words(), art=resource(f"look/{scheme.value}").as_posix())


def apply(app: QApplication, scheme: Scheme, fonts: Fonts) -> None:
    """Dress the whole application in one scheme: palette, font and style sheet."""
    app.setPalette(palette(BY_SCHEME[scheme]))
    app.setFont(fonts.plain)
    app.setStyleSheet(style_sheet(scheme))


def repolish(widget: QWidget) -> None:
    """Make the style sheet look again at a widget whose property changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Theme(QObject):
    """The look in force; widgets read colours, fonts and marks from it and repaint on ``changed``."""

    changed = Signal()

    def __init__(self, app: QApplication, look: Look = Look.SYSTEM, fonts: Fonts | None = None) -> None:
        super().__init__(app)
        # Inter has no Devanagari tables; Qt says so on stderr for every Hindi word, and then rightly takes the next family.
        QLoggingCategory.setFilterRules("qt.text.font.db=false")
        app.setStyle("Fusion")
        self._app = app
        self._look = look
        self._worn: tuple[Scheme, bool] | None = None
        self.fonts = fonts or system_fonts()
        self.tokens = BY_SCHEME[Scheme.LIGHT]
        self.marks = Marks()
        self._hints = app.styleHints()
        self._hints.colorSchemeChanged.connect(self._refresh)
        # Known from Qt 6.10 on; the object must be held, or its wrapper goes with the line that asked for it.
        self._accessibility = self._hints.accessibility() if hasattr(self._hints, "accessibility") else None
        if self._accessibility is not None:
            self._accessibility.contrastPreferenceChanged.connect(self._refresh)
        self.set_look(look)

    @property
    def scheme(self) -> Scheme:
        if self._look is Look.SYSTEM:
            return Scheme.DARK if self._hints.colorScheme() is Qt.ColorScheme.Dark else Scheme.LIGHT
        return Scheme(self._look.value)

    @property
    def high_contrast(self) -> bool:
        """Whether the desktop asks for more contrast: then it chooses the colours, not we."""
        return self._accessibility is not None and self._accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast

    def set_look(self, look: Look) -> None:
        """Follow the desktop, or stay light or dark whatever it does; the system's title bar follows too."""
        self._look = look
        if look is Look.SYSTEM:
            self._hints.unsetColorScheme()
        else:
            self._hints.setColorScheme(Qt.ColorScheme.Dark if look is Look.DARK else Qt.ColorScheme.Light)
        self._refresh()

    def _refresh(self) -> None:
        wanted = (self.scheme, self.high_contrast)
        if wanted == self._worn:
            return
        self._worn = wanted
        self.marks = Marks()
        if self.high_contrast:
            self._wear_high_contrast()
        else:
            self.tokens = BY_SCHEME[self.scheme]
            apply(self._app, self.scheme, self.fonts)
        self.changed.emit()

    def _wear_high_contrast(self) -> None:
        self._app.setStyleSheet("")
        self._app.setPalette(QPalette())
        self._app.setFont(self.fonts.plain)
        system = self._app.palette()
        self.tokens = two_tone(system.color(QPalette.ColorRole.Window).name(), system.color(QPalette.ColorRole.WindowText).name())
