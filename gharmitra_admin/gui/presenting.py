"""Records of the engine as the views of the window: words from ``wording``, shapes from the widgets. Leaves nothing on disk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.operations.health import DayState as EngineDay
from gharmitra_admin.engine.operations.health import HealthReport
from gharmitra_admin.engine.operations.health.alerts import AlertCode
from gharmitra_admin.engine.parts.catalogue import BackupRecord, Status
from gharmitra_admin.engine.parts.finder import Found
from gharmitra_admin.gui.backups_tab import RowView
from gharmitra_admin.gui.first_start import FoundView
from gharmitra_admin.gui.health_tab import HealthView
from gharmitra_admin.gui.job_state import JobState, Work
from gharmitra_admin.gui.widgets.backups_model import BackupRow
from gharmitra_admin.gui.widgets.banner import BannerView
from gharmitra_admin.gui.widgets.calendar import LegendEntry
from gharmitra_admin.gui.widgets.calendar_days import CalendarDay, CalendarView, DayState
from gharmitra_admin.gui.widgets.choice_box import Choice
from gharmitra_admin.gui.widgets.headline import HeadlineView, RunningView
from gharmitra_admin.gui.widgets.health_rows import HealthPart, HealthRow
from gharmitra_admin.gui.widgets.levels import Level, RowState
from gharmitra_admin.gui.widgets.strip import StripView
from gharmitra_admin.gui.widgets.tray_icons import TrayState
from gharmitra_admin.wording import backups, errors, headlines, health, values
from gharmitra_admin.wording.headlines import Headline
from gharmitra_admin.wording.language import Words, mark

_STATES = {
    Status.PROVEN: RowState.PROVEN,
    Status.CHECKED: RowState.CHECKED,
    Status.COPIED: RowState.UNCHECKED,
    Status.UNCHECKED: RowState.UNCHECKED,
    Status.DAMAGED: RowState.DAMAGED,
}
_DAYS = {
    EngineDay.PROVEN: DayState.PROVEN,
    EngineDay.CHECKED: DayState.CHECKED,
    EngineDay.NO_CHANGE: DayState.UNCHANGED,
    EngineDay.DAMAGED: DayState.DAMAGED,
    EngineDay.CHANGED_NO_BACKUP: DayState.MISSED,
    EngineDay.NO_RECORD: DayState.NONE,
}
_TRAY = {
    Level.GOOD: TrayState.GOOD,
    Level.LOOK: TrayState.LOOK,
    Level.NOT_YET: TrayState.LOOK,
    Level.ACT: TrayState.ACT,
    Level.WORKING: TrayState.WORKING,
}
DOING = {
    Work.BACKUP: mark("Making a backup"),
    Work.VERIFY: mark("Checking a backup"),
    Work.COPY: mark("Making a copy"),
    Work.HEALTH: mark("Looking at everything"),
    Work.CHANGE: mark("Writing it down"),
    Work.DEMO: mark("Making the made-up society"),
    Work.COMPARE: mark("Looking at what would change"),
    Work.RESTORE: mark("Restoring"),
    Work.STOP: mark("Stopping GharMitra"),
    Work.START: mark("Starting GharMitra"),
    Work.SALVAGE: mark("Rescuing what can be read"),
    Work.PRACTISE: mark("Making a copy to practise on"),
    Work.SEARCH: mark("Looking for GharMitra's books"),
    Work.IDLE_CHECK: mark("Checking found files"),
}


def rows(words: Words, records: Sequence[BackupRecord], now: datetime) -> list[RowView]:
    """The list, newest first."""
    return [_row(words, record, now) for record in records]


def _row(words: Words, record: BackupRecord, now: datetime) -> RowView:
    when = backups.made_at(words, record, now)
    row = BackupRow(
        name=record.filename,
        when=when,
        why=backups.why(words, record),
        kept_word=words.say("Kept") if record.kept else None,
        state=_STATES[record.status],
        state_word=backups.state(words, record),
        size=values.size(words, record.size_bytes),
    )
    facts = backups.facts(words, record.figures)
    strip = StripView(when, f" - {facts}" if facts else "", record.filename)
    return RowView(row, strip, is_kept=record.kept, is_shrunk=bool(record.shrunk), is_unusable=record.problem is not None)


def headline(words: Words, said: Headline, *, banner: BannerView | None) -> HeadlineView:
    """The headline as the widget takes it, with the button it asks for."""
    asked = {"look": words.say("See what to do"), "again": words.say("Try again"), "refresh": words.say("Look again")}
    return HeadlineView(Level(said.level.value), said.sentence, said.second, asked.get(said.asks, ""), banner)


def not_looked(words: Words, error: EngineError) -> HeadlineView:
    """The Health tab's headline where nothing could be looked at."""
    said = errors.message(words, error)
    return HeadlineView(Level.ACT, said.message, said.hint)


def banner(words: Words, report: HealthReport | None) -> BannerView | None:
    """The worst thing that the headline does not say."""
    worst = health.banner(words, report) if report is not None else None
    if worst is None:
        return None
    alert, sentence = worst
    is_copy = alert.code in {AlertCode.NO_COPY_ELSEWHERE, AlertCode.COPY_OLD}
    button = words.say("Copy to a drive...") if is_copy else words.say("Show")
    return BannerView(sentence, button, Level(health.LEVELS[alert.severity].value))


def running(words: Words, job: JobState) -> RunningView:
    """The bar in place of the muted line."""
    what = words.say(DOING[job.work])
    progress = job.progress
    if job.waits_for and not job.is_cancelling:
        sentence = words.say("{who} This one starts after it.", who=job.waits_for)
        return RunningView(sentence, None, words.say("Do not wait"), what)
    if job.is_cancelling:
        sentence = words.say("Stopping...")
    else:
        sentence = headlines.running(words, what, progress, job.left_seconds) if progress else words.say("{what}...", what=what)
    done = progress.done / progress.total if progress and progress.total > 0 else None
    return RunningView(sentence, done, words.say("Cancel"), what, can_cancel=not job.is_cancelling)


def tray_running(words: Words, job: JobState) -> str:
    """The running job as the tray's menu says it."""
    what, progress = words.say(DOING[job.work]), job.progress
    if progress is None or progress.total <= 0:
        return what
    return words.say("{what}, {percent}", what=what, percent=values.percent(words, int(100 * progress.done / progress.total)))


def tray_state(said: Headline, report: HealthReport | None) -> TrayState:
    """The shape beside the clock: the worse of the headline and health."""
    order = (TrayState.GOOD, TrayState.LOOK, TrayState.ACT)
    own = _TRAY[Level(said.level.value)]
    worst = _TRAY[Level(health.LEVELS[report.severity].value)] if report is not None else TrayState.GOOD
    return max(own, worst, key=order.index)


def last_backup(words: Words, newest: BackupRecord | None, now: datetime) -> str:
    """The tray menu's line about the last backup."""
    if newest is None:
        return words.say("No backup yet")
    word = words.say("restore-tested") if newest.status is Status.PROVEN else words.say("checked")
    return words.say("Last backup: {when}, {state}", when=backups.made_at(words, newest, now), state=word)


def legend(words: Words) -> list[LegendEntry]:
    return [LegendEntry(shape, words.say(health.DAYS[state])) for state, shape in _DAYS.items()]


def health_view(words: Words, report: HealthReport) -> HealthView:
    """The Health tab."""
    said = health.headline(words, report)
    shown = tuple(_health_row(words, row) for row in health.rows(words, report))
    return HealthView(HeadlineView(Level(said.level.value), said.sentence, said.second), shown, _calendar(words, report))


def _health_row(words: Words, row: health.Row) -> HealthRow:
    parts = tuple(HealthPart(sentence, Level(level.value) if level else None) for level, sentence in row.parts)
    button = ""
    if row.key == health.COPIES and row.level is not headlines.Level.GOOD:
        button = words.say("Copy to a drive...")
    elif row.is_known_asked:
        button = words.say("Note it") if row.is_note else words.say("I know about this")
    support = words.say("Details for support") if row.support else ""
    return HealthRow(row.key, Level(row.level.value), row.title, row.sentence, button, parts, support, row.support)


def _calendar(words: Words, report: HealthReport) -> CalendarView:
    today = report.checked_at.date()
    whole = {day.date for day in report.days if day.state in {EngineDay.PROVEN, EngineDay.CHECKED, EngineDay.NO_CHANGE}}
    days = tuple(CalendarDay(day.date, _shape(day.state, day.date in whole), health.day(words, day.date, day.state)) for day in report.days)
    months = tuple(values.month_name(words, number) for number in range(1, 13))
    return CalendarView(today, days, months, values.weekday_letters(words), words.say("Backups of the last twelve months"))


def _shape(state: EngineDay, has_whole: bool) -> DayState:
    """A damaged day is a square unless a whole backup of that day exists."""
    return DayState.DAMAGED_ONLY if state is EngineDay.DAMAGED and not has_whole else _DAYS[state]


def found(words: Words, one: Found) -> FoundView:
    """Books that were found, as a box to choose."""
    facts = []
    if one.flats is not None:
        facts.append(words.count("{number} flat", "{number} flats", one.flats))
    if one.last_entry:
        facts.append(words.say("last entry {date}", date=_day(words, one.last_entry)))
    if one.error is not None:
        facts.append(errors.books_reason(words, one.error))
    lines = (", ".join(facts), str(one.books.parent)) if facts else (str(one.books.parent),)
    return FoundView(str(one.books), Choice(one.society or one.books.name, lines))


def _day(words: Words, text: str) -> str:
    try:
        return values.day(words, date.fromisoformat(text[:10]))
    except ValueError:
        return text
