"""restore, undo."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gharmitra_admin.cli import exit_codes, restore_shapes
from gharmitra_admin.cli.backups import Name, Yes
from gharmitra_admin.cli.terminal import Terminal, exit_code_of
from gharmitra_admin.engine import Refused, Vault
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.operations.restore.plan import Weight
from gharmitra_admin.engine.vault import readiness
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.wording import backups, books, comparisons, restores, values

_MARKS = {Weight.FINE: "✔", Weight.WARNING: "▲", Weight.BLOCKER: "■"}


def add_to(app: typer.Typer) -> None:
    """Add this family of commands."""
    epilog = exit_codes.told(3, 10, 11, 12, 13, 14, 15, 130)
    app.command(epilog=epilog)(restore)
    app.command(epilog=epilog)(undo)


def restore(
    context: typer.Context,
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change and what is in the way.")] = False,
    yes: Yes = False,
) -> None:
    """Replace the books with a backup, after a checked safety backup of what they are. NAME may also be the path of a file elsewhere."""
    terminal: Terminal = context.obj
    vault = terminal.vault()
    if Path(name).name != name and Path(name).exists():
        name = str(Path(name).absolute())
    _go_back(terminal, vault, lambda report: vault.plan(name, report=report, cancel=terminal.cancel), name, dry_run=dry_run, yes=yes)


def undo(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would change and what is in the way.")] = False,
    yes: Yes = False,
) -> None:
    """Undo the last restore: the books go back to just before it. Itself a restore, with a safety backup of its own."""
    terminal: Terminal = context.obj
    vault = terminal.vault()
    _go_back(terminal, vault, lambda report: vault.plan_undo(report=report, cancel=terminal.cancel), None, dry_run=dry_run, yes=yes)


def _go_back(terminal: Terminal, vault: Vault, planned: Callable[..., Plan], name: str | None, *, dry_run: bool, yes: bool) -> None:
    words = terminal.words
    with terminal.progress(words.say("Looking")) as report:
        plan = planned(report)
    if dry_run:
        _tell_plan(terminal, plan)
        return
    if (refusal := readiness.refusal(plan.findings)) is not None:
        raise refusal
    if not yes:
        _confirm(terminal, plan)
    expected = plan.comparison.entries_different if plan.comparison and not yes else None
    with terminal.progress(words.say("Restoring")) as report:
        if name is None:
            result = vault.undo(expected=expected, report=report, cancel=terminal.cancel)
        else:
            result = vault.restore(name, expected=expected, report=report, cancel=terminal.cancel)
    _tell_result(terminal, result)


def _confirm(terminal: Terminal, plan: Plan) -> None:
    """Ask for the number of entries, in whatever digits; where nobody can be asked, nobody has confirmed."""
    if not sys.stdin.isatty() or terminal.as_json:
        raise Refused(Code.RESTORE_NOT_CONFIRMED, name=plan.record.filename)
    _tell_plan(terminal, plan)
    words, now = terminal.words, terminal.clock.local(terminal.clock.now())
    number = plan.comparison.entries_different if plan.comparison else 0
    terminal.say_aside(restores.asked(words, backups.made_at(words, plan.record, now), number))
    wanted = str(number) if number else "restore"
    prompt = words.say("Type the number of entries: ") if number else words.say("Type restore to do it: ")
    sys.stderr.write(prompt)
    sys.stderr.flush()
    if _typed(sys.stdin.readline()) != wanted:
        raise Refused(Code.RESTORE_NOT_CONFIRMED, name=plan.record.filename)


def _typed(line: str) -> str:
    """What was typed, its digits of any script as plain ones, without the commas of thousands and lakhs."""
    plain = (str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in line.strip().lower())
    return "".join(sign for sign in plain if sign not in ", ")


def _tell_plan(terminal: Terminal, plan: Plan) -> None:
    words, now = terminal.words, terminal.clock.local(terminal.clock.now())
    if terminal.as_json:
        terminal.print_json(restore_shapes.planned(words, plan, now.date()))
        return
    terminal.say(words.say("The books go back to {when}.", when=backups.made_at(words, plan.record, now)))
    if plan.comparison is not None:
        terminal.say(books.cost(words, plan.comparison))
        for kind in plan.comparison.kinds:
            terminal.say("  " + books.kind(words, kind))
        for line in comparisons.consequences(words, plan.comparison.consequences, plan.record.created_at.date(), now.date()):
            terminal.say("▲ " + line.message)
    for one in plan.findings:
        said = restores.finding(words, one)
        terminal.say(f"{_MARKS[one.weight]} {said.message}" + (f" {said.hint}" if said.hint else ""))


def _tell_result(terminal: Terminal, result: RestoreResult) -> None:
    words, now = terminal.words, terminal.clock.local(terminal.clock.now())
    if terminal.as_json:
        terminal.print_json(restore_shapes.restored(words, result, now))
        terminal.end(exit_code_of(result.warnings))
    terminal.say("✔ " + restores.done(words, backups.made_at(words, result.record, now)))
    terminal.say(words.say("  Checked and counted in {took}.", took=values.duration(words, result.took_seconds)))
    if result.documents:
        back = words.count("{number} document was put back.", "{number} documents were put back.", result.documents)
        terminal.say(f"  {back}")
    if result.safety is not None:
        terminal.say(words.say("  Safety backup: {name}. To undo this: gharmitra-admin undo", name=result.safety))
    terminal.warn(result.warnings)
    terminal.end(exit_code_of(result.warnings))
