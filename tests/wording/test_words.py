"""Every code of the engine has its words, in every form they are needed, and every sentence can be translated."""

from __future__ import annotations

import enum
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

from gharmitra_admin.cli import exit_codes
from gharmitra_admin.engine import AlertCode, Code, Holder, Kind, NoticeCode, Problem, Reason, Stage, Status
from gharmitra_admin.engine.base import errors as engine_errors
from gharmitra_admin.engine.base.errors import EngineError
from gharmitra_admin.engine.base.notices import Notice
from gharmitra_admin.engine.operations.health.alerts import Alert, Severity
from gharmitra_admin.wording import alerts, backups, errors, headlines, values
from gharmitra_admin.wording.language import Words, load, pseudo
from tests.builders.clock import KOLKATA

PACKAGE = Path(__file__).parents[2] / "gharmitra_admin"
NOW = datetime(2026, 11, 23, 18, 5, tzinfo=KOLKATA)
WORDS = Words()
FORBIDDEN = re.compile(r"\b(safe|(?<!write-)protected|secure|legal|compliant|snapshot|archive|dump|Are you sure)\b")
# Every value any sentence may ask for.
KNOWN = {
    "name": "gharmitra_backup_20261121_180012.db", "value": "x", "limit": 120, "problem": Problem.CUT_SHORT, "needed_bytes": 30_000_000,
    "free_bytes": 12_000_000, "size_bytes": 1, "tables": ("payments",), "table": "payments", "before": 430, "after": 18, "count": 2,
    "default": "10", "why": Reason.FROZEN_SHRUNK.value, "path": Path("D:/Backups"), "days": 4, "since": NOW, "at": NOW,
    "failure": "disk_full",
    "names": ("a", "b"), "percent": 12.5, "version": "3.40.1", "to": "E:/", "problems": (), "error": engine_errors.Busy(Code.BOOKS_BUSY),
    "holder": None, "detail": "x", "theirs": "Green Park CHS", "ours": "Shanti Niketan CHS",
    "what": ("payments",), "kept": 1, "expected": 37, "pid": 4711, "found": 38, "programs": (),
    "size_mb": 5000, "smallest": 1, "largest": 1024, "action": "backup", "reason": None,
    "year": "2025-26", "account": "Bank", "was_paise": 466000000, "is_paise": 465757768, "numbers": ("RV-0001",), "society": "x",
}  # fmt: skip


@pytest.mark.parametrize("code", list(Code))
def test_every_failure_says_what_happened_and_what_to_do(code: Code) -> None:
    known = {name: value for name, value in KNOWN.items() if name not in {"path", "reason"}}
    said = errors.message(WORDS, EngineError(code, path=Path("D:/Backups/x.db"), **known))
    assert said.message
    assert "{" not in said.message + said.hint
    assert said.hint or code is Code.CANCELLED


@pytest.mark.parametrize("code", list(NoticeCode))
def test_every_notice_is_a_sentence(code: NoticeCode) -> None:
    said = backups.notice(WORDS, Notice(code, KNOWN))
    assert said.strip()
    assert "{" not in said


@pytest.mark.parametrize("code", list(AlertCode))
def test_every_alert_says_what_to_do(code: AlertCode) -> None:
    known = KNOWN | ({"why": Reason.FROZEN_CLOCK} if code is AlertCode.ROTATION_FROZEN else {})
    said = alerts.message(WORDS, Alert(code, Severity.LOOK, known), NOW)
    assert said.message
    assert said.hint
    assert "{" not in said.message + said.hint


@pytest.mark.parametrize("table", [Problem, Reason, Kind, Status, Stage])
def test_every_word_of_the_lists_is_there(table: type[enum.Enum]) -> None:
    for one in table:
        if isinstance(one, Problem):
            assert errors.problem(WORDS, one)
        elif isinstance(one, Reason):
            assert backups.reasons(WORDS, (one,), last=10)
        elif isinstance(one, Stage):
            assert headlines.stage(WORDS, one)
        elif isinstance(one, Kind):
            assert backups._WHY[one]
        elif one is not Status.DAMAGED:
            assert backups._STATES[one]


def test_every_kind_of_failure_has_an_exit_code_of_its_own() -> None:
    kinds = [
        one for one in vars(engine_errors).values() if isinstance(one, type) and issubclass(one, EngineError) and one is not EngineError
    ]
    codes = [exit_codes.of(kind(Code.CANCELLED)) if kind is not engine_errors.Cancelled else exit_codes.of(kind()) for kind in kinds]
    assert sorted(codes) == [2, 10, 11, 12, 13, 14, 15, 16, 130]


def test_no_sentence_calls_anything_safe_or_by_a_word_that_is_not_ours() -> None:
    found = [f"{name}:{line} {message}" for name, line, message in _messages() if FORBIDDEN.search(message)]
    assert found == []


def test_every_sentence_can_be_found_by_a_translator() -> None:
    messages = {message for _, _, message in _messages()}
    assert "Create Backup" in messages
    assert "There is no room left in {path}{room}. Nothing was kept; earlier backups are untouched." in messages
    assert len(messages) > 300


def _messages() -> list[tuple[str, int, str]]:
    keywords = {"say": None, "mark": None, "count": (1, 2)}
    found = []
    for name, line, message, _, _ in extract_from_dir(str(PACKAGE), keywords=keywords):
        found += [(name, line, one) for one in (message if isinstance(message, tuple) else (message,))]
    return found


def test_the_pseudo_language_lengthens_and_keeps_the_values() -> None:
    said = pseudo().say("Delete the backup of {when}?", when="today")
    assert "today" in said
    assert len(said) >= 1.3 * len("Delete the backup of today?")
    assert pseudo().count("{number} backup", "{number} backups", 2).startswith("2 ")


def test_a_language_without_a_catalogue_is_english(tmp_path: Path) -> None:
    assert load("hi", tmp_path).say("Create Backup") == "Create Backup"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOW, "today, 6:05 PM"),
        (NOW - timedelta(hours=8, minutes=7), "today, 9:58 AM"),
        (NOW - timedelta(days=1), "yesterday, 6:05 PM"),
        (NOW - timedelta(days=5), "18/11/2026, 6:05 PM"),
        (datetime(2026, 11, 22, 19, 0, tzinfo=UTC), "today, 12:30 AM"),
    ],
)
def test_moments(moment: datetime, said: str) -> None:
    assert values.moment(WORDS, moment, NOW) == said


@pytest.mark.parametrize(
    ("size_bytes", "said"),
    [(0, "0 bytes"), (999, "999 bytes"), (500_000, "500 KB"), (9_781_248, "9.8 MB"), (41_000_000_000, "41 GB"), (900_000_000, "900 MB")],
)
def test_sizes(size_bytes: int, said: str) -> None:
    assert values.size(WORDS, size_bytes) == said


def test_numbers_are_grouped_by_lakh_and_durations_are_rough() -> None:
    assert values.number(WORDS, 1234567) == "12,34,567"
    assert values.percent(WORDS, 64) == "64 %"
    assert [values.duration(WORDS, seconds) for seconds in (0.2, 5.4, 200)] == ["about a second", "about 5 seconds", "about 3 minutes"]


def test_who_is_at_work_is_said_with_the_time() -> None:
    holder = Holder(who="tray", action="backup", pid=1, since="2026-11-23T12:31:00+00:00")
    said = errors.holder(WORDS, holder)
    assert said.startswith("Another backup is running, started at ")
    assert said.endswith("from the tray.")
