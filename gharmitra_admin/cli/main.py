"""The terminal command: words in, one answer out, and the one place where its failures end.

Leaves a line in ``app.log`` beside the settings for a fault of this program, else nothing. A failure is one clear message
and its exit code; with ``--json`` it is a document too. Nothing but a fault of this program itself ever shows a traceback, and
that only with GHARMITRA_ADMIN_DEBUG set.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from gharmitra_admin import __version__
from gharmitra_admin.answers.failure import Failed, Failure
from gharmitra_admin.cli import exit_codes, families, supervised
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine import CancelToken, EngineError, Notice, NoticeCode, SystemClock
from gharmitra_admin.engine.base import app_log
from gharmitra_admin.engine.base import settings as settings_file
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.base.resources import resource
from gharmitra_admin.wording import backups as wording
from gharmitra_admin.wording import errors
from gharmitra_admin.wording.errors import Message
from gharmitra_admin.wording.language import Words, load

DEBUG_VARIABLE = "GHARMITRA_ADMIN_DEBUG"
# Every complaint about wrong words is of this kind; typer names only its most special one.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]


def application(arguments: Sequence[str]) -> typer.Typer:
    """The command, with the family of commands that these words ask for."""
    app = typer.Typer(
        name="gharmitra-admin",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        epilog="Without a command the window opens. " + exit_codes.told(*exit_codes.MEANINGS),
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_before)
    families.add(app, arguments)
    return app


def _before(
    context: typer.Context,
    db: Annotated[Path | None, typer.Option("--db", help="The books to work on.", metavar="FILE")] = None,
    society: Annotated[str | None, typer.Option("--society", help="A society set up in the window.", metavar="NAME")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
    is_supervised: Annotated[bool, typer.Option("--supervised", hidden=True)] = False,
    acting_for: Annotated[str | None, typer.Option("--acting-for", hidden=True)] = None,
    drained: Annotated[int | None, typer.Option("--drained", hidden=True, min=1)] = None,
    version: Annotated[bool, typer.Option("--version", help="Show the version.", is_eager=True)] = False,  # noqa: ARG001 - seen before typer
) -> None:
    """Checked backups of a GharMitra society's books."""
    if db is not None and society is not None:
        raise typer.BadParameter("--db and --society exclude each other.")
    settings, problems = settings_file.load(settings_file.default_file())
    words = words_of(settings.language)
    for one in problems:
        told = Notice(NoticeCode.SETTING_IGNORED, {"name": one.name or one.value, "value": one.value, "default": one.default})
        if not as_json:
            print("▲ " + wording.notice(words, told), file=sys.stderr)  # noqa: T201 - before there is a terminal to speak through
    clock = SystemClock()
    cancel = supervised.Considerate(clock) if is_supervised else CancelToken()
    if is_supervised:
        supervised.obey(cancel)
    own = settings_file.without_lost_practice(settings)
    context.obj = Terminal(words, clock, own, as_json, db, society, cancel, is_supervised, acting_for, drained)


def words_of(language: str) -> Words:
    return load(os.environ.get("LANGUAGE", "en").split(":")[0] or "en" if language == "system" else language, resource("translations"))


def run(arguments: Sequence[str]) -> int:
    """Run one command and tell its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    ordered, as_json = _json_first(arguments)
    if ordered == ["--version"]:
        print(f"gharmitra-admin {__version__}")  # noqa: T201 - this is its answer
        return exit_codes.DONE
    try:
        return _run(ordered, as_json)
    except BrokenPipeError:
        # Who read our answer has gone; there is nobody left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exit_codes.DONE


def _run(arguments: list[str], as_json: bool) -> int:
    try:
        answer = application(arguments)(args=arguments, prog_name="gharmitra-admin", standalone_mode=False)
    except EngineError as error:
        words = words_of(settings_file.load(settings_file.default_file())[0].language)
        return _fail(error.code.value, errors.message(words, error), exit_codes.of(error), as_json)
    except UsageError as error:
        said = error.format_message() if hasattr(error, "format_message") else str(error)
        named = getattr(getattr(error, "ctx", None), "command_path", "gharmitra-admin")
        return _fail("usage", Message(said, f"{named} --help"), exit_codes.USAGE, as_json)
    except (KeyboardInterrupt, typer.Abort):
        said = Message(words_of("en").say("Cancelled."), "")
        return _fail(Code.CANCELLED.value, said, exit_codes.CANCELLED, as_json) if as_json else exit_codes.CANCELLED
    except Exception as fault:  # noqa: BLE001 - the last place: a fault is told in words, never by a traceback
        _keep_for_support(fault)
        return _fail("bug", errors.program_fault(words_of("en")), exit_codes.BUG, as_json)
    return answer if isinstance(answer, int) else exit_codes.DONE


def _keep_for_support(fault: Exception) -> None:
    """Write the fault of this program where support finds it: beside the settings, since the society may not be known."""
    with app_log.written_to(settings_file.default_file().with_name("app.log")) as log:
        log.error("a fault of this program", exc_info=fault)
    if os.environ.get(DEBUG_VARIABLE):
        traceback.print_exception(fault)


def _fail(code: str, said: Message, exit_code: int, as_json: bool) -> int:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(Failed(Failure(code, said.message, said.hint))) + b"\n")
        sys.stdout.buffer.flush()
    else:
        print(f"{said.message}\n{said.hint}".rstrip(), file=sys.stderr)  # noqa: T201 - the one place where failures are told
    return exit_code


def _json_first(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """``--json`` means the same wherever it stands."""
    until = arguments.index("--") if "--" in arguments else len(arguments)
    before, rest = list(arguments[:until]), list(arguments[until:])
    if "--json" not in before:
        return [*before, *rest], False
    return ["--json", *(word for word in before if word != "--json"), *rest], True
