"""The tray's four shapes and the program's own icon. Leaves nothing on disk."""

from enum import Enum

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from gharmitra_admin.engine.base.resources import resource
from gharmitra_admin.gui.look.tokens import TRAY

SIZES = (16, 20, 22, 24, 32, 44, 48, 64)


class TrayState(Enum):
    GOOD = "good"
    LOOK = "look"
    ACT = "act"
    WORKING = "working"


_TICK = 'fill="none" stroke="{inside}" stroke-linecap="round" stroke-linejoin="round"'
_BODY = 'fill="{body}" stroke="{body}" stroke-linejoin="round"'
_SHAPES = {
    TrayState.GOOD: (
        f'<path d="M16 3 L29 13.3 V27 A2 2 0 0 1 27 29 H5 A2 2 0 0 1 3 27 V13.3 Z" {_BODY} stroke-width="4"/>'
        f'<path d="M8.2 19.2 L13.6 24.6 L24 14" {_TICK} stroke-width="3.5"/>'
    ),
    TrayState.LOOK: (
        f'<path d="M16 3.4 L29.9 28.6 H2.1 Z" {_BODY} stroke-width="3.6"/>'
        f'<path d="M16 11.6 V19 M16 24.4 V24.42" {_TICK} stroke-width="3.6"/>'
    ),
    TrayState.ACT: (
        f'<rect x="2" y="2" width="28" height="28" rx="4" {_BODY} stroke-width="0"/>'
        f'<path d="M16 8.4 V17 M16 23 V23.02" {_TICK} stroke-width="3.8"/>'
    ),
    TrayState.WORKING: (
        '<path d="M5.4 9.8 A12.2 12.2 0 0 1 28 14.4 M26.6 22.2 A12.2 12.2 0 0 1 4 17.6" fill="none" stroke="{body}" stroke-width="3.7"'
        ' stroke-linecap="round"/><path d="M2 2.2 V14 H13.6 Z M30 29.8 V18 H18.4 Z" fill="{body}"/>'
    ),
}


def tray_icon(state: TrayState) -> QIcon:
    """Draw one state's icon in all the sizes panels ask for."""
    return _icon(_SHAPES[state].format(body=getattr(TRAY, state.value), inside=TRAY.inside))


def program_icon() -> QIcon:
    """The house, of ink with a paper edge, so that it stands out on a light and on a dark panel."""
    body = resource("icons/gharmitra-admin.svg").read_bytes()
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        icon.addPixmap(_render(body, side))
    return icon


def _icon(body: str) -> QIcon:
    icon = QIcon()
    for side in SIZES:
        icon.addPixmap(_pixmap(body, side))
    return icon


def _pixmap(body: str, side: int) -> QPixmap:
    return _render(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{body}</svg>'.encode(), side)


def _render(svg: bytes, side: int) -> QPixmap:
    from PySide6.QtSvg import QSvgRenderer  # noqa: PLC0415  loaded with the first drawing, not with the first import

    pixmap = QPixmap(side, side)
    pixmap.fill(QColor(Qt.GlobalColor.transparent))
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap
