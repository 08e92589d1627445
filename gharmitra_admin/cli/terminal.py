"""What one run of the command works with: the society, the words, the output, and a bar that can be cancelled.

Leaves nothing on disk. ``--json`` prints one document on stdout and nothing else; progress goes to stderr, and only to a person.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import msgspec
import typer

from gharmitra_admin.cli import exit_codes, supervised
from gharmitra_admin.engine import CancelToken, Clock, NotFound, Notice, NoticeCode, Paths, Report, Settings, Vault
from gharmitra_admin.engine import Progress as JobProgress
from gharmitra_admin.engine.base import books_named
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.base.names import require_plain, who_is_here
from gharmitra_admin.engine.base.settings import find
from gharmitra_admin.wording import backups, headlines
from gharmitra_admin.wording.language import Words

OF_A_RESTORE = frozenset({NoticeCode.RESTORE_CUT_OFF, NoticeCode.RESTORE_FINISHED, NoticeCode.RESTORE_UNSETTLED})


@dataclass(frozen=True)
class Terminal:
    """One run: what was asked for before the command's name, and what the command works with.

    ``is_supervised``: a server runs it, for the person ``acting_for``; ``drained``: the process of that server, where it answers nobody.
    """

    words: Words
    clock: Clock
    settings: Settings
    as_json: bool
    db: Path | None
    society: str | None
    cancel: CancelToken
    is_supervised: bool = False
    acting_for: str | None = None
    drained: int | None = None

    def paths(self) -> Paths:
        """Where the society lies. Raises NotFound where none is named or set up."""
        if self.db is not None:
            return Paths.of(self.db)
        if self.society is None and (from_environment := books_named.of_environment(os.environ, Path())) is not None:
            return Paths.of(from_environment)
        entry = find(self.settings, self.society)
        if entry is None and self.society is not None:
            raise NotFound(Code.SOCIETY_NOT_FOUND, name=self.society)
        if entry is None:
            raise NotFound(Code.NO_SOCIETY)
        return Paths.of(entry.books, entry.backups)

    def vault(self) -> Vault:
        """Open the society. Raises NotFound, NoAccess, Refused."""
        paths = self.paths()
        if not paths.books.parent.is_dir():
            raise NotFound(Code.BOOKS_NOT_FOUND, path=paths.books)
        return self._opened(paths)

    def vault_to_look(self) -> Vault:
        """Open the society to tell what is wrong there, also where nothing of it is left. Raises NotFound, Refused."""
        return self._opened(self.paths(), only_looks=True)

    def _opened(self, paths: Paths, *, only_looks: bool = False) -> Vault:
        face = "backend" if self.is_supervised else "terminal"
        who = self.acting_for or who_is_here()
        vault = Vault.open(paths, settings=self.settings, clock=self.clock, who=who, face=face, drained=self.drained, only_looks=only_looks)
        self.warn([notice for notice in vault.notices if notice.code in OF_A_RESTORE])
        return vault

    @property
    def can_ask(self) -> bool:
        """Whether there is a person to be asked."""
        return sys.stdin.isatty() and not self.as_json and not self.is_supervised

    def require_listed(self, *names: str, only_listed: bool) -> None:
        """Under a server a name is never a path, so that nobody far away can have any other file opened. Raises BadInput."""
        for name in names if only_listed or self.is_supervised else ():
            require_plain(name)

    def print_json(self, document: Any) -> None:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
        sys.stdout.buffer.flush()

    def say(self, sentence: str) -> None:
        print(sentence)  # noqa: T201 - this is where the terminal speaks

    def command(self, *words: str) -> str:
        """A command that works on the same society, to be typed as it stands."""
        whose = ("--db", f'"{self.db}"') if self.db is not None else ("--society", f'"{self.society}"') if self.society is not None else ()
        return " ".join(("gharmitra-admin", *whose, *words))

    def say_aside(self, sentence: str) -> None:
        """Say what does not belong to the answer: on stderr."""
        print(sentence, file=sys.stderr)  # noqa: T201 - this is where the terminal speaks

    def warn(self, notices: Sequence[Notice]) -> None:
        for one in notices:
            self.say_aside("▲ " + backups.notice(self.words, one))
        for name in dict.fromkeys(filter(None, map(backups.marked, notices))):
            self.say_aside(self.words.say("  If you took them out yourself: {command}", command=self.command("acknowledge", name)))

    def end(self, code: int) -> NoReturn:
        raise typer.Exit(code)

    @contextmanager
    def progress(self, what: str) -> Iterator[Report]:
        """A bar for a person at a terminal, lines for a server, silence for everybody else; Ctrl-C asks the job to stop."""
        if self.is_supervised:
            with supervised.progress() as report:
                yield report
            return
        with _stoppable(self.cancel):
            if not sys.stderr.isatty():
                yield lambda _progress: None
                return
            from rich.console import Console  # noqa: PLC0415 - only a person needs it
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415

            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
                task = bar.add_task(what, total=None)

                def told(progress: JobProgress) -> None:
                    stage = headlines.stage(self.words, progress.stage)
                    bar.update(task, description=f"{what}: {stage}", completed=progress.done, total=progress.total or None)

                yield told


@contextmanager
def _stoppable(cancel: CancelToken) -> Iterator[None]:
    """The first Ctrl-C asks, the second one ends the process as always."""
    before = signal.getsignal(signal.SIGINT)

    def asked(_number: int, _frame: object) -> None:
        cancel.ask()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, asked)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def exit_code_of(warnings: Sequence[object]) -> int:
    return exit_codes.WARNINGS if warnings else exit_codes.DONE
