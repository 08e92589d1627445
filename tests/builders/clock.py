"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo

KOLKATA = timezone(timedelta(hours=5, minutes=30))


class FakeClock:
    """Stands at the given moment; ``forward`` moves it. Local time is India's unless told otherwise."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 12, 30, tzinfo=UTC), zone: tzinfo = KOLKATA) -> None:
        self._now, self._monotonic, self.zone = now, 0.0, zone

    def now(self) -> datetime:
        return self._now

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def monotonic(self) -> float:
        self._monotonic += 0.001
        return self._monotonic

    def forward(self, **step: float) -> None:
        delta = timedelta(**step)
        self._now += delta
        self._monotonic += max(0.0, delta.total_seconds())

    def set(self, now: datetime) -> None:
        self._now = now
