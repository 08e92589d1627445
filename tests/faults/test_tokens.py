"""Faults under the list of tokens: after a kill or a failing disk, at whichever call, the old or the new list is there, whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gharmitra_admin.engine.parts import tokens
from gharmitra_admin.engine.parts.tokens import Role
from tests.builders.society import Society
from tests.faults.child import PROJECT, STRACE, needs_strace

CALLS = ("openat", "write", "fsync", "rename")
TRACED = "openat,write,fsync,rename,unlink"


def create_with(society: Society, fault: str, log: Path, *files: Path) -> subprocess.CompletedProcess[str]:
    """Make a token in a process of its own with a fault under one kind of its calls on these files."""
    assert STRACE is not None
    watched = [word for file in files for word in ("-P", str(file))]
    traced = [STRACE, "-f", "-qq", "-o", str(log), *watched, "-e", f"trace={TRACED}"]
    command = [sys.executable, "-m", "gharmitra_admin", "--db", str(society.paths.books), "token", "create", "--role", "restore"]
    return subprocess.run([*traced, "-e", f"inject={fault}", *command], check=False, capture_output=True, text=True, cwd=PROJECT)


@needs_strace
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("what", ["error=ENOSPC", "error=EIO", "signal=SIGKILL"])
def test_a_list_that_could_not_be_written_is_the_old_one_whole(society: Society, tmp_path: Path, call: str, what: str) -> None:
    text, kept = society.vault().create_token(Role.READ)
    when = ":when=2+" if call == "openat" else ""  # the first one only reads the old list
    hidden, log = society.paths.backups / ".tokens.json.part", tmp_path / "trace"
    done = create_with(society, f"{call}:{what}{when}", log, hidden, society.paths.tokens)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in ((-9, 137) if "SIGKILL" in what else (13, 15)), (done, log.read_text())
    assert tokens.read(society.paths) == (kept,)
    assert tokens.check(text, (kept,), society.clock.now()) == kept
    fresh, made = society.vault().create_token(Role.BACKUP)
    assert tokens.read(society.paths) == (kept, made)
    assert [path.name for path in society.paths.backups.iterdir() if path.name.endswith(".part")] == []
    assert tokens.check(fresh, tokens.read(society.paths), society.clock.now()) == made
    assert not society.vault().audit_verify().problems


@needs_strace
def test_killed_before_its_end_is_recorded_the_new_list_is_there_and_the_record_says_interrupted(society: Society, tmp_path: Path) -> None:
    _, kept = society.vault().create_token(Role.READ)
    done = create_with(society, "write:signal=SIGKILL:when=2", tmp_path / "trace", society.paths.audit)
    assert (done.returncode in (-9, 137), done.stdout) == (True, "")
    before, lost = tokens.read(society.paths)
    assert (before, lost.role) == (kept, Role.RESTORE)
    vault = society.vault()
    assert [(event.action, event.outcome) for event in vault.audit_events()][-2:] == [
        ("token_create", "started"),
        ("token_create", "interrupted"),
    ]
    assert vault.audit_events()[-2].details["token_id"] == lost.id
    assert vault.revoke_token(lost.id).revoked_at is not None
