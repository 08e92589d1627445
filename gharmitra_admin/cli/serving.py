"""serve: the routes over HTTP, without GharMitra's own server."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec
import typer

from gharmitra_admin.cli import exit_codes
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine import Code, EngineError, NotFound, Paths, Refused, SocietyEntry
from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.settings import find
from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.wording import errors

if TYPE_CHECKING:
    from gharmitra_admin.answers.http import Serving

_NEEDED = ("fastapi", "uvicorn")
# A society's name, where it lies, and the words that name it to the terminal command.
_Named: TypeAlias = tuple[str, Paths, tuple[str, str]]


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=exit_codes.told(10, 11, 14, 15))(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to answer at; any but this computer's own needs a certificate.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 for a free one.", min=0, max=65535)] = 8765,
    tls_cert: Annotated[Path | None, typer.Option(help="The certificate, a PEM file.", metavar="FILE")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The key of the certificate, a PEM file.", metavar="FILE")] = None,
    society: Annotated[list[str] | None, typer.Option(help="A society set up in the window; may be given again.", metavar="NAME")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every society set up in the window.")] = False,
    allow_host: Annotated[list[str] | None, typer.Option(help="A further name of this server.", metavar="NAME")] = None,
    allow_origin: Annotated[list[str] | None, typer.Option(help="A site whose pages may ask.", metavar="https://NAME")] = None,
) -> None:
    """Answer over HTTP until Ctrl-C, to who has a token. What can be asked stands on its page /docs."""
    terminal: Terminal = context.obj
    named = [*([terminal.society] if terminal.society else []), *(society or [])]
    if (terminal.db is not None and (named or every)) or (named and every):
        raise typer.BadParameter("--db, --society and --all exclude each other.")
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key go together.")
    origins = [_origin(one) for one in allow_origin or []]
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise Refused(Code.SERVER_NOT_INSTALLED, name=", ".join(missing))
    from gharmitra_admin.api import server  # noqa: PLC0415 - the other commands work without what it needs

    societies = _societies(terminal, named, every)
    code = server.serve(
        [server.Served(*one) for one in societies],
        server.Where(host, port, tls_cert, tls_key),
        terminal.words,
        hosts=allow_host or [],
        origins=origins,
        log=settings_file.default_file().with_name("app.log"),
        ready=lambda serving: _told(terminal, serving, societies),
    )
    if not terminal.as_json:
        terminal.say(terminal.words.say("Stopped."))
    terminal.end(code)


def _origin(said: str) -> str:
    """A site as browsers name it."""
    origin = said.rstrip("/").lower()
    scheme, found, name = origin.partition("://")
    if origin != "*" and (not found or scheme not in {"http", "https"} or not name or "/" in name):
        raise typer.BadParameter(f"--allow-origin {said}: name a site like https://books.example.org")
    return origin


def _societies(terminal: Terminal, named: Sequence[str], every: bool) -> list[_Named]:
    """What is to be served. Raises NotFound, Refused."""
    if every:
        if not terminal.settings.societies:
            raise NotFound(Code.NO_SOCIETY)
        found = [_of_entry(entry) for entry in terminal.settings.societies]
        lost = [one for one in found if not one[1].home.is_dir()]
        for one in lost:
            terminal.say_aside("▲ " + errors.message(terminal.words, NotFound(Code.BOOKS_NOT_FOUND, path=one[1].books)).message)
        return found
    found = [_of_entry(_entry(terminal, name)) for name in dict.fromkeys(named)] or [_the_one(terminal)]
    for one in found:
        if not one[1].home.is_dir():
            raise NotFound(Code.BOOKS_NOT_FOUND, path=one[1].books)
    return found


def _entry(terminal: Terminal, name: str) -> SocietyEntry:
    entry = find(terminal.settings, name)
    if entry is None:
        raise NotFound(Code.SOCIETY_NOT_FOUND, name=name)
    return entry


def _the_one(terminal: Terminal) -> _Named:
    """What every other command would work on."""
    paths = terminal.paths()
    entry = next((one for one in terminal.settings.societies if Paths.of(one.books, one.backups) == paths), None)
    return _of_entry(entry) if entry is not None else _of_books(paths.home.name, paths)


def _of_entry(entry: SocietyEntry) -> _Named:
    """By its books where they are enough: a name may come to mean another society while the server runs."""
    paths = Paths.of(entry.books, entry.backups)
    return _of_books(entry.name, paths) if entry.backups is None else (entry.name, paths, ("--society", entry.name))


def _of_books(name: str, paths: Paths) -> _Named:
    return name, paths, ("--db", str(paths.books))


def _told(terminal: Terminal, serving: Serving, societies: Sequence[_Named]) -> None:
    """Say that it is ready: one line, for scripts too."""
    terminal.say(msgspec.json.encode(serving).decode() if terminal.as_json else _ready(terminal, serving))
    sys.stdout.flush()
    for name, paths, words in societies:
        if not paths.home.is_dir():
            continue
        try:
            known = tokens.read(paths)
        except EngineError as error:
            said = errors.message(terminal.words, error)
            terminal.say_aside(f"▲ {said.message} {said.hint}")
            continue
        if not any(token.refusal(terminal.clock.now()) is None for token in known):
            terminal.say_aside(_no_token(terminal, name, words))


def _ready(terminal: Terminal, serving: Serving) -> str:
    return terminal.words.say("✔ Ready at {address}. What can be asked: {address}/docs. Ctrl-C stops it.", address=serving.address)


def _no_token(terminal: Terminal, name: str, words: tuple[str, str]) -> str:
    option, value = words
    command = f'gharmitra-admin {option} "{value}" token create --role backup'
    return terminal.words.say("▲ {name} has no valid token, so nobody can ask yet. Make one: {command}", name=name, command=command)
