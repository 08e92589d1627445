"""The window's tabs: words only, and a quiet button in the corner. Leaves nothing on disk."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabWidget, QWidget

RIGHT = 20
BELOW = 5


class Tabs(QTabWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("tabs")

    def set_corner(self, button: QPushButton) -> None:
        """Put a quiet button at the right end of the tabs."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, RIGHT, BELOW)
        row.addWidget(button)
        self.setCornerWidget(holder)
