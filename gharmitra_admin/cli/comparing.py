"""compare."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gharmitra_admin.cli import compare_shapes, exit_codes
from gharmitra_admin.cli.backups import OnlyListed
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine.base.names import shown, shown_path
from gharmitra_admin.engine.parts.books.entry import Entry
from gharmitra_admin.engine.vault.comparing import Compared
from gharmitra_admin.engine.vault.exporting import SaveComparison
from gharmitra_admin.wording import backups, books, comparisons
from gharmitra_admin.wording.comparison_sheet import ComparisonSheet

Csv = Annotated[Path | None, typer.Option("--csv", help="Save all of it as a spreadsheet (CSV).", metavar="FILE")]
Html = Annotated[Path | None, typer.Option("--html", help="Save it as a page to print (HTML).", metavar="FILE")]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=exit_codes.told(3, 10, 11, 12, 13, 14, 15, 130))(compare)


def compare(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The backup to go back to, as the list shows it.", metavar="NAME")],
    other: Annotated[str | None, typer.Option("--with", help="Another backup, in place of the books.", metavar="NAME")] = None,
    csv: Csv = None,
    html: Html = None,
    only_listed: OnlyListed = False,
) -> None:
    """Show what going back to a backup would change; touches nothing.

    Exit code 3 where tables or columns are not the same, or a backup is damaged.
    """
    terminal: Terminal = context.obj
    terminal.require_listed(name, *((other,) if other is not None else ()), only_listed=only_listed)
    vault = terminal.vault()
    entries: list[Entry] = []
    now = terminal.clock.local(terminal.clock.now())
    save = SaveComparison(ComparisonSheet(terminal.words, now), csv, html) if csv or html else None
    with terminal.progress(terminal.words.say("Comparing")) as report:
        take = _first_of(entries) if terminal.as_json else None
        found = vault.compare(name, other, on_entry=take, save=save, report=report, cancel=terminal.cancel)
    if terminal.as_json:
        terminal.print_json(compare_shapes.compared(terminal.words, found, entries, books_name=vault.paths.books.name, today=now.date()))
    else:
        _tell(terminal, found)
        tell_saved(terminal, csv, html)
    is_doubtful = comparisons.damaged(terminal.words, found.then, found.now) or books.schema(terminal.words, found.comparison)
    terminal.end(exit_codes.WARNINGS if is_doubtful else exit_codes.DONE)


def tell_saved(terminal: Terminal, *files: Path | None) -> None:
    """Say which files were made."""
    for path in files:
        if path is not None:
            terminal.say("✔ " + terminal.words.say("Saved: {path}", path=shown_path(path)))


def _first_of(entries: list[Entry]) -> Callable[[Entry], None]:
    """Keep as many as are listed: there may be a million."""

    def take(entry: Entry) -> None:
        if len(entries) < compare_shapes.LISTED:
            entries.append(entry)

    return take


def _tell(terminal: Terminal, found: Compared) -> None:
    words, now = terminal.words, terminal.clock.local(terminal.clock.now())
    when = backups.made_at(words, found.then, now)
    if found.now is None:
        terminal.say(words.say("The books go back to {when}.", when=when))
    else:
        terminal.say(words.say("From {name} back to {when}.", name=shown(found.now.filename), when=when))
    for sentence in comparisons.damaged(words, found.then, found.now):
        terminal.say_aside("■ " + sentence)
    terminal.say(books.cost(words, found.comparison))
    for kind in found.comparison.kinds:
        terminal.say("  " + books.kind(words, kind))
    if found.comparison.tables:
        _print_tables(terminal, found)
    for line in comparisons.consequences(words, found.comparison.consequences, found.then.created_at.date(), now.date()):
        terminal.say("▲ " + line.message)
    for sentence in books.schema(words, found.comparison):
        terminal.say_aside("▲ " + sentence)


def _print_tables(terminal: Terminal, found: Compared) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a person needs it
    from rich.table import Table  # noqa: PLC0415

    words = terminal.words
    table = Table(box=None, pad_edge=False)
    table.add_column(words.say("Row by row"))
    for heading in (words.say("Leave"), words.say("Come back"), words.say("Change back")):
        table.add_column(heading, justify="right")
    for one in found.comparison.tables:
        table.add_row(books.title(words, one.table), *map(str, (one.lost, one.returned, one.changed)))
    terminal.say("")
    Console(soft_wrap=True).print(table)
