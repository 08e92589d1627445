"""A protected backend that is written to by eight clients all the time while its books are put back, and killed at random meanwhile.

What must hold: the books are the complete old or the complete new ones, whatever was acknowledged is in the books or in the safety
backup, and nobody is told of a success that was none.
"""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.api.under_fire import PROTECTED, Writers, back_up, notes_in, restore, restoring_child
from tests.builders.host import Answer, Host, write_backend

SHORT, LONG = 4, 50


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    seed = request.config.getoption("--seed")
    seed = random.randrange(10**6) if seed is None else seed
    print(f"\n{request.node.name}: --seed {seed}")
    return random.Random(seed)


def _rounds(pool: str, rounds: int, chance: random.Random, folder: Path) -> None:
    books = write_backend(folder)
    with Host(folder, app=PROTECTED, pool=pool) as host:
        writers = Writers(host)
        for number in range(rounds):
            _one_round(host, writers, books, chance, kills=number % 2 == 1)
        assert writers.odd == [], writers.odd[:5]
        assert host.stop() == 0


def _one_round(host: Host, writers: Writers, books: Path, chance: random.Random, *, kills: bool) -> None:
    backups = books.parent / "backups"
    answers: list[Answer] = []
    safeties = set(backups.glob("pre_restore_safety_*.db"))
    with writers.at_work():
        name = back_up(host)
        host.wait_until(lambda: len(writers.acknowledged) > len(notes_in(backups / name)), "more is entered")
        before = set(writers.acknowledged)
        asking = threading.Thread(target=lambda: answers.extend(_asked(host, name)))
        asking.start()
        if kills:
            _kill_at_random(host, chance, asking)
        asking.join(120)
        assert not asking.is_alive()
    if not host.is_running:
        host.start()
    host.wait_until(lambda: host.get("/api/receipts/count").status == 200, "it serves again")
    _must_hold(writers, books, backups / name, set(backups.glob("pre_restore_safety_*.db")) - safeties, before, answers)


def _asked(host: Host, name: str) -> list[Answer]:
    with suppress(OSError):
        return [restore(host, name)]
    return []


def _kill_at_random(host: Host, chance: random.Random, asking: threading.Thread) -> None:
    """Kill the server or the process that restores, some time after it has begun."""
    while restoring_child(host) is None and asking.is_alive():
        asking.join(0.005)
    asking.join(chance.uniform(0, 1.2))
    if chance.random() < 0.5:
        host.kill()
        return
    child = restoring_child(host)
    if child is not None:
        with suppress(psutil.NoSuchProcess):
            child.kill()


def _must_hold(writers: Writers, books: Path, backup: Path, safeties: set[Path], before: set[str], answers: list[Answer]) -> None:
    now, then = notes_in(books), notes_in(backup)
    is_told_done = any(answer.status == 200 for answer in answers)
    replaced: set[str] = set().union(*(notes_in(safety) for safety in safeties))
    gone = replaced - then
    is_new = bool(safeties) and not gone & now
    is_old = before <= now
    assert is_new or is_old, f"neither old nor new: {len(gone & now)} of {len(gone)} that should have left, {len(before - now)} lost"
    if is_told_done:
        assert is_new, "a success was told that was none"
    assert then <= now or is_old
    if is_new and not is_old:
        assert before <= replaced, f"{len(before - replaced)} entries that were acknowledged are in no safety backup"
    lost = writers.acknowledged - now - replaced
    assert not lost, f"{len(lost)} entries that were acknowledged are nowhere"
    writers.acknowledged.intersection_update(now)


@pytest.mark.parametrize("pool", ["null", "queue"])
def test_eight_clients_and_kills_at_random(pool: str, chance: random.Random, tmp_path: Path) -> None:
    _rounds(pool, SHORT, chance, tmp_path)


@pytest.mark.full
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("pool", ["null", "queue"])
def test_eight_clients_and_kills_at_random_in_the_long_form(pool: str, chance: random.Random, tmp_path: Path) -> None:
    _rounds(pool, LONG, chance, tmp_path)
