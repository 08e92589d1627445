"""One tab's page: margins, gaps, and scrolling where the window is too small. Leaves nothing on disk."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QSpacerItem, QVBoxLayout, QWidget

MARGIN = 24
COMPACT_MARGIN = 16
SMALL_GAP = 12
FOOT = 16
COMPACT_BELOW = 680


class Page(QScrollArea):
    """Stacks blocks with the page's gaps; below 680 px of window height it tells its parts to be compact."""

    compact_changed = Signal(bool)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._compact = False
        self._gaps: list[QSpacerItem] = []
        sheet = QWidget()
        sheet.setObjectName("page")
        self._column = QVBoxLayout(sheet)
        self._column.setSpacing(0)
        self._column.setContentsMargins(MARGIN, MARGIN, MARGIN, FOOT)
        self.setWidget(sheet)

    def add(self, block: QWidget | QLayout, *, stretch: int = 0, small_gap: bool = False) -> None:
        """Put a block under the last one: 24 px below it (16 when compact), or 12 px where both belong together."""
        if self._column.count():
            if small_gap:
                self._column.addSpacing(SMALL_GAP)
            else:
                self._add_gap()
        if isinstance(block, QLayout):
            self._column.addLayout(block, stretch)
        else:
            self._column.addWidget(block, stretch)

    def add_stretch(self) -> None:
        self._column.addStretch(1)

    def _add_gap(self) -> None:
        gap = QSpacerItem(0, self._margin)
        self._gaps.append(gap)
        self._column.addSpacerItem(gap)

    @property
    def _margin(self) -> int:
        return COMPACT_MARGIN if self._compact else MARGIN

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_compact(self.window().height() < COMPACT_BELOW)

    def _set_compact(self, compact: bool) -> None:
        if compact == self._compact:
            return
        self._compact = compact
        for gap in self._gaps:
            gap.changeSize(0, self._margin)
        self._column.setContentsMargins(MARGIN, self._margin, MARGIN, FOOT)
        self._column.invalidate()
        self.compact_changed.emit(compact)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 240)
