"""demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gharmitra_admin.cli import exit_codes
from gharmitra_admin.cli.terminal import Terminal
from gharmitra_admin.engine.base.names import shown_path
from gharmitra_admin.engine.operations import demo as demo_society


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command(epilog=exit_codes.told(13, 14, 15, 130))(demo)


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to put it; made where it is not there.", metavar="DIR")],
    size: Annotated[float, typer.Option(help="About how large the books shall be, in MB.", min=1, max=1000)] = 10,
    seed: Annotated[int, typer.Option(help="The same number makes the same society.")] = 1,
) -> None:
    """Make a made-up society to practise on: books, bills, receipts and papers of nobody."""
    terminal: Terminal = context.obj
    with terminal.progress(terminal.words.say("Making a made-up society")) as report:
        made = demo_society.make(folder, seed=seed, size_mb=size, clock=terminal.clock, report=report, cancel=terminal.cancel)
    path = shown_path(made.books)
    if terminal.as_json:
        terminal.print_json({"path": path, "society": made.society, "size_bytes": made.books.stat().st_size})
        return
    terminal.say(terminal.words.say("✔ {society} is made up and ready: {path}", society=made.society, path=path))
    terminal.say(terminal.words.say("Next: gharmitra-admin --db {path} backup", path=path))
