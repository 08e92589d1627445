"""The one white sheet of a page, the hairlines in it and the strip at its foot. Leaves nothing on disk."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget


class Hairline(QFrame):
    """One pixel of line, 16 px in from both sides unless told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "hairline")
        self.setFixedHeight(1)


class Card(QFrame):
    """A sheet with an edge and round corners; its parts share it from top to bottom."""

    def __init__(self, name: str, *, pad: int = 1) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "card")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, pad, 1, pad)
        self._column.setSpacing(0)

    def add(self, part: QWidget, stretch: int = 0) -> None:
        self._column.addWidget(part, stretch)

    def add_hairline(self, inset: int = 0) -> Hairline:
        line = Hairline()
        if inset:
            holder = QWidget()
            inner = QVBoxLayout(holder)
            inner.setContentsMargins(inset, 0, inset, 0)
            inner.addWidget(line)
            self._column.addWidget(holder)
        else:
            self._column.addWidget(line)
        return line

    def clear(self) -> None:
        """Take every part out and let it go."""
        while (item := self._column.takeAt(0)) is not None:
            if (part := item.widget()) is not None:
                part.hide()
                part.deleteLater()
