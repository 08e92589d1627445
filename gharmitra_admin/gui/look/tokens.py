"""The table of colours, once, for both themes. Leaves nothing on disk."""

from dataclasses import dataclass, fields
from enum import Enum


class Scheme(Enum):
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme's colours as ``#RRGGBB``; the names are those of the design's table."""

    window: str
    surface: str
    sunken: str
    hover: str
    pressed: str
    select: str
    line: str
    edge: str
    edge_strong: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    accent_press: str
    on_accent: str
    good: str
    good_fill: str
    good_tint: str
    look: str
    look_fill: str
    look_tint: str
    act: str
    act_fill: str
    act_tint: str
    on_fill: str
    track: str
    off: str
    off_text: str

    def as_words(self) -> dict[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}


LIGHT = Tokens(
    window="#F5F4F1",
    surface="#FFFFFF",
    sunken="#FAF9F7",
    hover="#F1EFEB",
    pressed="#E7E4DE",
    select="#ECE9E3",
    line="#E4E1DA",
    edge="#C4BFB6",
    edge_strong="#857F76",
    text="#1F1D1A",
    muted="#5C5750",
    accent="#1B5299",
    accent_hover="#17467F",
    accent_press="#123A6B",
    on_accent="#FFFFFF",
    good="#14713C",
    good_fill="#1B7F45",
    good_tint="#DDEFE3",
    look="#8A5300",
    look_fill="#B36B00",
    look_tint="#FBEBD0",
    act="#B3261E",
    act_fill="#C4302B",
    act_tint="#FBE3E1",
    on_fill="#FFFFFF",
    track="#DEDAD3",
    off="#EBE8E3",
    off_text="#8A847B",
)

DARK = Tokens(
    window="#1D1C1A",
    surface="#272624",
    sunken="#2C2A28",
    hover="#33312E",
    pressed="#3B3936",
    select="#393733",
    line="#3A3835",
    edge="#57534D",
    edge_strong="#9B958B",
    text="#F3F1ED",
    muted="#BDB7AD",
    accent="#8CBBF7",
    accent_hover="#A3C9FA",
    accent_press="#78ABEC",
    on_accent="#0E2038",
    good="#7BD39B",
    good_fill="#7BD39B",
    good_tint="#25402F",
    look="#F0B94F",
    look_fill="#F0B94F",
    look_tint="#453618",
    act="#FF9A90",
    act_fill="#FF9A90",
    act_tint="#4D2825",
    on_fill="#1D1C1A",
    track="#45423E",
    off="#312F2C",
    off_text="#7F796F",
)

BY_SCHEME = {Scheme.LIGHT: LIGHT, Scheme.DARK: DARK}


def two_tone(paper: str, ink: str) -> Tokens:
    """Make the table of a high-contrast desktop: its own paper and ink, and nothing between them."""
    papers = {
        "window",
        "surface",
        "sunken",
        "hover",
        "pressed",
        "select",
        "good_tint",
        "look_tint",
        "act_tint",
        "on_accent",
        "on_fill",
        "track",
        "off",
    }
    return Tokens(**{field.name: paper if field.name in papers else ink for field in fields(Tokens)})


@dataclass(frozen=True, slots=True)
class TrayColours:
    """One set for light and dark panels: on Windows the panel's theme is a setting of its own, so it is not guessed."""

    good: str = "#1E8A4C"
    look: str = "#B76E00"
    act: str = "#D43A36"
    working: str = "#3A76D8"
    inside: str = "#FFFFFF"


TRAY = TrayColours()
