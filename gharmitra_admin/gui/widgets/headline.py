"""The block that says how things stand, and in its place how the running job goes. Leaves nothing on disk."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QSizePolicy, QStackedLayout, QWidget

from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.gui.widgets.banner import Banner, BannerView
from gharmitra_admin.gui.widgets.buttons import LEAST_HEIGHT, Button
from gharmitra_admin.gui.widgets.labels import MarkLabel, Words
from gharmitra_admin.gui.widgets.levels import BADGE_OF_LEVEL, Level

BADGE_SIDE = 40
BAR_STEPS = 1000


@dataclass(frozen=True, slots=True)
class HeadlineView:
    """How things stand. ``action_words`` is the headline's own button; where it is given, the banner waits."""

    level: Level
    headline: str
    muted: str = ""
    action_words: str = ""
    banner: BannerView | None = None


@dataclass(frozen=True, slots=True)
class RunningView:
    """How the job goes; ``done`` is 0.0 to 1.0, or None while nobody can say."""

    headline: str
    done: float | None
    cancel_words: str
    bar_name: str
    can_cancel: bool = True


class JobBar(QWidget):
    """The bar and its Cancel, as high as the muted line it stands in for."""

    cancel_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("jobBar")
        self._bar = QProgressBar()
        self._bar.setObjectName("jobProgress")
        self._bar.setTextVisible(False)
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._cancel = Button("", "jobCancelButton")
        self._cancel.clicked.connect(self.cancel_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self._bar, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_view(self, view: RunningView) -> None:
        self._bar.setAccessibleName(view.bar_name)
        self._bar.setMaximum(0 if view.done is None else BAR_STEPS)
        if view.done is not None:
            self._bar.setValue(round(view.done * BAR_STEPS))
        self._cancel.set_words(view.cancel_words)
        self._cancel.setEnabled(view.can_cancel)


class HeadlineBlock(QWidget):
    """Badge, headline, muted line or running bar, then the headline's button or the banner."""

    cancel_requested = Signal()
    action_requested = Signal()
    banner_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("headlineBlock")
        self._theme = theme
        self._view = HeadlineView(Level.NOT_YET, "")
        self._running = False
        self._said = ""
        self._badge = MarkLabel(theme, BADGE_SIDE, *BADGE_OF_LEVEL[Level.NOT_YET])
        self._headline = Words(font=theme.fonts.headline, name="headlineLabel")
        self._muted = Words(font=theme.fonts.plain, muted=True, name="headlineMuted")
        self._job = JobBar()
        self._job.cancel_requested.connect(self.cancel_requested)
        self._banner = Banner(theme)
        self._banner.pressed.connect(self.banner_requested)
        self._action = Button("", "headlineActionButton")
        self._action.clicked.connect(self.action_requested)
        self._side = QHBoxLayout()
        self._side.setSpacing(8)
        self._lay_out()

    def _lay_out(self) -> None:
        second = QWidget()
        self._second = QStackedLayout(second)
        self._second.addWidget(self._muted)
        self._second.addWidget(self._job)
        second.setMinimumHeight(LEAST_HEIGHT)
        self._third = QWidget()
        third = QHBoxLayout(self._third)
        third.setContentsMargins(0, 4, 0, 0)
        third.setSpacing(0)
        third.addWidget(self._action)
        third.addWidget(self._banner)
        third.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.setRowMinimumHeight(0, BADGE_SIDE)
        grid.addWidget(self._badge, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._headline, 0, 1)
        grid.addLayout(self._side, 0, 2)
        grid.addWidget(second, 1, 1, 1, 2)
        grid.addWidget(self._third, 2, 1, 1, 2)

    def add_side(self, button: QWidget) -> None:
        """Put a button at the right of the headline, after those already there."""
        self._side.addWidget(button)

    def set_view(self, view: HeadlineView) -> None:
        """Say how things stand; while a job runs it is kept and shown afterwards."""
        self._view = view
        self._muted.setText(view.muted)
        if view.banner is not None:
            self._banner.set_view(view.banner)
        self._action.set_words(view.action_words)
        self._action.setVisible(bool(view.action_words))
        self._banner.setVisible(view.banner is not None and not view.action_words)
        self._third.setVisible(bool(view.action_words) or view.banner is not None)
        if not self._running:
            self._show_standing()

    def set_running(self, running: RunningView | None) -> None:
        """Show how the job goes, or with None how things stand; nothing below moves by it."""
        if running is None:
            if self._running:
                self._running = False
                self._second.setCurrentWidget(self._muted)
                self._show_standing()
            return
        self._job.set_view(running)
        if not self._running:
            self._running = True
            self._headline.setFont(self._theme.fonts.running_headline)
            self._badge.set_mark(*BADGE_OF_LEVEL[Level.WORKING])
            self._second.setCurrentWidget(self._job)
            self._action.set_main(False)
            self._announce(running.headline)
        self._headline.setText(running.headline)

    def _show_standing(self) -> None:
        self._headline.setFont(self._theme.fonts.headline)
        self._headline.setText(self._view.headline)
        self._badge.set_mark(*BADGE_OF_LEVEL[self._view.level])
        self._action.set_main(True)
        self._announce(f"{self._view.headline} {self._view.muted}")

    def _announce(self, words: str) -> None:
        """Let a screen reader say a new state once; the percents in between would only be noise."""
        if words != self._said and QAccessible.isActive() and self.isVisible():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self._said = words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.updateGeometry()
