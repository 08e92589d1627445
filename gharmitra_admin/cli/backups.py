"""backup, list, verify, keep, label, delete, prune, copy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from gharmitra_admin.answers.backups import AllVerified
from gharmitra_admin.cli import exit_codes, shapes
from gharmitra_admin.cli.terminal import Terminal, exit_code_of
from gharmitra_admin.engine import BackupRecord, BadInput, Holder, Kind, Refused, Status
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.base.names import shown_path
from gharmitra_admin.engine.operations.backup import QUIET_KINDS
from gharmitra_admin.wording import backups as wording
from gharmitra_admin.wording import errors, values

MARKS = {Status.CHECKED: "✔", Status.PROVEN: "✔✔", Status.DAMAGED: "■", Status.UNCHECKED: "○", Status.COPIED: "○"}
_TO_MAKE = tuple(kind.value for kind in (Kind.MANUAL, *sorted(QUIET_KINDS, key=lambda kind: kind.value)))
Name = Annotated[str, typer.Argument(help="The backup's name, as the list shows it.", metavar="NAME")]
OnlyListed = Annotated[bool, typer.Option("--only-listed", hidden=True)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def add_to(app: typer.Typer) -> None:
    """Add this family of commands."""
    everywhere = (10, 11, 14, 15, 130)
    app.command(epilog=exit_codes.told(3, 12, 13, *everywhere))(backup)
    app.command("list", epilog=exit_codes.told(10, 15))(list_)
    app.command(epilog=exit_codes.told(3, 12, *everywhere))(verify)
    app.command(epilog=exit_codes.told(*everywhere))(keep)
    app.command(epilog=exit_codes.told(*everywhere))(label)
    app.command(epilog=exit_codes.told(*everywhere))(delete)
    app.command(epilog=exit_codes.told(*everywhere))(prune)
    app.command(epilog=exit_codes.told(3, 12, 13, 16, *everywhere))(copy)


def backup(
    context: typer.Context,
    label: Annotated[str | None, typer.Option(help="What it is for. A labelled backup is kept.")] = None,
    kind: Annotated[str, typer.Option(help=f"Why it is made: {', '.join(_TO_MAKE)}.")] = Kind.MANUAL.value,
) -> None:
    """Make a checked backup of the live books. GharMitra may go on working."""
    terminal: Terminal = context.obj
    if kind not in _TO_MAKE:
        raise BadInput(Code.BAD_KIND, name=kind)

    def waits(holder: Holder | None) -> None:
        if not terminal.as_json:
            terminal.say_aside(errors.holder(terminal.words, holder))

    vault = terminal.vault()
    with terminal.progress(terminal.words.say("Making a backup")) as report:
        result = vault.backup(kind=Kind(kind), label=label, report=report, cancel=terminal.cancel, on_wait=waits)
    if terminal.as_json:
        terminal.print_json(shapes.made(terminal.words, result))
        terminal.end(exit_code_of(result.warnings))
    words, record = terminal.words, result.record
    if result.unchanged:
        terminal.say(words.say("✔ No change since the last backup. It still matches: {name}", name=record.filename))
    else:
        took, size = values.duration(words, result.took_seconds), values.size(words, record.size_bytes)
        terminal.say(words.say("✔ Backup made and checked, {size}, in {took}.", size=size, took=took))
        terminal.say(f"  {record.path}")
    terminal.warn(result.warnings)
    terminal.end(exit_code_of(result.warnings))


def list_(context: typer.Context) -> None:
    """List the backups, newest first."""
    terminal: Terminal = context.obj
    records = terminal.vault().records()
    if terminal.as_json:
        terminal.print_json([shapes.listed(record) for record in records])
    elif not records:
        terminal.say(terminal.words.say("No backup yet. Make one: {command}", command=terminal.command("backup")))
    else:
        _table(terminal, records)


def _table(terminal: Terminal, records: list[BackupRecord]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a person needs it
    from rich.table import Table  # noqa: PLC0415

    words = terminal.words
    now = terminal.clock.local(terminal.clock.now())
    table = Table(box=None, pad_edge=False, header_style="")
    for title in (words.say("When"), words.say("Why"), words.say("State"), words.say("Size"), words.say("Name")):
        table.add_column(title, no_wrap=True, overflow="ignore", justify="right" if title == words.say("Size") else "left")
    for record in records:
        why = wording.why(words, record) + (words.say(" (kept)") if record.kept else "")
        state = f"{MARKS[record.status]} {wording.state(words, record)}" + (words.say(", many entries gone") if record.shrunk else "")
        cells = (wording.made_at(words, record, now), why, state, values.size(words, record.size_bytes), record.filename)
        table.add_row(*cells)
    width = None if sys.stdout.isatty() else 500
    Console(width=width, soft_wrap=True, markup=False, highlight=False, emoji=False).print(
        table, no_wrap=True, crop=False, overflow="ignore"
    )


def verify(
    context: typer.Context,
    names: Annotated[
        list[str] | None, typer.Argument(help="Names of the list, or files elsewhere. None: all.", metavar="[NAME|FILE]...")
    ] = None,
    only_listed: OnlyListed = False,
) -> None:
    """Read backups again and say whether they are whole. Moves and deletes nothing."""
    terminal: Terminal = context.obj
    terminal.require_listed(*(names or ()), only_listed=only_listed)
    vault = terminal.vault()
    with terminal.progress(terminal.words.say("Checking")) as report:
        results = vault.verify(names or (), report=report, cancel=terminal.cancel)
    is_damaged = any(result.status is Status.DAMAGED for result in results)
    lacks_documents = any(result.documents and result.documents.wrong for result in results)
    code = exit_codes.DAMAGED if is_damaged else exit_codes.WARNINGS if lacks_documents else exit_codes.DONE
    if terminal.as_json:
        terminal.print_json(AllVerified([shapes.verified(terminal.words, result) for result in results]))
        terminal.end(code)
    if not results:
        terminal.say(terminal.words.say("There is no backup to check."))
    for result in results:
        said = shapes.verified(terminal.words, result).problems
        whole = terminal.words.say("checked") if result.status in {Status.CHECKED, Status.PROVEN} else terminal.words.say("not checked")
        terminal.say(f"{MARKS[result.status]} {result.filename}: {'; '.join(said) or whole}")
    terminal.end(code)


def keep(context: typer.Context, name: Name) -> None:
    """Keep a backup: rotation never removes it."""
    terminal: Terminal = context.obj
    record = terminal.vault().keep(name)
    _show(terminal, record, terminal.words.say("✔ {name} is kept until you delete it.", name=record.filename))


def label(
    context: typer.Context,
    name: Name,
    text: Annotated[str, typer.Argument(help="What it is for; empty takes the label away.", metavar="TEXT")],
) -> None:
    """Say what a backup is for. A labelled backup is kept."""
    terminal: Terminal = context.obj
    record = terminal.vault().label(name, text)
    said = terminal.words.say("✔ {name} is labelled “{label}” and kept.", name=record.filename, label=record.label)
    _show(terminal, record, said if record.label else terminal.words.say("✔ {name} has no label now.", name=record.filename))


def _show(terminal: Terminal, record: BackupRecord, sentence: str) -> None:
    if terminal.as_json:
        terminal.print_json(shapes.listed(record))
    else:
        terminal.say(sentence)


def delete(context: typer.Context, name: Name, yes: Yes = False) -> None:
    """Delete one backup, after asking. The only checked one is never deleted."""
    terminal: Terminal = context.obj
    vault = terminal.vault()
    record = next((one for one in vault.records() if one.filename == name), None)
    if record is not None and not yes:
        now = terminal.clock.local(terminal.clock.now())
        question = terminal.words.say(
            "Delete the backup of {when}? It cannot be brought back. Type delete to do it:",
            when=wording.made_at(terminal.words, record, now),
        )
        if not _confirmed(terminal, question):
            raise Refused(Code.NOT_CONFIRMED, name=record.filename)
    deleted = vault.delete(name)
    if terminal.as_json:
        terminal.print_json({"deleted": deleted})
    else:
        terminal.say(terminal.words.say("✔ {name} was deleted.", name=deleted))


def _confirmed(terminal: Terminal, question: str) -> bool:
    """Ask on a terminal; where there is none, nobody has confirmed."""
    if not terminal.can_ask:
        return False
    sys.stderr.write(question + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() == "delete"


def prune(context: typer.Context, dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False) -> None:
    """Remove the backups that rotation may remove. Kept ones and the newest good one always stay."""
    terminal: Terminal = context.obj
    vault = terminal.vault()
    if dry_run:
        verdicts = vault.preview()
        removed = [verdict.record.filename for verdict in verdicts if not verdict.stays]
    else:
        verdicts, removed = [], vault.prune()
    if terminal.as_json:
        terminal.print_json({"removed": removed})
        return
    for verdict in verdicts:
        reasons = wording.reasons(terminal.words, verdict.reasons, last=terminal.settings.policy.last)
        fate = terminal.words.say("stays: {reasons}", reasons=reasons) if verdict.stays else terminal.words.say("would be removed")
        terminal.say(f"{verdict.record.filename}  {fate}")
    if not dry_run:
        for name in removed:
            terminal.say(terminal.words.say("✔ {name} was removed.", name=name))
    if not removed:
        terminal.say(terminal.words.say("Nothing to remove."))


def copy(
    context: typer.Context,
    to: Annotated[Path, typer.Option("--to", help="The folder or drive to copy to.", metavar="FOLDER")],
    name: Annotated[str | None, typer.Argument(help="Which backup; the newest checked one where none is named.", metavar="[NAME]")] = None,
) -> None:
    """Carry a copy of a backup to a folder or drive, and read it back from there."""
    terminal: Terminal = context.obj
    vault = terminal.vault()
    with terminal.progress(terminal.words.say("Copying")) as report:
        result = vault.copy(name, to, report=report, cancel=terminal.cancel)
    if terminal.as_json:
        terminal.print_json(shapes.copied(terminal.words, result))
    else:
        terminal.say(terminal.words.say("✔ Copied and read back: {path}", path=shown_path(result.path)))
        terminal.warn(result.warnings)
    terminal.end(exit_code_of(result.warnings))
