"""The look: words and shapes that can be told apart, in both themes, and four icons that need no colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from gharmitra_admin.gui.look.marks import Mark, Marks
from gharmitra_admin.gui.look.theme import Look, Theme, style_sheet
from gharmitra_admin.gui.look.tokens import BY_SCHEME, TRAY, Scheme
from gharmitra_admin.gui.widgets.tray_icons import TrayState, tray_icon

WORDS, SHAPES = 4.5, 3.0
# (what is seen, on what, the least contrast by WCAG 2)
PAIRS = [
    ("text", "window", WORDS), ("text", "surface", WORDS), ("text", "select", WORDS),
    ("text", "sunken", WORDS), ("text", "look_tint", WORDS),
    ("muted", "window", WORDS), ("muted", "surface", WORDS), ("muted", "sunken", WORDS), ("muted", "select", WORDS),
    ("on_accent", "accent", WORDS), ("on_accent", "accent_hover", WORDS), ("on_accent", "accent_press", WORDS),
    ("good", "surface", WORDS), ("look", "surface", WORDS), ("act", "surface", WORDS), ("good", "select", WORDS), ("act", "select", WORDS),
    ("on_fill", "good_fill", SHAPES), ("on_fill", "look_fill", SHAPES), ("on_fill", "act_fill", SHAPES),
    ("good_fill", "window", SHAPES), ("look_fill", "window", SHAPES), ("act_fill", "window", SHAPES),
    ("good", "good_tint", SHAPES), ("look", "look_tint", SHAPES), ("act", "act_tint", SHAPES), ("muted", "hover", SHAPES),
    ("accent", "track", SHAPES), ("accent", "window", SHAPES), ("edge_strong", "surface", SHAPES), ("edge_strong", "window", SHAPES),
    ("off_text", "surface", 2.5),
]  # fmt: skip


def luminance(colour: str) -> float:
    parts = [part / 255 for part in QColor(colour).getRgb()[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", list(Scheme))
@pytest.mark.parametrize(("seen", "on", "least"), PAIRS)
def test_words_and_shapes_stand_out(scheme: Scheme, seen: str, on: str, least: float) -> None:
    tokens = BY_SCHEME[scheme]
    assert contrast(getattr(tokens, seen), getattr(tokens, on)) >= least


@pytest.mark.parametrize("panel", ["#F3F3F3", "#202020"])
@pytest.mark.parametrize("state", ["good", "look", "act", "working"])
def test_the_tray_stands_out_on_light_and_dark_panels(state: str, panel: str) -> None:
    assert contrast(getattr(TRAY, state), panel) >= SHAPES
    assert contrast(TRAY.inside, getattr(TRAY, state)) >= SHAPES


@pytest.mark.parametrize("scheme", list(Scheme))
def test_the_style_sheet_is_filled_and_its_pictures_are_there(qapp: QApplication, scheme: Scheme) -> None:
    sheet = style_sheet(scheme)
    assert "$" not in sheet
    pictures = re.findall(r'url\("([^"]+)"\)', sheet)
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_a_look_that_is_chosen_is_worn_at_once(qapp: QApplication) -> None:
    theme = Theme(qapp, Look.LIGHT)
    seen: list[str] = []
    theme.changed.connect(lambda: seen.append(theme.tokens.window))
    theme.set_look(Look.DARK)
    assert seen == [BY_SCHEME[Scheme.DARK].window]
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == BY_SCHEME[Scheme.DARK].window
    theme.set_look(Look.LIGHT)
    assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == BY_SCHEME[Scheme.LIGHT].window


def test_a_desktop_that_asks_for_contrast_chooses_the_colours_itself(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Theme, "high_contrast", property(lambda _theme: True))
    theme = Theme(qapp, Look.LIGHT)
    assert qapp.styleSheet() == ""
    assert len({theme.tokens.text, theme.tokens.good, theme.tokens.act}) == 1
    monkeypatch.undo()
    Theme(qapp, Look.LIGHT)
    assert qapp.styleSheet() != ""


def outline(state: TrayState, side: int) -> tuple[bool, ...]:
    """Which points of the icon are not empty: all that is left of it without colour."""
    image = tray_icon(state).pixmap(side, side).toImage()
    return tuple(image.pixelColor(x, y).alpha() > 127 for y in range(image.height()) for x in range(image.width()))


@pytest.mark.parametrize("side", [16, 24, 32])
def test_four_outlines_differ_without_colour(qapp: QApplication, side: int) -> None:
    outlines = [outline(state, side) for state in TrayState]
    for place, one in enumerate(outlines):
        for other in outlines[place + 1 :]:
            assert sum(here != there for here, there in zip(one, other, strict=True)) / len(one) > 0.08


def test_every_mark_draws_something(qapp: QApplication) -> None:
    marks = Marks()
    for mark in Mark:
        image = marks.pixmap(mark, 20, "#000000").toImage()
        assert any(image.pixelColor(x, y).alpha() > 0 for x in range(20) for y in range(20)), mark


def test_a_look_by_the_desktop_follows_it(qapp: QApplication) -> None:
    theme = Theme(qapp, Look.SYSTEM)
    dark = qapp.styleHints().colorScheme() is Qt.ColorScheme.Dark
    assert theme.scheme is (Scheme.DARK if dark else Scheme.LIGHT)
