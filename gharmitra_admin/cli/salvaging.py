"""salvage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gharmitra_admin.cli import exit_codes, salvage_shapes
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine import NotFound, Paths, Vault
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.base.names import require_path, shown, shown_path
from gharmitra_admin.engine.operations.salvage import TableSaved
from gharmitra_admin.engine.vault.salvaging import Salvaged, alone
from gharmitra_admin.wording import backups, books, salvages, values


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=exit_codes.told(3, 10, 11, 12, 13, 14, 15, 130))(salvage)


def salvage(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help="The damaged file; it is only read.", metavar="FILE")],
    output: Annotated[str, typer.Option("--output", help="The new file; never written over another one.", metavar="FILE")],
    like: Annotated[str | None, typer.Option("--like", help="A whole backup of the same books to go by.", metavar="FILE")] = None,
) -> None:
    """Rescue what can be read of a damaged file into a new one. Exit code 3 where rows are missing or doubtful."""
    terminal: Terminal = context.obj
    source, place = Path(require_path(file)), Path(require_path(output))
    backup = Path(require_path(like)) if like is not None else None
    vault = _vault(terminal, source)
    with terminal.progress(terminal.words.say("Rescuing")) as report:
        if vault is not None:
            found = vault.salvage(source, place, like=backup, report=report, cancel=terminal.cancel)
        else:
            found = alone(source, place, backup, clock=terminal.clock, report=report, cancel=terminal.cancel)
    if terminal.as_json:
        terminal.print_json(salvage_shapes.salvaged(terminal.words, found))
    else:
        _tell(terminal, found)
    terminal.end(exit_codes.DONE if found.result.is_complete and not found.warnings else exit_codes.WARNINGS)


def _vault(terminal: Terminal, source: Path) -> Vault | None:
    """The society that is set up; else the one whose books the file is, as the backups beside it show; else none."""
    try:
        return terminal.vault()
    except NotFound as error:
        if error.code is not Code.NO_SOCIETY:
            raise
    return replace(terminal, db=source).vault() if Paths.of(source).manifests.is_dir() else None


def _tell(terminal: Terminal, found: Salvaged) -> None:
    words, now = terminal.words, terminal.clock.local(terminal.clock.now())
    shape = "✔" if found.result.is_complete else "▲"
    terminal.say(f"{shape} {salvages.headline(words, found)}")
    if led := salvages.compared_with(words, found, now):
        terminal.say(led)
    terminal.say(words.say("The new file, checked: {path}", path=shown_path(found.result.path)))
    if told := [one for one in found.result.tables if one.saved or one.lost or one.set_aside]:
        _print_tables(terminal, told)
    for sentence in salvages.doubts(words, found):
        terminal.say_aside("▲ " + sentence)
    for one in found.warnings:
        terminal.say_aside("▲ " + backups.notice(words, one))


def _print_tables(terminal: Terminal, told: list[TableSaved]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a person needs it
    from rich.table import Table  # noqa: PLC0415

    words = terminal.words
    table = Table(box=None, pad_edge=False)
    table.add_column(words.say("Table"))
    for heading in (words.say("Saved"), words.say("In the backup"), words.say("Missing"), words.say("Set aside")):
        table.add_column(heading, justify="right")
    for one in told:
        numbers = (one.saved, one.expected, one.lost, one.set_aside)
        table.add_row(shown(books.title(words, one.table)), *("" if number is None else values.number(words, number) for number in numbers))
    terminal.say("")
    Console(soft_wrap=True).print(table)
