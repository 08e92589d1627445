"""Every mark and icon as a few SVG strokes, drawn in the colour asked for. Leaves nothing on disk."""

from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

if TYPE_CHECKING:
    from PySide6.QtSvg import QSvgRenderer


class Mark(StrEnum):
    """The shapes; a state is told by its shape, the colour only supports it."""

    TICK = "tick"
    TWO_TICKS = "two_ticks"
    TRIANGLE = "triangle"
    SQUARE = "square"
    WORKING = "working"
    RING = "ring"
    BADGE_TICK = "badge_tick"
    BADGE_TRIANGLE = "badge_triangle"
    BADGE_SQUARE = "badge_square"
    BADGE_WORKING = "badge_working"
    BADGE_RING = "badge_ring"
    CELL_TICK = "cell_tick"
    CELL_TWO_TICKS = "cell_two_ticks"
    CELL_BARS = "cell_bars"
    CELL_TRIANGLE = "cell_triangle"
    CELL_SQUARE = "cell_square"
    CELL_CROSS = "cell_cross"
    BOOKMARK = "bookmark"
    DOWN = "down"
    RIGHT = "right"
    GEAR = "gear"
    HISTORY = "history"
    SEARCH = "search"
    PRACTISE = "practise"
    LIST = "list"
    HOUSE = "house"


_LINE = 'fill="none" stroke="{ink}" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"'
_TICK = 'fill="none" stroke="{ink}" stroke-width="1.85" stroke-linecap="round" stroke-linejoin="round"'
_BADGE = 'fill="none" stroke="{ink}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"'
_FILL = 'fill="{ink}" stroke="{ink}" stroke-linejoin="round"'
_ON = 'fill="none" stroke="{on}" stroke-linecap="round" stroke-linejoin="round"'
_GEAR = (
    "M8.09 5.27 L8.38 3.24 L11.62 3.24 L11.91 5.27 L13.15 5.98 L15.04 5.22 L16.67 8.03 L15.05 9.29 L15.05 10.71"
    " L16.67 11.97 L15.04 14.78 L13.15 14.02 L11.91 14.73 L11.62 16.76 L8.38 16.76 L8.09 14.73 L6.85 14.02"
    " L4.96 14.78 L3.33 11.97 L4.95 10.71 L4.95 9.29 L3.33 8.03 L4.96 5.22 L6.85 5.98Z"
)

_LIST = "M2.8 5.6 L4.1 6.9 L6.6 4.3 M2.8 11 L4.1 12.3 L6.6 9.7 M4.5 15.9 V15.92 M9.4 5.8 H17.1 M9.4 10.7 H17.1 M9.4 15.9 H17.1"

_SHAPES: dict[Mark, tuple[int, str]] = {
    Mark.TICK: (20, f'<path d="M3.8 10.4 L8 14.4 L16.2 6.1" {_TICK}/>'),
    Mark.TWO_TICKS: (20, f'<path d="M1.3 10.8 L4.9 14.4 L12 6.6 M9.3 13.9 L10.2 14.4 L18.6 5.9" {_TICK}/>'),
    Mark.TRIANGLE: (
        20,
        f'<path d="M10 3.6 L17.6 16.6 H2.4 Z" {_FILL} stroke-width="1.7"/><path d="M10 8 V11.6 M10 14.3 V14.32" {_ON} stroke-width="1.9"/>',
    ),
    Mark.SQUARE: (
        20,
        (
            f'<rect x="2.5" y="2.5" width="15" height="15" rx="2.8" {_FILL} stroke-width="0"/>'
            f'<path d="M10 6 V10.9 M10 13.9 V13.92" {_ON} stroke-width="1.9"/>'
        ),
    ),
    Mark.WORKING: (
        20,
        f'<path d="M3.2 2.7 V6.9 H7.4 M16.8 17.3 V13.1 H12.6 M3.5 6.7 A7 7 0 0 1 17 9.4 M16.5 13.3 A7 7 0 0 1 3 10.6" {_LINE}/>',
    ),
    Mark.RING: (20, f'<circle cx="10" cy="10" r="6.6" {_LINE}/>'),
    Mark.BADGE_TICK: (
        40,
        f'<circle cx="20" cy="20" r="18.3" {_FILL} stroke-width="0"/><path d="M11.6 20.6 L17.4 26.2 L28.4 14.6" {_ON} stroke-width="3.6"/>',
    ),
    Mark.BADGE_TRIANGLE: (
        40,
        f'<path d="M20 5.5 L36 33.5 H4 Z" {_FILL} stroke-width="4"/><path d="M20 14 V22.6 M20 28.6 V28.62" {_ON} stroke-width="3.6"/>',
    ),
    Mark.BADGE_SQUARE: (
        40,
        (
            f'<rect x="2.6" y="2.6" width="34.8" height="34.8" rx="5.5" {_FILL} stroke-width="0"/>'
            f'<path d="M20 11.4 V21.8 M20 28.3 V28.32" {_ON} stroke-width="3.8"/>'
        ),
    ),
    Mark.BADGE_WORKING: (
        40,
        (
            '<path d="M5.6 6.6 V15.5 H14.4 M34.4 33.4 V24.5 H25.6 M6.7 15 A13.7 13.7 0 0 1 33.6 19.2 M33.3 25 A13.7 13.7 0 0 1 6.4 20.8"'
            f" {_BADGE}/>"
        ),
    ),
    Mark.BADGE_RING: (40, f'<circle cx="20" cy="20" r="16.5" {_BADGE}/>'),
    Mark.CELL_TICK: (16, f'<path d="M3.8 8.2 L6.7 11 L12.3 5.2" {_TICK}/>'),
    Mark.CELL_TWO_TICKS: (16, f'<path d="M1.8 8.2 L4.5 10.9 L9.4 5.2 M7.7 10.4 L8.3 10.9 L14.2 5.2" {_TICK}/>'),
    Mark.CELL_BARS: (
        16,
        '<path d="M4.4 6.4 H11.6 M4.4 9.8 H11.6" fill="none" stroke="{ink}" stroke-width="1.8" stroke-linecap="round"/>',
    ),
    Mark.CELL_TRIANGLE: (16, f'<path d="M8 4.4 L12.2 12 H3.8 Z" {_FILL} stroke-width="1.4"/>'),
    Mark.CELL_SQUARE: (16, f'<rect x="4" y="4" width="8" height="8" rx="1.6" {_FILL} stroke-width="0"/>'),
    Mark.CELL_CROSS: (
        16,
        '<path d="M5 5 L11 11 M11 5 L5 11" fill="none" stroke="{ink}" stroke-width="2.1" stroke-linecap="round"/>',
    ),
    Mark.BOOKMARK: (20, f'<path d="M7.6 3.9 H14.8 V15.8 L11.2 13 L7.6 15.8 Z" {_LINE}/>'),
    Mark.DOWN: (20, f'<path d="M5.2 7.8 L10 12.5 L14.8 7.8" {_LINE}/>'),
    Mark.RIGHT: (20, f'<path d="M8.7 5.2 L13.5 10 L8.7 14.8" {_LINE}/>'),
    Mark.GEAR: (20, f'<path d="{_GEAR}" {_LINE}/><circle cx="10" cy="10" r="2.6" {_LINE}/>'),
    Mark.HISTORY: (20, f'<path d="M2.9 2.7 V7.2 H7.5 M3.4 7 A7.2 7.2 0 1 1 2.8 9.7 M10 6.2 V10 L12.4 11.6" {_LINE}/>'),
    Mark.SEARCH: (20, f'<path d="M12.9 12.9 L17 17" {_LINE}/><circle cx="8.6" cy="8.6" r="5.8" {_LINE}/>'),
    Mark.PRACTISE: (
        20,
        (
            f'<rect x="6.8" y="6.8" width="10.6" height="10.6" rx="2" {_LINE}/>'
            f'<path d="M3.1 13.4 V5 A1.9 1.9 0 0 1 5 3.1 H13.6" {_LINE} stroke-dasharray="2.2 2.6"/>'
        ),
    ),
    Mark.LIST: (
        20,
        f'<path d="{_LIST}" {_LINE}/>',
    ),
    Mark.HOUSE: (
        48,
        (
            f'<path d="M24 3 L45 19.6 V41.5 A3.5 3.5 0 0 1 41.5 45 H6.5 A3.5 3.5 0 0 1 3 41.5 V19.6 Z" {_FILL} stroke-width="6"/>'
            f'<path d="M12.5 28.5 L20.6 36.6 L36 20.8" {_ON} stroke-width="5"/>'
        ),
    ),
}


def svg(mark: Mark, ink: str, on: str) -> str:
    """Write the mark out: ``ink`` for its lines and body, ``on`` for what stands inside the body."""
    side, body = _SHAPES[mark]
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}">{body.format(ink=ink, on=on)}</svg>'


class Marks:
    """Draws marks, keeping each renderer and each pixmap it has once made."""

    def __init__(self) -> None:
        self._renderers: dict[tuple[Mark, str, str], QSvgRenderer] = {}
        self._pixmaps: dict[tuple[Mark, str, str, float, float], QPixmap] = {}

    def paint(self, painter: QPainter, mark: Mark, rect: QRectF, ink: str, on: str = "#FFFFFF") -> None:
        """Draw the mark centred in ``rect``, as large as its shorter side allows."""
        side = min(rect.width(), rect.height())
        device = painter.device()
        pixmap = self.pixmap(mark, side, ink, on, device.devicePixelRatioF())
        corner = rect.center() - QPointF(side / 2, side / 2)
        painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), pixmap)

    def pixmap(self, mark: Mark, side: float, ink: str, on: str = "#FFFFFF", ratio: float = 1.0) -> QPixmap:
        key = (mark, ink, on, side, ratio)
        found = self._pixmaps.get(key)
        if found is None:
            found = self._pixmaps[key] = self._render(mark, QSizeF(side, side), ink, on, ratio)
        return found

    def icon(self, mark: Mark, side: int, ink: str, on: str = "#FFFFFF", *, off: str = "", after: int = 0) -> QIcon:
        """Make an icon for a button; ``after`` is blank width, since a button leaves no gap between icon and words."""
        icon = QIcon()
        for ratio in (1.0, 2.0):
            icon.addPixmap(self._render(mark, QSizeF(side + after, side), ink, on, ratio))
            if off:
                icon.addPixmap(self._render(mark, QSizeF(side + after, side), off, on, ratio), QIcon.Mode.Disabled)
        return icon

    def _render(self, mark: Mark, size: QSizeF, ink: str, on: str, ratio: float) -> QPixmap:
        pixmap = QPixmap((size * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(pixmap)
        self._renderer(mark, ink, on).render(painter, QRectF(0, 0, size.height(), size.height()))
        painter.end()
        return pixmap

    def _renderer(self, mark: Mark, ink: str, on: str) -> "QSvgRenderer":
        from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415  loaded with the first mark, not with the first import

        key = (mark, ink, on)
        found = self._renderers.get(key)
        if found is None:
            found = self._renderers[key] = QSvgRenderer(QByteArray(svg(mark, ink, on).encode()))
        return found
