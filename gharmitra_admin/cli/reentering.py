"""reentry."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from gharmitra_admin.answers.failure import Told
from gharmitra_admin.cli import exit_codes
from gharmitra_admin.cli.comparing import Csv, Html, tell_saved
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine import NotFound
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.base.names import shown
from gharmitra_admin.engine.operations.reentry import Reentry, ReentryItem
from gharmitra_admin.engine.vault.exporting import SaveReentry
from gharmitra_admin.wording import entries, reentries, values
from gharmitra_admin.wording.reentries import ReentrySheet


class ItemTold(msgspec.Struct, frozen=True):
    """One entry of the list: ``state`` is missing, back or not_needed; ``key`` names it for --not-needed."""

    key: str
    state: str
    kind: str
    society: str
    date: str
    number: str
    number_now: str
    other_number: bool
    flat: str
    amount: str | None
    mode: str
    reference: str
    narration: str
    reason: str


class ReentryTold(msgspec.Struct, frozen=True):
    """The list of the last restore, in the order in which to enter."""

    message: str
    restored_at: str
    backup: str
    safety_backup: str
    total: int
    back: int
    not_needed: int
    entries: list[ItemTold]
    warnings: list[Told]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=exit_codes.told(3, 10, 11, 12, 13, 14, 15, 130))(reentry)


def reentry(
    context: typer.Context,
    csv: Csv = None,
    html: Html = None,
    not_needed: Annotated[str | None, typer.Option("--not-needed", help="The key of an entry that need not be entered.")] = None,
    because: Annotated[str, typer.Option("--because", help="Why it is not needed; empty: it is needed again.", metavar="TEXT")] = "",
) -> None:
    """List what the last restore took out of the books, and what of it is back. Exit code 3 where the list cannot be told exactly."""
    terminal: Terminal = context.obj
    vault, words = terminal.vault(), terminal.words
    if not_needed is not None:
        vault.reentry_not_needed(not_needed, because)
    save = SaveReentry(ReentrySheet(words, terminal.clock.local(terminal.clock.now())), csv, html) if csv or html else None
    with terminal.progress(words.say("Comparing")) as report:
        found = vault.reentry(save=save, report=report, cancel=terminal.cancel)
    if found is None:
        raise NotFound(Code.NO_REENTRY_LIST)
    if terminal.as_json:
        terminal.print_json(_told(terminal, found))
    else:
        _tell(terminal, found)
        tell_saved(terminal, csv, html)
    terminal.end(exit_codes.DONE if found.is_exact else exit_codes.WARNINGS)


def _tell(terminal: Terminal, found: Reentry) -> None:
    words = terminal.words
    terminal.say(reentries.summary(words, found))
    terminal.say(reentries.top(words))
    for item in found.items:
        entry, state = item.entry, reentries.state(words, item)
        told = f"{state} ({item.back_number})" if item.has_other_number else state
        cells = (entry.number, entries.kind(words, entry), entries.day(words, entry.date), entry.flat, entries.amount(words, entry.paise))
        terminal.say("  " + ", ".join(shown(cell) for cell in cells if cell) + f": {shown(told)}")
    if not found.is_exact:
        terminal.say_aside("▲ " + reentries.not_exact(words))


def _told(terminal: Terminal, found: Reentry) -> ReentryTold:
    return ReentryTold(
        message=reentries.summary(terminal.words, found),
        restored_at=found.restored_at.isoformat(timespec="seconds"),
        backup=shown(found.backup),
        safety_backup=shown(found.safety),
        total=len(found.items),
        back=found.back,
        not_needed=found.not_needed,
        entries=[_item(item) for item in found.items],
        warnings=[] if found.is_exact else [Told("backup_away", reentries.not_exact(terminal.words))],
    )


def _item(item: ReentryItem) -> ItemTold:
    entry = item.entry
    return ItemTold(
        key=item.key,
        state=item.state.value,
        kind=entry.kind.value,
        society=entry.society,
        date=entry.date,
        number=entry.number,
        number_now=item.back_number,
        other_number=item.has_other_number,
        flat=entry.flat,
        amount=values.plain_rupees(entry.paise),
        mode=entry.mode,
        reference=entry.reference,
        narration=entry.narration,
        reason=item.reason,
    )
