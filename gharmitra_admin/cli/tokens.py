"""token create, token list, token revoke."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from gharmitra_admin.answers.tokens import TokenMade, TokenTold
from gharmitra_admin.cli import exit_codes
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine import BadInput
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.parts.tokens import DEFAULT_DAYS, FEWEST_DAYS, MOST_DAYS, Role, Token
from gharmitra_admin.wording import values

_VALID = "valid"


def add_to(app: typer.Typer) -> None:
    """Add this family of commands."""
    everywhere = (10, 12, 15)
    family = typer.Typer(
        name="token",
        help="The keys with which programs ask over HTTP: make one, list them, revoke one.",
        no_args_is_help=True,
        epilog=exit_codes.told(11, 13, 14, *everywhere),
    )
    family.command(epilog=exit_codes.told(11, 13, 14, *everywhere))(create)
    family.command("list", epilog=exit_codes.told(*everywhere))(list_)
    family.command(epilog=exit_codes.told(11, 13, 14, *everywhere))(revoke)
    app.add_typer(family)


def create(
    context: typer.Context,
    role: Annotated[str, typer.Option(help="What it may do: read; backup, too; restore, too.", metavar="read|backup|restore")],
    days: Annotated[int, typer.Option(help=f"How long it is valid, {FEWEST_DAYS} to {MOST_DAYS} days.")] = DEFAULT_DAYS,
    note: Annotated[str, typer.Option(help="Who or what it is for.")] = "",
) -> None:
    """Make a token. It is shown this once: only its hash is kept."""
    terminal: Terminal = context.obj
    if role not in {one.value for one in Role}:
        raise BadInput(Code.BAD_ROLE, name=role)
    text, token = terminal.vault().create_token(Role(role), days, note)
    if terminal.as_json:
        terminal.print_json(TokenMade(text, token.id, token.role.value, _iso(terminal, token.expires_at)))
        return
    words, until = terminal.words, terminal.clock.local(token.expires_at)
    terminal.say(text)
    said = words.say("✔ Token {id}, role {role}, valid until {day}.", id=token.id, role=token.role.value, day=values.day(words, until))
    terminal.say_aside(said)
    terminal.say_aside(words.say("Put it where it is needed now: it is not kept and cannot be shown again."))


def list_(context: typer.Context) -> None:
    """List the tokens, oldest first, revoked and expired ones too. The tokens themselves are kept nowhere."""
    terminal: Terminal = context.obj
    known = terminal.vault().tokens()
    if terminal.as_json:
        terminal.print_json([_told(terminal, token) for token in known])
    elif not known:
        terminal.say(terminal.words.say("No token yet. Make one: {command}", command=terminal.command("token create --role backup")))
    else:
        _table(terminal, known)


def revoke(
    context: typer.Context, token_id: Annotated[str, typer.Argument(help="The token's id, as the list shows it.", metavar="ID")]
) -> None:
    """Revoke a token. It is refused from this moment on, and cannot be made valid again."""
    terminal: Terminal = context.obj
    token = terminal.vault().revoke_token(token_id)
    if terminal.as_json:
        terminal.print_json(_told(terminal, token))
    else:
        terminal.say(terminal.words.say("✔ Token {id} is revoked: it is refused from now on.", id=token.id))


def _table(terminal: Terminal, known: tuple[Token, ...]) -> None:
    from rich.console import Console  # noqa: PLC0415 - only a person needs it
    from rich.table import Table  # noqa: PLC0415

    words = terminal.words
    states = {_VALID: words.say("✔ valid"), "expired": words.say("○ expired"), "revoked": words.say("■ revoked")}
    titles = (words.say("Id"), words.say("Role"), words.say("Made"), words.say("Valid until"), words.say("State"), words.say("Note"))
    table = Table(*titles, box=None, pad_edge=False, header_style="")
    for token in known:
        made, until = (values.day(words, terminal.clock.local(moment)) for moment in (token.created_at, token.expires_at))
        table.add_row(token.id, token.role.value, made, until, states[_state(terminal, token)], token.note)
    width = None if sys.stdout.isatty() else 500
    Console(width=width, soft_wrap=True, markup=False, highlight=False, emoji=False).print(
        table, no_wrap=True, crop=False, overflow="ignore"
    )


def _told(terminal: Terminal, token: Token) -> TokenTold:
    return TokenTold(
        id=token.id,
        role=token.role.value,
        created_at=_iso(terminal, token.created_at),
        expires_at=_iso(terminal, token.expires_at),
        revoked_at=_iso(terminal, token.revoked_at) if token.revoked_at else None,
        state=_state(terminal, token),
        note=token.note,
    )


def _state(terminal: Terminal, token: Token) -> str:
    refusal = token.refusal(terminal.clock.now())
    return refusal.value if refusal else _VALID


def _iso(terminal: Terminal, moment: datetime) -> str:
    return terminal.clock.local(moment).isoformat(timespec="seconds")
