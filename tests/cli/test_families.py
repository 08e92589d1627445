"""Only the family of commands that is asked for is loaded; whichever word is asked for is found all the same."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
from typer.main import get_command_name

from gharmitra_admin.cli.families import FAMILIES, add
from gharmitra_admin.cli.main import application
from tests.builders.command import PROJECT, gharmitra_admin


def commands(app: typer.Typer) -> list[str]:
    named = [one.name or get_command_name(one.callback.__name__) for one in app.registered_commands if one.callback]
    return named + [str(one.typer_instance.info.name) for one in app.registered_groups if one.typer_instance]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_table_names_the_commands_of_each_family(family: str) -> None:
    app = typer.Typer()
    import_module(f"gharmitra_admin.cli.{family}").add_to(app)
    assert commands(app) == list(FAMILIES[family])


@pytest.mark.parametrize(
    ("words", "family"),
    [
        (["--db", "list", "--json", "compare", "x"], "comparing"),
        (["--society", "serve", "--acting-for", "undo", "--drained", "7", "health"], "looking"),
        (["--db=list", "token", "list"], "tokens"),
    ],
)
def test_the_value_of_an_option_is_no_command(words: list[str], family: str) -> None:
    app = typer.Typer()
    add(app, words)
    assert commands(app) == list(FAMILIES[family])


def test_every_option_before_the_command_that_takes_a_value_is_known() -> None:
    """A new one that is not would make its value pass for a command."""
    group = typer.main.get_command(application([]))
    with_value = [name for one in group.params if not getattr(one, "is_flag", True) for name in one.opts]
    assert "--db" in with_value
    for name in with_value:
        app = typer.Typer()
        add(app, [name, "list", "compare"])
        assert commands(app) == ["compare"], name


@pytest.mark.parametrize("words", [[], ["--help"], ["--db", "x"], ["bakcup"]])
def test_where_no_command_is_known_all_are_there(words: list[str]) -> None:
    app = typer.Typer()
    add(app, words)
    assert sorted(commands(app)) == sorted(one for family in FAMILIES.values() for one in family)


def test_a_mistyped_command_is_told_what_it_may_have_meant() -> None:
    answer = gharmitra_admin("bakcup")
    assert (answer.code, "backup" in answer.err) == (2, True)


def test_a_backup_does_not_wait_for_the_parts_of_a_restore(tmp_path: Path) -> None:
    """A server starts such a command for every backup."""
    code = "import sys; from gharmitra_admin.cli.main import run; run(sys.argv[1:]); print(*sys.modules)"
    command = [sys.executable, "-c", code, "--db", str(tmp_path / "none.db"), "backup"]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", cwd=PROJECT)
    loaded = set(done.stdout.split())
    assert "gharmitra_admin.engine.vault.backing_up" in loaded
    for heavy in ("operations.compare", "operations.restore", "operations.salvage", "operations.demo", "parts.tables", "parts.salvage"):
        assert f"gharmitra_admin.engine.{heavy}" not in loaded
