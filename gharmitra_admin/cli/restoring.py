"""restore, undo."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gharmitra_admin.cli import exit_codes, restore_shapes
from gharmitra_admin.cli.backups import Name, OnlyListed, Yes
from gharmitra_admin.cli.terminal import Terminal, exit_code_of
from gharmitra_admin.engine import Refused, Vault
from gharmitra_admin.engine.base.errors import Code
from gharmitra_admin.engine.operations.restore.plan import Weight
from gharmitra_admin.engine.vault import readiness
from gharmitra_admin.engine.vault.readiness import Plan
from gharmitra_admin.engine.vault.restoring import RestoreResult
from gharmitra_admin.wording import backups, books, comparisons, restore_pages, restores, values

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only tell what would change and what is in the way.")]
Confirm = Annotated[str | None, typer.Option("--confirm", help="The confirmation value of the plan; instead of --yes.", metavar="VALUE")]
_MARKS = {Weight.FINE: "✔", Weight.WARNING: "▲", Weight.BLOCKER: "■"}


def add_to(app: typer.Typer) -> None:
    """Add this family of commands."""
    epilog = exit_codes.told(3, 10, 11, 12, 13, 14, 15, 130)
    app.command(epilog=epilog)(restore)
    app.command(epilog=epilog)(undo)


def restore(
    context: typer.Context,
    name: Name,
    dry_run: DryRun = False,
    yes: Yes = False,
    confirm: Confirm = None,
    only_listed: OnlyListed = False,
) -> None:
    """Replace the books with a backup, after a checked safety backup of what they are. NAME may also be the path of a file elsewhere."""
    terminal: Terminal = context.obj
    terminal.require_listed(name, only_listed=only_listed)
    vault = terminal.vault()
    if Path(name).name != name and Path(name).exists():
        name = str(Path(name).absolute())
    _go_back(terminal, vault, lambda report: vault.plan(name, report=report, cancel=terminal.cancel), name, _Asked(dry_run, yes, confirm))


def undo(
    context: typer.Context,
    dry_run: DryRun = False,
    yes: Yes = False,
    confirm: Confirm = None,
) -> None:
    """Undo the last restore: the books go back to just before it. Itself a restore, with a safety backup of its own."""
    terminal: Terminal = context.obj
    vault = terminal.vault()
    _go_back(terminal, vault, lambda report: vault.plan_undo(report=report, cancel=terminal.cancel), None, _Asked(dry_run, yes, confirm))


@dataclass(frozen=True)
class _Asked:
    """How sure the person is: only looking, asked to confirm, sure of anything, or of the plan that has this value."""

    dry_run: bool
    yes: bool
    confirm: str | None

    @property
    def is_sure_of_anything(self) -> bool:
        return self.yes and self.confirm is None


def _go_back(terminal: Terminal, vault: Vault, planned: Callable[..., Plan], name: str | None, asked: _Asked) -> None:
    words = terminal.words
    with terminal.progress(words.say("Looking")) as report:
        plan = planned(report)
    if asked.dry_run:
        _tell_plan(terminal, plan)
        terminal.end(exit_codes.DONE if plan.is_ready else exit_codes.WARNINGS)
    if (refusal := readiness.refusal(plan.findings)) is not None:
        raise refusal
    if not asked.is_sure_of_anything:
        _confirm(terminal, plan, asked.confirm)
    expected = plan.comparison.entries_different if plan.comparison and not asked.is_sure_of_anything else None
    # Babel reads how dates are said when one is first said. After the commit that could fail, and a success would be told as a fault.
    backups.made_at(words, plan.record, terminal.clock.local(terminal.clock.now()))
    with terminal.progress(words.say("Restoring")) as report:
        if name is None:
            result = vault.undo(expected=expected, report=report, cancel=terminal.cancel)
        else:
            result = vault.restore(name, expected=expected, report=report, cancel=terminal.cancel)
    _tell_result(terminal, result, is_undo=name is None)


def _confirm(terminal: Terminal, plan: Plan, value: str | None) -> None:
    """Take the value of the plan, else ask for the number of entries, in whatever digits; who cannot be asked has not confirmed."""
    if value is not None:
        if value != plan.confirmation:
            raise Refused(Code.PLAN_CHANGED, name=plan.record.filename)
        return
    if not terminal.can_ask:
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
    if (unusable := restore_pages.unusable(words, plan.findings)) is not None:
        terminal.say(f"■ {unusable.message} {unusable.hint}".rstrip())
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


def _tell_result(terminal: Terminal, result: RestoreResult, *, is_undo: bool) -> None:
    words, now = terminal.words, terminal.clock.local(terminal.clock.now())
    if terminal.as_json:
        terminal.print_json(restore_shapes.restored(words, result, now))
        terminal.end(exit_code_of(result.warnings))
    terminal.say("✔ " + restores.done(words, backups.made_at(words, result.record, now)))
    terminal.say(words.say("  Checked and counted in {took}.", took=values.duration(words, result.took_seconds)))
    if result.documents:
        back = words.count("{number} document was put back.", "{number} documents were put back.", result.documents)
        terminal.say(f"  {back}")
    if result.is_undoable:
        terminal.say(words.say("  Safety backup: {name}.", name=result.safety))
        terminal.say(
            words.say("  To go there again, restore it by its name.")
            if is_undo
            else words.say("  To undo this: {command}", command=terminal.command("undo"))
        )
    terminal.warn(result.warnings)
    terminal.end(exit_code_of(result.warnings))
