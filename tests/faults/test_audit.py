"""Faults of the activity record: what cannot be recorded is not done, and what was done to the record shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gharmitra_admin.engine import AuditProblemCode, Code, NoticeCode, Outcome, Refused, Settings
from gharmitra_admin.engine.base.settings import Policy
from gharmitra_admin.engine.parts.audit import Audit, Head
from tests.builders.elsewhere import Elsewhere, failing
from tests.builders.society import Society, assert_whole


def make_unwritable(society: Society) -> None:
    """Something else has the record's name: no right of any user can write there."""
    society.paths.audit.rename(society.paths.logs / "audit.log.moved")
    society.paths.audit.mkdir()


def backups(society: Society) -> set[Path]:
    return {path for folder in society.paths.folders_of_backups for path in folder.glob("*.db")}


def test_row_57_delete_and_prune_are_refused_before_anything_is_removed(society: Society) -> None:
    made = [society.back_up().record for _ in range(14)]
    society.settings = Settings(policy=Policy(last=1))
    assert [verdict for verdict in society.vault().preview() if not verdict.stays]
    make_unwritable(society)
    before = society.everything()
    vault = society.vault()
    for action in (lambda: vault.delete(made[-2].filename), vault.prune):
        with pytest.raises(Refused) as told:
            action()
        assert (told.value.code, told.value.path) == (Code.AUDIT_UNWRITABLE, society.paths.audit)
    assert society.everything() == before


def test_row_57_a_backup_still_goes_ahead_and_says_so_and_removes_nothing(society: Society) -> None:
    for _ in range(society.settings.policy.last):
        society.back_up()
    make_unwritable(society)
    before = backups(society)
    result = society.back_up()
    assert NoticeCode.AUDIT_UNWRITABLE in [notice.code for notice in result.warnings]
    assert result.removed == ()
    assert backups(society) > before
    assert_whole(result.record.path)
    society.paths.audit.rmdir()
    (society.paths.logs / "audit.log.moved").rename(society.paths.audit)
    after = society.back_up()
    assert after.warnings == ()
    assert after.removed
    assert not society.vault().audit_verify().problems


@pytest.mark.parametrize(("call", "error"), [("write", "ENOSPC"), ("fsync", "EIO"), ("openat", "EACCES"), ("openat", "EROFS")])
def test_row_57_a_full_or_failing_disk_refuses_a_deletion_before_it_happens(society: Society, call: str, error: str) -> None:
    made = [society.back_up().record for _ in range(3)]
    before = backups(society)
    script = f"say(attempt(lambda: society.vault().delete({made[0].filename!r})))"
    with Elsewhere(society.paths, script, before=failing(call, error, society.paths.audit)) as other:
        assert other.heard()["code"] == "audit_unwritable"
        assert other.end() == 0
    assert backups(society) == before
    assert not society.vault().audit_verify().is_broken
    assert society.vault().delete(made[0].filename) == made[0].filename


def lines_of(society: Society) -> list[bytes]:
    return society.paths.audit.read_bytes().splitlines(keepends=True)


def test_row_58_a_torn_last_line_is_kept_and_the_chain_goes_on(society: Society) -> None:
    for _ in range(2):
        society.back_up()
    *whole, last = lines_of(society)
    society.paths.audit.write_bytes(b"".join(whole) + last[: len(last) // 2])
    torn = society.paths.audit.read_bytes()
    society.back_up()
    data = society.paths.audit.read_bytes()
    assert data.startswith(torn + b"\n")
    report = society.vault().audit_verify()
    assert [(problem.code, problem.line) for problem in report.problems] == [(AuditProblemCode.TORN_LINE, len(whole) + 1)]
    assert not report.is_broken
    numbers = [event.seq for event in society.vault().audit_events()]
    assert numbers == list(range(1, len(numbers) + 1))


def test_row_58_whatever_part_of_the_last_line_a_power_cut_left(society: Society, tmp_path: Path) -> None:
    society.back_up()
    *whole, last = lines_of(society)
    for kept in range(len(last)):
        for rest in (b"", b"\0" * (len(last) - kept)):
            file = tmp_path / f"{kept} {len(rest)}" / "audit.log"
            file.parent.mkdir()
            file.write_bytes(b"".join(whole) + last[:kept] + rest)
            audit = Audit(file, clock=society.clock, who="treasurer", books="gharmitra.db")
            audit.append("backup", Outcome.STARTED, job="after")
            report = audit.verify()
            assert not report.is_broken, (kept, rest)
            assert report.events == len(whole) + 1 + (kept == len(last) - 1 and not rest)


def _edited(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b"treasurer", b"secretary"), *lines[2:]]


def _edited_last(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-1], lines[-1].replace(b"treasurer", b"secretary")]


CHAIN_BREAKING: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a line edited": _edited,
    "a line removed": lambda lines: lines[:1] + lines[2:],
    "the first line removed": lambda lines: lines[1:],
    "two lines swapped": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "a line doubled": lambda lines: [lines[0], lines[0], *lines[1:]],
    "a line cut short": lambda lines: [lines[0], lines[1][:-20] + b"\n", *lines[2:]],
    "a line that is no event": lambda lines: [lines[0], b"hello\n", *lines[1:]],
    "an empty line": lambda lines: [lines[0], b"\n", *lines[1:]],
}


@pytest.mark.parametrize("how", CHAIN_BREAKING)
def test_row_59_an_edit_a_removal_and_a_swap_are_found_by_the_chain(society: Society, how: str) -> None:
    for _ in range(3):
        society.back_up()
    before = lines_of(society)
    after = CHAIN_BREAKING[how](before)
    assert after != before
    society.paths.audit.write_bytes(b"".join(after))
    audit = Audit(society.paths.audit, clock=society.clock, who="x", books="gharmitra.db")
    assert audit.verify().is_broken
    assert society.vault().audit_verify().is_broken
    assert "audit_broken" in [alert.code.value for alert in society.vault().health().alerts]


def _rebuilt(lines: list[bytes]) -> list[bytes]:
    """The whole chain made anew, hash for hash, with one name changed."""
    import hashlib

    prev, made = "0" * 64, []
    for line in lines:
        event = {**json.loads(line), "prev": prev}
        event["who"] = event["who"].replace("treasurer", "secretary")
        raw = json.dumps(event, separators=(",", ":")).encode()
        prev = hashlib.sha256(raw).hexdigest()
        made.append(raw + b"\n")
    return made


ONLY_A_HEAD_FINDS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "the tail cut": lambda lines: lines[:2],
    "everything cut": lambda _: [],
    "the last line edited": _edited_last,
    "the whole chain rebuilt": _rebuilt,
}


@pytest.mark.parametrize("how", ONLY_A_HEAD_FINDS)
def test_row_59_a_cut_tail_and_a_rebuilt_chain_are_found_by_a_head_carried_elsewhere(society: Society, how: str) -> None:
    for _ in range(3):
        society.back_up()
    audit = Audit(society.paths.audit, clock=society.clock, who="x", books="gharmitra.db")
    carried = audit.head()
    society.paths.audit.write_bytes(b"".join(ONLY_A_HEAD_FINDS[how](lines_of(society))))
    assert not audit.verify().is_broken
    assert [problem.code for problem in audit.verify([carried]).problems] == [AuditProblemCode.HEAD_MISSING]


@pytest.mark.parametrize("how", ["the tail cut", "everything cut", "the whole chain rebuilt"])
def test_row_59_the_heads_in_the_manifests_find_them_without_anybody_carrying_one(society: Society, how: str) -> None:
    for _ in range(3):
        society.back_up()
    assert not society.vault().audit_verify().problems
    society.paths.audit.write_bytes(b"".join(ONLY_A_HEAD_FINDS[how](lines_of(society))))
    report = society.vault().audit_verify()
    assert report.is_broken
    assert {problem.code for problem in report.problems} == {AuditProblemCode.HEAD_MISSING}
    assert "audit_broken" in [alert.code.value for alert in society.vault().health().alerts]


def test_row_59_a_record_that_was_deleted_is_found_by_the_manifests(society: Society) -> None:
    society.back_up()
    society.paths.audit.unlink()
    assert society.vault().audit_verify().is_broken


EVIL = (
    "two\nlines",
    "\r\n{}",
    "\x1b[2J\x1b[31mred",
    "=HYPERLINK(1)",
    "\u202egnp.exe",
    "zero\u200bwidth\u2028line",
    "\x00nul\x7f",
    '","outcome":"finished',
    "+91\t@SUM(1)",
)


@pytest.mark.parametrize("evil", EVIL)
def test_row_60_no_name_breaks_or_forges_a_line_of_the_record(society: Society, evil: str) -> None:
    society.back_up()
    before = len(lines_of(society))
    audit = Audit(society.paths.audit, clock=society.clock, who=evil, books="gharmitra.db")
    audit.append("label", Outcome.FINISHED, job="1", filename=evil, tables=[evil, evil])
    data = society.paths.audit.read_bytes()
    lines = data.decode("utf-8").split("\n")
    assert len(lines) == before + 2
    assert all(character.isprintable() for line in lines for character in line)
    event = audit.read()[-1]
    assert (event.action, event.outcome, event.seq) == ("label", "finished", before + 1)
    assert all(character.isprintable() for character in event.who)
    assert not audit.verify().problems


def test_row_60_a_file_name_with_every_such_character_is_adopted_under_an_escaped_name(society: Society) -> None:
    made = society.back_up().record
    stranger = society.paths.backups / "a\n\x1b[31m=1+1\u202e.db"
    stranger.write_bytes(made.path.read_bytes())
    assert {result.filename for result in society.vault().adopt_unchecked()} == {"a\\x0a\\x1b[31m=1+1\\u202e.db"}
    assert all(character.isprintable() for line in society.paths.audit.read_text().split("\n") for character in line)
    society.vault().delete("a\\x0a\\x1b[31m=1+1\\u202e.db")
    assert not stranger.exists()
    assert not society.vault().audit_verify().problems


def test_row_60_a_lone_surrogate_and_a_very_long_name_are_recorded_too(society: Society) -> None:
    audit = Audit(society.paths.audit, clock=society.clock, who="\udcff", books="gharmitra.db")
    audit.append("label", Outcome.FINISHED, job="1", filename="x" * 100_000, removed=["\udc80" * 5_000] * 60)
    audit.append("label", Outcome.FINISHED, job="2")
    assert [event.seq for event in audit.read()] == [1, 2]
    assert audit.verify().head == audit.head() != Head(0, "0" * 64)
