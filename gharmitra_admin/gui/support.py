"""The report for support: versions, sizes and codes, no names and no amounts; shown, saved, and a mail opened.

Leaves ``support-report-YYYYMMDD_HHMMSS.txt`` in the society's logs folder, where it can be written.
"""

from __future__ import annotations

import platform
from datetime import datetime
from urllib.parse import quote

from PySide6.QtCore import QUrl, qVersion
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from gharmitra_admin import __version__
from gharmitra_admin.engine import EngineError, HealthReport, Paths, SocietyState
from gharmitra_admin.engine.base import files, names
from gharmitra_admin.gui.dialogs import Question
from gharmitra_admin.gui.look.theme import Theme
from gharmitra_admin.wording import values
from gharmitra_admin.wording.language import Words

ADDRESS = "support@gharmitra.com"


def report(state: SocietyState | None, health: HealthReport | None, now: datetime) -> str:
    """Write down what support needs; English on purpose."""
    lines = [
        f"GharMitra Admin {__version__}, {now.isoformat(timespec='minutes')}",
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, Qt {qVersion()}",
    ]
    if health is not None:
        books = health.books
        mode = books.journal_mode.value if books.journal_mode else "-"
        lines.append(f"books: {books.size_bytes} bytes, journal {mode}, wal {books.wal_bytes}, integrity {books.integrity}")
        lines.append(f"free: {health.free_bytes}; backend SQLite: {health.backend_sqlite or '-'}")
        lines += [f"alert: {alert.code.value} ({alert.severity.name})" for alert in health.alerts]
    if state is not None:
        if state.books_error is not None:
            lines.append(f"books error: {state.books_error.code.value}")
        lines.append(f"backups: {len(state.records)}, newest good: {state.newest_good.filename if state.newest_good else '-'}")
        lines += [f"  {one.filename} {one.status.value} {one.problem.value if one.problem else ''}".rstrip() for one in state.records[:20]]
        if (last := state.last_ended) is not None:
            lines.append(f"last job: {last.action} {last.outcome} {last.at} {last.details.get('code', '')}".rstrip())
    return "\n".join(lines) + "\n"


def write_to_support(
    parent: QWidget, theme: Theme, words: Words, *, text: str, paths: Paths | None, last_backup: datetime | None, now: datetime
) -> Question:
    """Show the report; on request save it and open a mail."""
    question = Question(
        parent,
        theme,
        name="supportDialog",
        title=words.say("Write to support"),
        text=words.say("This is what would be sent. It holds no names and no amounts."),
        buttons=((words.say("Cancel"), "supportCancelButton"), (words.say("Save it and open a mail"), "supportMailButton")),
        safe="supportMailButton",
    )
    shown = QPlainTextEdit(text)
    shown.setObjectName("supportReport")
    shown.setAccessibleName(words.say("Report"))
    shown.setReadOnly(True)
    shown.setTabChangesFocus(True)
    question.add(shown)

    def answered(pressed: str) -> None:
        if pressed == "supportMailButton":
            _save(paths, text, now)
            when = values.day(words, last_backup) if last_backup else words.say("none")
            subject = quote(words.say("GharMitra Admin: last backup {when}", when=when))
            QDesktopServices.openUrl(QUrl(f"mailto:{ADDRESS}?subject={subject}&body={quote(text)}"))

    question.ask(answered)
    return question


def _save(paths: Paths | None, text: str, now: datetime) -> None:
    """Keep what was sent; the mail holds it all the same where this cannot be written."""
    if paths is None:
        return
    try:
        files.make_private_folder(paths.logs)
        files.write_new(paths.logs / f"support-report-{names.stamp(now)}.txt", text.encode())
    except EngineError:
        return
