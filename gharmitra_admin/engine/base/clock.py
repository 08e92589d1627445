"""The time as an argument, so that a test can set it. Leaves nothing on disk."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time of day, and seconds that never go back."""

    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...

    def local(self, moment: datetime) -> datetime:
        """The same moment as users of this PC know it, with its offset."""
        ...

    def monotonic(self) -> float:
        """Seconds for measuring how long something takes; not moved by a step of the clock."""
        ...


class SystemClock:
    """The PC's own clock and time zone."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone()

    def monotonic(self) -> float:
        return time.monotonic()
