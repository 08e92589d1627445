"""acknowledge: what is known and was done on purpose, so that health tells of it no more and rotation goes on."""

from __future__ import annotations

from typing import Annotated

import typer

from gharmitra_admin.answers.backups import Acknowledged
from gharmitra_admin.cli import exit_codes
from gharmitra_admin.cli.backups import OnlyListed
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine import BadInput
from gharmitra_admin.engine.base.errors import Code


def add_to(app: typer.Typer) -> None:
    """Add this family of commands."""
    app.command(epilog=exit_codes.told(10, 11, 13, 14, 15))(acknowledge)


def acknowledge(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="The backup since which many entries are gone: you took them out yourself.", metavar="[NAME]")
    ] = None,
    vanished: Annotated[bool, typer.Option("--vanished", help="You know which program took backups out of their folder.")] = False,
    accounts: Annotated[bool, typer.Option("--accounts", help="You know of missing numbers and of closings that changed.")] = False,
    only_listed: OnlyListed = False,
) -> None:
    """Say that something health tells of is known and was meant. After NAME, rotation removes old backups again."""
    terminal: Terminal = context.obj
    if [name is not None, vanished, accounts].count(True) != 1:
        raise BadInput(Code.NOTHING_NAMED)
    if name is not None:
        terminal.require_listed(name, only_listed=only_listed)
    vault, words = terminal.vault(), terminal.words
    noted = vault.acknowledge(name) if name is not None else vault.acknowledge_vanished() if vanished else vault.acknowledge_accounts()
    if terminal.as_json:
        terminal.print_json(Acknowledged(list(noted)))
    elif not noted and name is not None:
        said = words.say("Nothing was noted: {name} does not mark that entries are gone. The list shows which one does.", name=name)
        terminal.say(said)
    elif not noted:
        terminal.say(words.say("There is nothing to note: health tells of no such thing."))
    elif name is not None:
        said = words.say("✔ Noted: the entries that are gone since before {name} were taken out on purpose.", name=name)
        terminal.say(f"{said} {words.say('Old backups are removed again with the next backup.')}")
    else:
        terminal.say(words.say("✔ Noted. Health tells of this no more: {names}", names=", ".join(noted)))
