"""health and audit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from gharmitra_admin.cli import exit_codes, shapes
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine import AlertCode, Busy, Event, HealthReport, Severity
from gharmitra_admin.wording import alerts, values

_KNOWN_BY = {
    AlertCode.BACKUP_VANISHED: "--vanished",
    AlertCode.NUMBERS_MISSING: "--accounts",
    AlertCode.CLOSING_CHANGED: "--accounts",
}
_SHAPES = {Severity.GOOD: "✔", Severity.LOOK: "▲", Severity.ACT: "■"}


def add_to(app: typer.Typer) -> None:
    """Add this family of commands."""
    app.command(epilog=exit_codes.told(3, 10, 11, 12, 15, 130))(health)
    app.command(epilog=exit_codes.told(10, 12, 15))(audit)


def health(
    context: typer.Context, full: Annotated[bool, typer.Option("--full", help="Check every page of the books, however large.")] = False
) -> None:
    """Tell how books and backups stand. Exit code 3 where there is something to look at or act on, 12 where the books are damaged."""
    terminal: Terminal = context.obj
    vault = terminal.vault_to_look()
    with terminal.progress(terminal.words.say("Looking")) as report:
        found = vault.health(full=full, report=report, cancel=terminal.cancel)
    if isinstance(found.books.error, Busy):
        raise found.books.error
    if terminal.as_json:
        terminal.print_json(shapes.health(terminal.words, found))
    else:
        _tell(terminal, found)
    damaged = found.books.integrity not in {"ok", "not checked"}
    terminal.end(exit_codes.DAMAGED if damaged else exit_codes.WARNINGS if found.alerts else exit_codes.DONE)


def _tell(terminal: Terminal, found: HealthReport) -> None:
    words, now = terminal.words, found.checked_at
    if found.books.figures and found.books.figures.society:
        terminal.say(found.books.figures.society)
    size, free = values.size(words, found.books.size_bytes), found.free_bytes
    integrity = {"ok": words.say("whole"), "not checked": words.say("not checked this time; --full checks every page")}
    state = integrity.get(found.books.integrity, found.books.integrity)
    terminal.say(words.say("Books: {state}; {size}", state=state, size=size))
    if free is not None:
        terminal.say(words.say("Free on the drive of the backups: {free}", free=values.size(words, free)))
    count = words.count("{number} checked backup", "{number} checked backups", found.backup_count)
    if found.last_protected:
        terminal.say(words.say("Backups: {count}; last {when}", count=count, when=values.moment(words, found.last_protected, now)))
    else:
        terminal.say(words.say("Backups: none yet"))
    if found.audit is not None:
        lines = words.count("{number} line", "{number} lines", found.audit.events)
        terminal.say(words.say("Activity record: {lines}. Number to compare on paper: {head}", lines=lines, head=found.audit.head.short))
    if not found.alerts:
        terminal.say(words.say("✔ All is well."))
    for alert in found.alerts:
        said = alerts.message(words, alert, now)
        terminal.say(f"{_SHAPES[alert.severity]} {said.message} {said.hint}".rstrip())
        known_by = str(alert.values["name"]) if alert.code is AlertCode.BOOKS_SHRUNK else _KNOWN_BY.get(alert.code)
        if known_by is not None:
            terminal.say(words.say("  If it was meant: {command}", command=terminal.command("acknowledge", known_by)))


def audit(context: typer.Context, verify: Annotated[bool, typer.Option("--verify", help="Check the chain of the record.")] = False) -> None:
    """Show the activity record, or check that nobody has changed it."""
    terminal: Terminal = context.obj
    vault = terminal.vault()
    if verify:
        report = vault.audit_verify()
        if terminal.as_json:
            terminal.print_json(shapes.audit_checked(report))
        else:
            for problem in report.problems:
                terminal.say(terminal.words.say("■ line {line}: {problem}", line=problem.line, problem=problem.code.value))
            lines = terminal.words.count("{number} line", "{number} lines", report.events)
            shape = "■" if report.is_broken else "✔"
            terminal.say(
                terminal.words.say("{shape} {lines}. Number to compare on paper: {head}", shape=shape, lines=lines, head=report.head.short)
            )
        terminal.end(exit_codes.DAMAGED if report.is_broken else exit_codes.DONE)
    events = vault.audit_events()
    if terminal.as_json:
        terminal.print_json([shapes.event(one) for one in events])
        return
    for one in events:
        terminal.say(_line(terminal, one))


def _line(terminal: Terminal, event: Event) -> str:
    now = terminal.clock.local(terminal.clock.now())
    when = values.moment(terminal.words, datetime.fromisoformat(event.at), now)
    details = ", ".join(f"{name} {value}" for name, value in event.details.items() if value not in ("", None, []))
    return f"{event.seq}  {when}  {event.action} {event.outcome}  {event.who}  {details}".rstrip()
