"""The year of backups, day by day, as the calendar draws it. Leaves nothing on disk."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

WEEKS = 53
DAYS = 7


class DayState(Enum):
    """What is known of one day; the legend has the words."""

    PROVEN = "proven"
    CHECKED = "checked"
    UNCHANGED = "unchanged"
    DAMAGED = "damaged"
    """A damaged backup, with a whole one of the same day."""
    DAMAGED_ONLY = "damaged_only"
    MISSED = "missed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day; ``words`` hold the date and the state, for the tooltip and the screen reader."""

    day: date
    state: DayState
    words: str


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The days to draw. ``months`` are twelve words from January, ``weekdays`` seven letters from Monday."""

    today: date
    days: tuple[CalendarDay, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    name: str

    def place(self, day: date) -> tuple[int, int]:
        """Tell row (Monday is 0) and column of a day."""
        return day.weekday(), (day - first_day(self.today)).days // DAYS

    def month_columns(self) -> list[tuple[int, str]]:
        """Tell over which column each month's word stands: the week that holds its first."""
        start = first_day(self.today)
        firsts = (start + timedelta(days=ahead) for ahead in range(WEEKS * DAYS))
        return [(self.place(day)[1], self.months[day.month - 1]) for day in firsts if day.day == 1 and day <= self.today]


def first_day(today: date) -> date:
    """Tell the Monday on which the drawn year begins: 52 weeks before this week's."""
    return today - timedelta(days=today.weekday() + (WEEKS - 1) * DAYS)
